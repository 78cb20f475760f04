"""Leaving a workspace takes people out of all its rooms, also against those who bring them into one more."""

from functools import partial

import pytest

from accounts.models import AccessChange, Member
from accounts.operators import Operator
from accounts.payloads import user_payload
from accounts.roles import Role
from accounts.tests.factories import make_workspace
from campfire.errors import Conflict, Forbidden, NotFound
from chat.actions.departures import remove_from_workspace
from chat.actions.memberships import add_member, join_room
from chat.actions.messages import post_message
from chat.actions.rooms import create_room, open_direct
from chat.events import MembershipRemoved
from chat.models import Membership, Message
from chat.queries.rooms import room_of, rooms_of
from chat.tests.actions.threads import Told, at_once
from chat.tests.conftest import House


def test_it_leads_out_of_every_room_of_the_workspace_and_no_other(house: House, told: Told) -> None:
    Member.objects.create(workspace=house.elsewhere, user=house.ben, role=Role.MEMBER)
    there = create_room(user=house.ben, workspace=house.elsewhere.uuid, name="there", kind="closed")
    direct, _ = open_direct(user=house.ben, people=[house.ada.uuid])
    post_message(user=house.ben, room=direct.uuid, content="Stays")
    remove_from_workspace(actor=house.ada, workspace=house.workspace.uuid, user=house.ben.uuid)

    assert [membership.room for membership in Membership.objects.filter(user=house.ben)] == [there]
    assert [member.workspace for member in house.ben.members.all()] == [house.elsewhere]
    removed = {event.room for event in told.events if isinstance(event, MembershipRemoved)}
    assert removed == {str(room.uuid) for room in (house.hall, house.attic, direct)}
    assert AccessChange.objects.filter(kind="member_removed", user=house.ben.uuid, reason="removed").count() == 3
    assert AccessChange.objects.filter(kind="workspace_left", user=house.ben.uuid).count() == 1
    assert Message.objects.get().content == "Stays"


def test_a_direct_conversation_is_still_with_who_left(house: House) -> None:
    direct, _ = open_direct(user=house.ada, people=[house.ben.uuid])
    notes, _ = open_direct(user=house.ada, people=[])
    remove_from_workspace(actor=house.ada, workspace=house.workspace.uuid, user=house.ben.uuid)

    company = {room["id"]: [person["name"] for person in room.get("people", ())] for room in rooms_of(house.ada)}
    assert company[str(direct.uuid)] == [house.ada.name, house.ben.name]
    assert company[str(notes.uuid)] == [house.ada.name]
    assert room_of(direct.memberships.get())["people"] == [user_payload(house.ada), user_payload(house.ben)]


def test_who_may_and_who_must_stay(house: House) -> None:
    admin = house.newcomer("Eve", "ADMIN")
    where = {"workspace": house.workspace.uuid}
    for actor, person, error in (
        (house.ben, house.cleo, Forbidden),
        (house.cleo, house.cleo, Forbidden),
        (admin, house.ada, Forbidden),
        (house.ada, house.ada, Conflict),
        (house.ada, house.dan, NotFound),
        (house.dan, house.ben, NotFound),
    ):
        with pytest.raises(error):
            remove_from_workspace(actor=actor, user=person.uuid, **where)
    remove_from_workspace(actor=admin, user=house.ben.uuid, **where)
    remove_from_workspace(actor=Operator(house.dan), user=house.cleo.uuid, **where)
    with pytest.raises(NotFound):
        remove_from_workspace(actor=Operator(house.dan), user=house.cleo.uuid, **where)
    assert Membership.objects.filter(room=house.attic).count() == 1


def test_who_comes_back_finds_their_direct_conversations(house: House) -> None:
    direct, _ = open_direct(user=house.ada, people=[house.ben.uuid])
    post_message(user=house.ada, room=direct.uuid, content="Before")
    remove_from_workspace(actor=house.ada, workspace=house.workspace.uuid, user=house.ben.uuid)
    with pytest.raises(NotFound):
        open_direct(user=house.ada, people=[house.ben.uuid])
    Member.objects.create(workspace=house.workspace, user=house.ben, role=Role.MEMBER)
    assert not direct.memberships.filter(user=house.ben).exists()
    for asks, asked in ((house.ada, house.ben), (house.ben, house.ada)):
        assert open_direct(user=asks, people=[asked.uuid]) == (direct, False)
    assert direct.memberships.count() == 2
    assert direct.memberships.get(user=house.ben).involvement == "everything"


def test_nobody_is_let_in_who_no_longer_belongs(house: House) -> None:
    remove_from_workspace(actor=house.ada, workspace=house.workspace.uuid, user=house.ben.uuid)

    with pytest.raises(NotFound):
        join_room(user=house.ben, room=house.hall.uuid)
    with pytest.raises(NotFound):
        add_member(user=house.ada, room=house.hall.uuid, person=house.ben.uuid)


def test_against_those_who_bring_them_in(house: House) -> None:
    """However it falls out: who is of no workspace is in no room, and nothing waits for ever."""
    rooms = [
        create_room(user=house.ada, workspace=house.workspace.uuid, name=f"room {n}", kind="open") for n in range(6)
    ]
    for turn in range(4):
        eve = house.newcomer(f"Eve {turn}")
        bring = [partial(add_member, user=house.ada, room=room.uuid, person=eve.uuid) for room in rooms]
        join = [partial(join_room, user=eve, room=room.uuid) for room in rooms]
        make = partial(
            create_room, user=house.ada, workspace=house.workspace.uuid, name="new", kind="closed", members=[eve.uuid]
        )
        talk = partial(open_direct, user=house.ada, people=[eve.uuid])
        go = partial(remove_from_workspace, actor=house.ada, workspace=house.workspace.uuid, user=eve.uuid)
        results = at_once([*bring[:3], go, make, *join[3:], talk, *bring[3:]])

        unexpected = [r for r in results if isinstance(r, Exception) and not isinstance(r, NotFound)]
        assert unexpected == []
        assert not Member.objects.filter(user=eve, workspace=house.workspace).exists()
        assert list(Membership.objects.filter(user=eve)) == []


def test_rooms_made_at_once_with_the_same_people_never_wait_for_one_another(house: House) -> None:
    people = [house.newcomer(f"Person {number}") for number in range(5)]
    orders = [people, people[::-1]] * 4
    calls = [
        partial(
            create_room,
            user=order[0],
            workspace=house.workspace.uuid,
            name="x",
            kind="closed",
            members=[person.uuid for person in order],
        )
        for order in orders
    ]
    results = at_once(calls)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert all(room.memberships.count() == 5 for room in results)


def test_a_workspace_is_not_found_by_a_stranger(house: House) -> None:
    with pytest.raises(NotFound):
        remove_from_workspace(actor=house.ada, workspace=make_workspace().uuid, user=house.ben.uuid)
