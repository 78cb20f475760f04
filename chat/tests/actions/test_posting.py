"""Numbering and storing: no gaps, one row for each client message id, nothing spent on what is refused."""

import random
from functools import partial
from uuid import uuid4

import pytest
from django.db import transaction

from campfire.errors import ContentTooLong, ContentTooShort, Forbidden, NotFound
from chat.actions.batcher import commit
from chat.actions.memberships import remove_member
from chat.actions.messages import delete_message, edit_message, post_message, post_message_async
from chat.actions.posting import Posted, write
from chat.actions.rooms import update_room
from chat.models import Message, Room
from chat.queries.catchup import changes_since
from chat.queries.history import page
from chat.queries.search import search
from chat.rules.mentions import Person
from chat.tests.actions.threads import Told, at_once, check_clock, post_of
from chat.tests.conftest import House


def test_many_threads_number_one_room_without_gaps(house: House, told: Told) -> None:
    people = [house.ada, house.ben]
    calls = [
        partial(post_message, user=people[number % 2], room=house.hall.uuid, content=f"Number {number}")
        for number in range(60)
    ]
    answers = at_once(calls)

    assert all(isinstance(answer, Posted) and not answer.duplicate for answer in answers), answers
    assert sorted(answer.payload["seq"] for answer in answers) == list(range(1, 61))
    check_clock(house.hall, told)


async def test_sockets_and_threads_share_one_order(house: House) -> None:
    import asyncio

    from campfire.data.database import in_thread

    async def one(number: int) -> Posted:
        if number % 2:
            return await post_message_async(user=house.ada, room=house.hall.uuid, content=f"{number}")
        return await in_thread(post_message, user=house.ben, room=house.hall.uuid, content=f"{number}")

    answers = await asyncio.gather(*(one(number) for number in range(100)))

    assert sorted(answer.payload["seq"] for answer in answers) == list(range(1, 101))
    await in_thread(check_clock, house.hall)


def test_one_client_message_id_fifty_times_at_once_is_one_row(house: House, told: Told) -> None:
    sent = uuid4()
    call = partial(post_message, user=house.ada, room=house.hall.uuid, content="Once", client_message_id=sent)
    answers = at_once([call] * 50)

    assert [answer.duplicate for answer in answers].count(False) == 1
    assert all(answer.payload == answers[0].payload for answer in answers)
    assert Message.objects.filter(client_message_id=sent).count() == 1
    check_clock(house.hall, told)


def test_direct_writers_of_one_client_message_id_are_one_row(house: House) -> None:
    """Without the batcher between them: two processes that get the same repeat at once."""
    sent = uuid4()
    answers = at_once([partial(commit, [post_of(house.ada, house.hall, client_message_id=sent)]) for _ in range(12)])

    assert [answer[0].duplicate for answer in answers].count(False) == 1
    assert len({answer[0].payload["id"] for answer in answers}) == 1
    check_clock(house.hall)


def test_direct_writers_leave_no_gaps(house: House) -> None:
    rooms = [house.hall, house.attic]

    def hammer(dice: random.Random) -> None:
        for _ in range(8):
            posts = [post_of(house.ada, dice.choice(rooms)) for _ in range(dice.randint(1, 5))]
            assert all(isinstance(outcome, Posted) for outcome in commit(posts))

    results = at_once([partial(hammer, random.Random(number)) for number in range(6)])

    assert results == [None] * 6
    for room in rooms:
        check_clock(room)


def test_the_same_id_of_another_person_or_room_is_another_message(house: House) -> None:
    sent = uuid4()
    posts = [
        post_of(house.ada, house.hall, client_message_id=sent),
        post_of(house.ben, house.hall, client_message_id=sent),
        post_of(house.ada, house.attic, client_message_id=sent),
        post_of(house.ada, house.hall, client_message_id=sent),
    ]

    duplicates = [isinstance(outcome, Posted) and outcome.duplicate for outcome in write(posts)]
    assert duplicates == [False, False, False, True]


def test_a_repeat_answers_with_the_row_as_it_is_now(house: House, told: Told) -> None:
    sent = uuid4()
    first = post_message(user=house.ada, room=house.hall.uuid, content="First", client_message_id=sent).payload
    edit_message(user=house.ada, message=first["id"], content="Second")
    repeat = post_message(user=house.ada, room=house.hall.uuid, content="First", client_message_id=sent)
    assert (repeat.duplicate, repeat.payload["content"], repeat.payload["version"]) == (True, "Second", 2)

    delete_message(user=house.ada, message=first["id"])
    repeat = post_message(user=house.ada, room=house.hall.uuid, content="First", client_message_id=sent)
    assert (repeat.payload["content"], repeat.payload["html"], repeat.payload["seq"]) == ("", "", 1)
    assert repeat.payload["deleted_at"] is not None
    check_clock(house.hall, told)


def test_one_batch_over_several_rooms_answers_each_in_its_place(house: House) -> None:
    posts = [
        post_of(house.ada, house.hall, "one"),
        post_of(house.dan, house.hall, "outside"),
        post_of(house.cleo, house.attic, "two"),
        post_of(house.ada, Room(uuid=uuid4()), "nowhere"),
        post_of(house.cleo, house.hall, "not hers"),
        post_of(house.ben, house.hall, "three"),
    ]
    outcomes = commit(posts)

    assert [type(outcome) for outcome in outcomes] == [Posted, NotFound, Posted, NotFound, NotFound, Posted]
    assert [outcome.payload["seq"] for outcome in outcomes if isinstance(outcome, Posted)] == [1, 1, 2]
    contents = [outcome.payload["content"] for outcome in outcomes if isinstance(outcome, Posted)]
    assert contents == ["one", "two", "three"]
    check_clock(house.hall)
    check_clock(house.attic)


def test_removed_and_disabled_people_and_archived_rooms_take_nothing(house: House) -> None:
    remove_member(user=house.ada, room=house.attic.uuid, person=house.cleo.uuid)
    assert isinstance(commit([post_of(house.cleo, house.attic)])[0], NotFound)
    house.ben.is_active = False
    house.ben.save()
    assert isinstance(commit([post_of(house.ben, house.hall)])[0], NotFound)
    update_room(user=house.ada, room=house.hall.uuid, archived=True)
    assert isinstance(commit([post_of(house.ada, house.hall)])[0], Forbidden)

    assert Message.objects.count() == 0
    check_clock(house.hall)


def test_a_repeat_is_answered_in_an_archived_room_too(house: House) -> None:
    post = post_of(house.ada, house.hall)
    commit([post])
    update_room(user=house.ada, room=house.hall.uuid, archived=True)

    (outcome,) = commit([post_of(house.ada, house.hall, client_message_id=post.client_message_id)])
    assert isinstance(outcome, Posted)
    assert outcome.duplicate


def test_a_rollback_spends_neither_seq_nor_version(house: House) -> None:
    commit([post_of(house.ada, house.hall)])
    with transaction.atomic():
        write([post_of(house.ada, house.hall)])
        transaction.set_rollback(True)
    commit([post_of(house.ada, house.hall)])

    check_clock(house.hall)
    assert Room.objects.get(pk=house.hall.pk).version == 2


def test_inside_a_transaction_nothing_is_told_before_it_commits(house: House, told: Told) -> None:
    with transaction.atomic():
        posted = post_message(user=house.ada, room=house.hall.uuid, content="Inside")
        assert told.versions(house.hall) == []

    assert posted.payload["version"] == 1
    check_clock(house.hall, told)


def test_after_the_acknowledgement_everything_includes_it(house: House) -> None:
    for number in range(5):
        posted = post_message(user=house.ada, room=house.hall.uuid, content=f"Marzipan number {number}")
        assert page(house.hall).messages[0].seq == posted.payload["seq"]
        assert str(search(house.ben, "marzipan")[0].uuid) == posted.payload["id"]
        assert changes_since(house.hall.uuid, number).version == posted.payload["version"]


@pytest.mark.parametrize(
    ("content", "error"), [("", ContentTooShort), (" \n", ContentTooShort), ("x" * 10_001, ContentTooLong)]
)
def test_what_may_not_be_said_never_reaches_the_database(house: House, content: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        post_message(user=house.ada, room=house.hall.uuid, content=content)

    assert Room.objects.get(pk=house.hall.pk).version == 0


def test_who_is_named_is_told_with_the_message(house: House) -> None:
    posted = post_message(user=house.ada, room=house.hall.uuid, content="@Ben Okafor and @Dan Whitfield, look")

    assert posted.payload["mentions"] == [str(house.ben.uuid)]
    nobody = Person(10**9, str(uuid4()), "Nobody")
    poisoned = commit([post_of(house.ada, house.hall, mentioned=(nobody,)), post_of(house.ada, house.hall)])
    assert [isinstance(outcome, Posted) for outcome in poisoned] == [False, True]
    check_clock(house.hall)
