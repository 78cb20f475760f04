"""What goes over the wire comes back the same, from whichever side it is looked at."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campfire.errors import CampfireError, InvalidFrame
from campfire.times import iso
from chat.actions.messages import edit_message, post_message
from chat.actions.posting import write
from chat.models import Message
from chat.payloads import message_payload
from chat.queries.catchup import changes_since
from chat.queries.history import page
from chat.realtime import frames
from chat.realtime.frames import FRAMES, decode, encode
from chat.tests.actions.threads import post_of
from chat.tests.conftest import House

TEXT = st.text(min_size=1, max_size=200).filter(lambda text: text.strip() and "\x00" not in text)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.dictionaries(
    st.sampled_from(["type", "room_id", "content", "seq", "ref", "client_message_id", "is_typing", "epoch", "extra"]),
    JSON | st.sampled_from(["send_message", "ping", "join_room", "typing", str(uuid4())]),
)


@given(st.text(max_size=300), st.text(max_size=64).filter(lambda text: "\x00" not in text))
@settings(deadline=None)
def test_a_frame_from_a_client_is_understood_as_it_was_meant(content: str, ref: str) -> None:
    meant = {"type": "send_message", "room_id": str(uuid4()), "content": content, "client_message_id": str(uuid4())}
    for text in (json.dumps({**meant, "ref": ref}), encode({**meant, "ref": ref})):
        if "\x00" in content:
            with pytest.raises(InvalidFrame):
                decode(text)
            continue
        frame = decode(text)
        assert isinstance(frame, frames.SendMessage)
        told = (str(frame.room_id), frame.content, str(frame.client_message_id), frame.ref)
        assert told == (meant["room_id"], content, meant["client_message_id"], ref)


@pytest.mark.parametrize("kind", FRAMES)
def test_every_frame_survives_the_way_there_and_back(kind: type[frames.Frame]) -> None:
    values = {"room_id": uuid4(), "message_id": uuid4(), "client_message_id": uuid4(), "content": "x"}
    values |= {"seq": 1, "is_typing": True, "last_seen_version": 2}
    known = kind.__struct_fields__
    frame = kind(ref="r", **{name: value for name, value in values.items() if name in known})

    assert decode(msgspec.json.encode(frame).decode()) == frame


@given(FIELDS | JSON | st.just(float("nan")))
@settings(max_examples=400, deadline=None)
def test_whatever_is_sent_is_a_frame_or_an_expected_error(sent: object) -> None:
    try:
        assert isinstance(decode(json.dumps(sent)), FRAMES)
    except CampfireError as error:
        shape = json.loads(encode(error.as_dict()))
        assert set(shape) <= {"code", "message", "errors"}


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_so_is_whatever_text_is_sent(text: str) -> None:
    try:
        decode(text)
    except CampfireError as error:
        assert error.status == 400  # noqa: PT017


def test_frames_have_no_insignificant_white_space() -> None:
    assert encode({"type": "x", "list": [1, {"a": "b c"}]}) == '{"type":"x","list":[1,{"a":"b c"}]}'


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)))  # noqa: DTZ001
def test_times_come_back_to_the_microsecond(moment: datetime) -> None:
    written = iso(moment)
    assert written is not None
    assert datetime.fromisoformat(written) == moment
    assert len(written) == len("2026-01-31T12:00:00.000000Z")


@given(TEXT)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_message_is_the_same_from_every_side(house: House, content: str) -> None:
    """The acknowledgement, history, catch-up and the row itself tell of one message in the same words."""
    posted = post_message(user=house.ada, room=house.attic.uuid, content=f"@Ben Okafor {content}")
    told = json.loads(encode(dict(posted.payload)))
    row = Message.objects.for_payload().get(uuid=told["id"])

    assert told["content"] == f"@Ben Okafor {content}"
    assert told == json.loads(encode(message_payload(row)))
    assert told == json.loads(encode(page(house.attic).messages[0].payload()))
    replayed = json.loads(changes_since(house.attic.uuid, told["version"] - 1).changes[0].frame)
    assert replayed == {"type": "new_message", "message": told, "replay": True}
    edited = edit_message(user=house.ada, message=told["id"], content=f"{content} edited")
    replayed = json.loads(changes_since(house.attic.uuid, told["version"]).changes[0].frame)
    assert replayed["message"] == json.loads(encode(edited))


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sending_is_idempotent_however_repeats_fall_into_batches(house: House, order: list[int]) -> None:
    ids = [uuid4() for _ in range(5)]
    first: dict[int, dict[str, object]] = {}
    for start in range(0, len(order), 3):
        batch = order[start : start + 3]
        outcomes = write([post_of(house.ada, house.hall, f"{n}", client_message_id=ids[n]) for n in batch])
        for number, outcome in zip(batch, outcomes, strict=True):
            payload = dict(outcome.payload)  # type: ignore[union-attr]
            assert outcome.duplicate == (number in first)  # type: ignore[union-attr]
            assert first.setdefault(number, payload) == payload

    assert Message.objects.filter(client_message_id__in=ids).count() == len(set(order))


def test_a_page_of_catch_up_ends_at_512_kibibytes_as_they_go_over_the_wire(house: House) -> None:
    write([post_of(house.ada, house.hall, "中" * 9_000) for _ in range(40)])
    seen, version, sizes = 0, 0, []
    while True:
        changes = changes_since(house.hall.uuid, version)
        sizes.append(sum(len(change.frame.encode()) for change in changes.changes))
        seen, version = seen + len(changes.changes), changes.version
        if not changes.has_more:
            break

    assert seen == 40
    assert max(sizes) <= 512 * 1024
