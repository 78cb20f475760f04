"""The read marker and what is unread above it, against a naive count."""

from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from campfire.errors import InvalidCursor, NotFound
from chat.actions.messages import delete_message, edit_message, post_message
from chat.actions.read_states import mark_all_read, mark_read, mark_unread
from chat.actions.rooms import create_room
from chat.events import ReadStateChanged
from chat.models import Membership, Message, Room
from chat.queries.unread import count, counted
from chat.tests.actions.threads import at_once
from chat.tests.conftest import House

NAMES = ["nobody", "@Ada Lindqvist", "@Ben Okafor", "@Ada Lindqvist and @Ben Okafor"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["post", "post", "post", "edit", "delete", "read", "unread"]),
        st.integers(0, 1),
        st.integers(0, 20),
        st.sampled_from(NAMES),
    ),
    max_size=25,
)


def naive(user: User, room: Room) -> tuple[int, int]:
    """Live messages of others above the marker, one by one, and those of them that name `user`."""
    marker = Membership.objects.get(room=room, user=user).last_read_seq
    above = [
        message
        for message in Message.objects.filter(room=room)
        if message.seq > marker and message.deleted_at is None and message.creator_id != user.pk
    ]
    return len(above), sum(f"@{user.name}" in message.content for message in above)


@given(STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counts_are_exact_after_any_walk(house: House, steps: list[tuple[str, int, int, str]]) -> None:
    people = [house.ada, house.ben]
    room = create_room(
        user=house.ada, workspace=house.workspace.uuid, name="walk", kind="open", members=[house.ben.uuid]
    )
    for what, who, which, names in steps:
        user, seq = people[who], min(which, Room.objects.get(pk=room.pk).seq)
        message = Message.objects.filter(room=room, seq=seq, deleted_at=None).first()
        if what == "post":
            post_message(user=user, room=room.uuid, content=f"Hello {names}")
        elif what == "read":
            mark_read(user=user, room=room.uuid, seq=seq)
        elif what == "unread":
            mark_unread(user=user, room=room.uuid, seq=seq)
        elif message and what == "edit":
            edit_message(user=house.ada, message=message.uuid, content=f"Edited {names}")
        elif message:
            delete_message(user=house.ada, message=message.uuid)
    for user in people:
        expected = naive(user, room)
        membership = Membership.objects.get(room=room, user=user)
        found = [count(membership), *counted(Membership.objects.filter(user=user, room=room))]
        assert [(row.unread, row.mentions) for row in found] == [expected, expected]


def test_naming_oneself_is_no_mention(house: House) -> None:
    posted = post_message(user=house.ada, room=house.hall.uuid, content="@Ada Lindqvist and @Ben Okafor").payload
    assert posted["mentions"] == [str(house.ben.uuid)]
    edited = edit_message(user=house.ada, message=posted["id"], content="@Ada Lindqvist")
    assert edited["mentions"] == []
    assert 'class="mention"' in edited["html"]


def test_reading_goes_forward_only(house: House) -> None:
    for _ in range(5):
        post_message(user=house.ada, room=house.hall.uuid, content="Hello")

    assert mark_read(user=house.ben, room=house.hall.uuid, seq=3)["unread_count"] == 2
    assert mark_read(user=house.ben, room=house.hall.uuid, seq=1)["last_read_seq"] == 3
    assert mark_unread(user=house.ben, room=house.hall.uuid, seq=2)["last_read_seq"] == 1
    assert Room.objects.get(pk=house.hall.pk).version == 5


def test_devices_that_read_at_once_end_at_the_furthest(house: House) -> None:
    for _ in range(10):
        post_message(user=house.ada, room=house.hall.uuid, content="Hello")
    at_once(partial(mark_read, user=house.ben, room=house.hall.uuid, seq=seq) for seq in range(11))

    assert Membership.objects.get(room=house.hall, user=house.ben).last_read_seq == 10


@pytest.mark.parametrize("seq", [-1, 2, 10**12])
def test_what_was_never_said_cannot_be_read(house: House, seq: int) -> None:
    post_message(user=house.ada, room=house.hall.uuid, content="Hello")
    with pytest.raises(InvalidCursor):
        mark_read(user=house.ben, room=house.hall.uuid, seq=seq)


def test_others_rooms_have_no_marker_of_ones_own(house: House) -> None:
    with pytest.raises(NotFound):
        mark_read(user=house.dan, room=house.hall.uuid, seq=0)


def test_everything_is_read_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[ReadStateChanged] = []
    monkeypatch.setattr("chat.actions.read_states.publish_on_commit", heard.append)
    rooms = [house.hall, house.attic]
    for room in rooms:
        post_message(user=house.ada, room=room.uuid, content="Hello @Ben Okafor")

    states = mark_all_read(user=house.ben)

    assert {state["room_id"] for state in states} == {str(room.uuid) for room in rooms}
    assert all((state["unread_count"], state["mention_count"]) == (0, 0) for state in states)
    assert [event.payload for event in heard] == states, "his other devices hear of it"
    assert mark_all_read(user=house.ben) == []
