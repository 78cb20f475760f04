"""What hangs on a message travels with its row, wherever messages are read, without a query more."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.actions.messages import delete_message, edit_message, post_message
from chat.actions.posting import Posted, write
from chat.models import Message
from chat.queries import parts
from chat.queries.catchup import changes_since
from chat.queries.history import page
from chat.queries.search import search
from chat.tests.actions.threads import post_of
from chat.tests.conftest import House

HANGING = {"pinned": True, "reactions": [{"emoji": "🎉", "count": 2, "user_ids": ["a", "b"]}]}


@pytest.fixture
def summaries(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[Message], Mapping[str, Any]]]:
    """What hangs on messages in a test."""
    found: list[Callable[[Message], Mapping[str, Any]]] = []
    monkeypatch.setattr(parts, "SUMMARIES", found)
    return found


def hanging(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {name: payload[name] for name in HANGING}


def everywhere(house: House) -> list[dict[str, Any]]:
    """The newest message of the hall, as every way of reading has it."""
    stored = Message.objects.for_payload().filter(room=house.hall).latest("seq")
    change = changes_since(house.hall.uuid, 0).changes[-1]
    return [
        max(page(house.hall).messages, key=lambda message: message.seq).payload(),
        search(house.ada, "party")[0].payload(),
        orjson.loads(change.frame)["message"],
        parts.parts_of(stored) or {},
    ]


def test_a_message_on_which_nothing_hangs_has_no_summary(house: House) -> None:
    post_message(user=house.ada, room=house.hall.uuid, content="A party")

    assert Message.objects.get().parts is None
    assert [hanging(payload) for payload in everywhere(house)[:-1]] == [{"pinned": False, "reactions": []}] * 3


def test_every_change_of_a_message_writes_its_summary_anew(
    house: House, summaries: list[Callable[[Message], Mapping[str, Any]]]
) -> None:
    posted = post_message(user=house.ada, room=house.hall.uuid, content="A party")
    summaries += [lambda message: {"pinned": True}, lambda message: {"reactions": HANGING["reactions"]}]
    edited = edit_message(user=house.ada, message=posted.payload["id"], content="A party at noon")

    assert hanging(edited) == HANGING
    assert Message.objects.get().parts == HANGING
    assert [hanging(payload) for payload in everywhere(house)] == [HANGING] * 4

    summaries[:] = [lambda message: {"pinned": message.deleted_at is None}]
    gone = delete_message(user=house.ada, message=posted.payload["id"])
    assert hanging(gone) == {"pinned": False, "reactions": []}


def test_what_hangs_on_a_message_from_the_start_is_stored_with_it(house: House) -> None:
    first, second = post_of(house.ada, house.hall, "A quiet one"), post_of(house.ada, house.hall, "A party")
    outcomes = write([first, replace(second, parts=HANGING)])

    assert all(isinstance(outcome, Posted) for outcome in outcomes)
    payloads = [outcome.payload for outcome in outcomes if isinstance(outcome, Posted)]
    assert [hanging(payload) for payload in payloads] == [{"pinned": False, "reactions": []}, HANGING]
    assert [row.parts for row in Message.objects.order_by("seq")] == [None, HANGING]
    assert [hanging(payload) for payload in everywhere(house)[:-1]] == [HANGING] * 3
    (repeated,) = write([replace(second, parts=None)])
    assert isinstance(repeated, Posted)
    assert hanging(repeated.payload) == HANGING


def test_what_hangs_on_messages_costs_no_query(house: House) -> None:
    def count() -> list[int]:
        counts = []
        for read in (page, lambda room: changes_since(room.uuid, 0), lambda room: search(house.ada, "party")):
            with CaptureQueriesContext(connection) as captured:
                read(house.hall)
            counts.append(len(captured))
        return counts

    write([post_of(house.ada, house.hall, "A party")])
    few = count()
    write([replace(post_of(house.ada, house.hall, f"A party {number}"), parts=HANGING) for number in range(20)])
    assert count() == few
