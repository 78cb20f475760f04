"""Coming into rooms and leaving them, by many at once and against each other."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from accounts.models import AccessChange, User
from campfire.errors import Forbidden, NotFound
from chat.actions import locking, memberships, read_states, rooms
from chat.actions.memberships import add_member, join_room, leave_room, remove_member, update_membership
from chat.actions.messages import post_message
from chat.actions.posting import Posted
from chat.actions.read_states import mark_read
from chat.actions.rooms import delete_room, open_direct, update_room
from chat.events import MembershipAdded, MembershipRemoved
from chat.models import Membership, Room
from chat.tests.actions.threads import Told, at_once, check_clock
from chat.tests.conftest import House


def test_many_who_join_at_once_are_in_once_each(house: House, told: Told) -> None:
    people = [house.newcomer(f"Person {number}") for number in range(6)]
    answers = at_once(partial(join_room, user=person, room=house.hall.uuid) for person in people * 4)

    assert len({answer.pk for answer in answers}) == 6
    assert house.hall.memberships.count() == 8
    assert sum(isinstance(event, MembershipAdded) for event in told.events) == 6


def test_joining_and_leaving_at_once_ends_one_way_or_the_other(house: House, told: Told) -> None:
    """Each row that was made is named by one change, each that ended by another, and they alternate."""
    eve = house.newcomer("Eve")
    moves: list[Callable[[], Any]] = [
        partial(join_room, user=eve, room=house.hall.uuid),
        partial(leave_room, user=eve, room=house.hall.uuid),
        partial(add_member, user=house.ada, room=house.hall.uuid, person=eve.uuid),
        partial(remove_member, user=house.ada, room=house.hall.uuid, person=eve.uuid),
    ]
    results = at_once(moves * 6)

    assert all(isinstance(result, NotFound) for result in results if isinstance(result, Exception)), results
    changes = list(AccessChange.objects.filter(user=eve.uuid).order_by("id"))
    kinds = [change.kind for change in changes]
    assert kinds == [("member_added", "member_removed")[number % 2] for number in range(len(kinds))]
    for added, removed in zip(changes[::2], changes[1::2], strict=False):
        assert added.membership == removed.membership
    assert len({change.membership for change in changes[::2]}) == len(changes[::2])
    current = list(Membership.objects.filter(room=house.hall, user=eve).values_list("pk", flat=True))
    assert current == ([changes[-1].membership] if len(kinds) % 2 else [])
    events = [event for event in told.events if isinstance(event, MembershipAdded | MembershipRemoved)]
    assert len(events) == len(changes)


def test_nobody_posts_after_their_removal(house: House) -> None:
    """Removal and messages take the same lock: what was accepted came before, what came after was refused."""
    posts = [partial(post_message, user=house.ben, room=house.hall.uuid, content=f"{n}") for n in range(30)]
    removal = partial(remove_member, user=house.ada, room=house.hall.uuid, person=house.ben.uuid)
    results = at_once([*posts[:15], removal, *posts[15:]])

    assert all(isinstance(result, Posted | NotFound) or result is None for result in results), results
    accepted = sum(isinstance(result, Posted) for result in results)
    assert accepted == Room.objects.get(pk=house.hall.pk).seq
    check_clock(house.hall)
    with pytest.raises(NotFound):
        post_message(user=house.ben, room=house.hall.uuid, content="Still here?")


def test_one_direct_room_however_many_open_it_at_once(house: House) -> None:
    people = [house.ada, house.ben]
    answers = at_once(partial(open_direct, user=people[n % 2], people=[people[1 - n % 2].uuid]) for n in range(12))

    assert len({room.pk for room, _ in answers}) == 1
    assert [created for _, created in answers].count(True) == 1
    assert set(answers[0][0].people.all()) == set(people)


def test_joining_a_closed_room_of_another_workspace_or_as_a_guest_finds_nothing(house: House) -> None:
    newcomer = house.newcomer("Eve")
    for user, room in [(house.dan, house.hall), (house.cleo, house.hall), (newcomer, house.attic)]:
        with pytest.raises(NotFound):
            join_room(user=user, room=room.uuid)
        with pytest.raises(NotFound):
            add_member(user=user, room=room.uuid, person=house.ada.uuid)
    with pytest.raises(NotFound):
        add_member(user=house.ada, room=house.hall.uuid, person=house.dan.uuid)
    with pytest.raises(Forbidden):
        remove_member(user=house.ben, room=house.hall.uuid, person=house.ada.uuid)


ACTIONS: list[Callable[[User, House], object]] = [
    lambda user, house: add_member(user=user, room=house.hall.uuid, person=house.cleo.uuid),
    lambda user, house: remove_member(user=user, room=house.hall.uuid, person=house.ada.uuid),
    lambda user, house: leave_room(user=user, room=house.hall.uuid),
    lambda user, house: update_room(user=user, room=house.hall.uuid, name="taken over"),
    lambda user, house: delete_room(user=user, room=house.hall.uuid),
]


@pytest.mark.parametrize("action", ACTIONS)
def test_who_was_removed_while_waiting_for_the_lock_does_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, action: Callable[[User, House], object]
) -> None:
    boss = house.newcomer("Eve", "ADMIN")
    membership = join_room(user=boss, room=house.hall.uuid)
    real = locking.lock_room

    def late(pk: int) -> Room:
        Membership.objects.filter(pk=membership.pk).delete()
        return real(pk)

    for module in (locking, memberships, rooms):
        monkeypatch.setattr(module, "lock_room", late, raising=False)
    with pytest.raises(NotFound):
        action(boss, house)


def test_a_room_closed_while_the_lock_is_waited_for_is_not_joined(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    newcomer = house.newcomer("Eve")
    real = locking.lock_room

    def late(pk: int) -> Room:
        Room.objects.filter(pk=pk).update(kind=Room.Kind.CLOSED)
        return real(pk)

    monkeypatch.setattr(memberships, "lock_room", late)
    with pytest.raises(NotFound):
        join_room(user=newcomer, room=house.hall.uuid)


@pytest.mark.parametrize(
    ("module", "action"),
    [
        (memberships, lambda house: update_membership(user=house.ben, room=house.hall.uuid, involvement="nothing")),
        (read_states, lambda house: mark_read(user=house.ben, room=house.hall.uuid, seq=0)),
    ],
)
def test_a_membership_that_ends_between_look_up_and_change_is_not_found(
    house: House, monkeypatch: pytest.MonkeyPatch, module: Any, action: Callable[[House], object]
) -> None:
    real = module.membership_for

    def vanishing(user: User, room: object) -> Membership:
        found = real(user, room)
        Membership.objects.filter(pk=found.pk).delete()
        return found

    monkeypatch.setattr(module, "membership_for", vanishing)
    with pytest.raises(NotFound):
        action(house)


def test_random_comings_and_goings_among_messages_keep_every_clock(house: House, told: Told) -> None:
    people = [house.ben, house.newcomer("Eve"), house.newcomer("Finn")]

    def live(person: User, dice: random.Random) -> None:
        for _ in range(12):
            say = partial(post_message, content="Hello")
            moves: list[Callable[..., object]] = [join_room, leave_room, say, say]
            try:
                dice.choice(moves)(user=person, room=house.hall.uuid)
            except NotFound:
                continue

    assert at_once(partial(live, person, random.Random(n)) for n, person in enumerate(people * 2)) == [None] * 6
    check_clock(house.hall, told)
