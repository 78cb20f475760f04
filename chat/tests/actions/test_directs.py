"""Direct conversations: one for each exact set of people, whoever asks and however often."""

from functools import partial
from itertools import permutations
from uuid import uuid4

import pytest

from accounts.actions.users import deactivate
from accounts.models import Member
from accounts.tests.factories import make_people
from campfire.errors import CampfireError, InvalidFrame, NotFound
from chat.actions.departures import remove_from_workspace
from chat.actions.rooms import LARGEST_DIRECT, open_direct
from chat.models import Membership, Room
from chat.tests.actions.threads import at_once
from chat.tests.conftest import House


def test_20_who_ask_at_once_get_one_room(house: House) -> None:
    """Ada, Ben and Cleo in turn, each naming the others in one order and in the other."""
    trio = [house.ada, house.ben, house.cleo]
    orders = list(permutations(trio))
    answers = at_once(
        partial(open_direct, user=first, people=[second.uuid, third.uuid])
        for first, second, third in (orders[turn % len(orders)] for turn in range(20))
    )
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert len({room.pk for room, _ in answers}) == 1
    assert sum(created for _, created in answers) == 1
    room = Room.objects.get(kind="direct")
    assert set(room.people.all()) == set(trio)


def test_another_set_of_people_is_another_room(house: House) -> None:
    pair, _ = open_direct(user=house.ada, people=[house.ben.uuid])
    trio, _ = open_direct(user=house.ada, people=[house.ben.uuid, house.cleo.uuid])
    alone, _ = open_direct(user=house.ada, people=[house.ada.uuid])
    assert len({pair.pk, trio.pk, alone.pk}) == 3
    again = open_direct(user=house.ben, people=[house.ada.uuid, house.ada.uuid, house.ben.uuid])
    assert again == (pair, False)


def test_50_people_and_no_more(house: House) -> None:
    people = [person.uuid for person in make_people(LARGEST_DIRECT, house.workspace)]
    room, created = open_direct(user=house.ada, people=people[: LARGEST_DIRECT - 1])
    assert (created, room.people.count()) == (True, LARGEST_DIRECT)
    with pytest.raises(InvalidFrame):
        open_direct(user=house.ada, people=people)


def test_nobody_is_written_to_who_cannot_answer(house: House) -> None:
    """Deactivated, out of the workspace, of another one, or nobody at all: not there."""
    gone, left = house.newcomer("Gone"), house.newcomer("Left")
    pair, _ = open_direct(user=house.ada, people=[gone.uuid])
    deactivate(user=gone)
    remove_from_workspace(actor=house.ada, workspace=house.workspace.uuid, user=left.uuid)
    for person in (gone.uuid, left.uuid, house.dan.uuid, uuid4()):
        with pytest.raises(NotFound):
            open_direct(user=house.ada, people=[person])
        with pytest.raises(NotFound):
            open_direct(user=house.ada, people=[house.ben.uuid, person])
    assert Membership.objects.filter(room=pair, user=house.ada).exists(), "What was said can still be read"
    assert Room.objects.filter(kind="direct").count() == 1


def test_people_of_several_workspaces_need_one_they_share(house: House) -> None:
    """Ben is in both places; Ada and Dan are not in the same one."""
    Member.objects.create(workspace=house.elsewhere, user=house.ben, role="MEMBER")
    assert open_direct(user=house.ben, people=[house.dan.uuid])[0].workspace_id == house.elsewhere.pk
    assert open_direct(user=house.ben, people=[house.ada.uuid])[0].workspace_id == house.workspace.pk
    with pytest.raises(CampfireError):
        open_direct(user=house.ben, people=[house.ada.uuid, house.dan.uuid])


def test_a_guest_reaches_the_people_of_their_rooms(house: House) -> None:
    stranger = house.newcomer("Eve")
    assert open_direct(user=house.cleo, people=[house.ben.uuid])[1]
    for people in ([stranger.uuid], [house.ben.uuid, stranger.uuid]):
        with pytest.raises(NotFound):
            open_direct(user=house.cleo, people=people)
    open_direct(user=stranger, people=[house.cleo.uuid])
    assert open_direct(user=house.cleo, people=[stranger.uuid])[1] is False, "Now they share one"
