"""The batcher when things go wrong: bad posts fail alone, an unknown outcome becomes a known one."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection

from campfire.errors import CampfireError, Unavailable
from campfire.ids import new_id
from chat.actions import batcher as module
from chat.actions.batcher import Batcher, commit
from chat.actions.messages import post_message
from chat.actions.posting import Outcome, Post, Posted, write
from chat.models import Message
from chat.tests.actions.threads import Told, at_once, check_clock, post_of
from chat.tests.conftest import House

Write = Callable[[Sequence[Post]], list[Outcome]]


@pytest.mark.parametrize("bad", [{0}, {7}, {3, 4}, {0, 1, 6, 11}, set(range(12))])
def test_bad_posts_fail_alone(house: House, monkeypatch: pytest.MonkeyPatch, bad: set[int]) -> None:
    def refusing(posts: Sequence[Post]) -> list[Outcome]:
        if any(post.content == "poison" for post in posts):
            raise ValueError("poison")
        return write(posts)

    monkeypatch.setattr(module, "write", refusing)
    posts = [post_of(house.ada, house.hall, "poison" if number in bad else f"{number}") for number in range(12)]
    outcomes = commit(posts)

    assert {number for number, outcome in enumerate(outcomes) if isinstance(outcome, CampfireError)} == bad
    stored = [outcome.payload["content"] for outcome in outcomes if isinstance(outcome, Posted)]
    assert stored == [f"{number}" for number in range(12) if number not in bad]
    check_clock(house.hall)


def interrupted(real: Write, *, after: bool, times: int = 1) -> Write:
    """`write` that loses its connection: after the commit, or before it."""
    left = [times]

    def call(posts: Sequence[Post]) -> list[Outcome]:
        if left[0] == 0:
            return real(posts)
        left[0] -= 1
        if after:
            real(posts)
        raise OperationalError("server closed the connection unexpectedly")

    return call


@pytest.mark.parametrize("after", [True, False])
def test_a_commit_of_unknown_outcome_is_found_again(
    house: House, told: Told, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    known = post_of(house.ada, house.hall, "Known before")
    Batcher().submit(known).result(10)
    monkeypatch.setattr(module, "write", interrupted(write, after=after))
    batcher = Batcher()
    futures = [batcher.submit(post_of(house.ada, house.hall, f"{number}")) for number in range(5)]
    repeat = batcher.submit(post_of(house.ada, house.hall, client_message_id=known.client_message_id))

    assert not any(future.result(10).duplicate for future in futures)
    assert repeat.result(10).duplicate
    assert Message.objects.count() == 6
    check_clock(house.hall, told)


def test_a_database_that_stays_away_is_said_to_be_and_nothing_is_stored(
    house: House, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "write", interrupted(write, after=False, times=2))
    future = Batcher().submit(post_of(house.ada, house.hall))

    with pytest.raises(Unavailable) as raised:
        future.result(10)
    assert raised.value.retry_after
    assert told.events == []
    check_clock(house.hall, told)


def test_a_sender_who_tries_again_after_an_unknown_outcome_gets_their_message(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "write", interrupted(write, after=True, times=2))
    post = post_of(house.ada, house.hall)
    assert isinstance(commit([post])[0], Unavailable)

    (outcome,) = commit([post_of(house.ada, house.hall, client_message_id=post.client_message_id)])
    assert isinstance(outcome, Posted)
    assert Message.objects.count() == 1
    check_clock(house.hall)


def test_what_waits_while_a_batch_commits_is_one_batch(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    first, go = threading.Event(), threading.Event()

    def slow(posts: Sequence[Post]) -> list[Outcome]:
        sizes.append(len(posts))
        first.set()
        go.wait(10)
        return write(posts)

    monkeypatch.setattr(module, "write", slow)
    batcher = Batcher()
    futures = [batcher.submit(post_of(house.ada, house.hall))]
    first.wait(10)
    futures += [batcher.submit(post_of(house.ada, house.hall)) for _ in range(module.LARGEST_BATCH + 50)]
    go.set()
    answers = [future.result(20) for future in futures]

    assert sizes == [1, module.LARGEST_BATCH, 50]
    assert [answer.payload["seq"] for answer in answers] == list(range(1, module.LARGEST_BATCH + 52))


async def test_what_one_turn_of_a_loop_sends_is_one_batch_but_for_whom_nobody_waits(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def counting(posts: Sequence[Post]) -> list[Outcome]:
        sizes.append(len(posts))
        return write(posts)

    monkeypatch.setattr(module, "write", counting)
    batcher = Batcher()
    sending = [asyncio.ensure_future(batcher.submit_async(post_of(house.ada, house.hall))) for _ in range(30)]
    asyncio.get_running_loop().call_soon(sending[0].cancel)
    answers = await asyncio.gather(*sending, return_exceptions=True)

    assert sizes == [29]
    assert isinstance(answers[0], asyncio.CancelledError)
    assert [answer.payload["seq"] for answer in answers if isinstance(answer, Posted)] == list(range(1, 30))


def test_events_are_told_in_order_of_version_before_anybody_is_answered(house: House) -> None:
    batcher = Batcher()
    with Told() as told:
        answers = at_once([partial(lambda: _answered(batcher, house, told)) for _ in range(20)])

    assert all(answers)
    versions = [event.version for event in told.events]  # type: ignore[attr-defined]
    assert versions == sorted(versions)


def _answered(batcher: Batcher, house: House, told: Told) -> bool:
    answer = batcher.submit(post_of(house.ada, house.hall)).result(10)
    return answer.payload["version"] in told.versions(house.hall)


def test_the_thread_ends_when_idle_and_comes_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.01)
    batcher = Batcher()
    for number in range(1, 30):
        threads = {thread for thread in threading.enumerate() if thread.name == "batcher"}
        assert batcher.submit(post_of(house.ada, house.hall)).result(10).payload["seq"] == number
        for thread in threads if number % 3 == 0 else ():
            thread.join(10)


def test_a_batch_that_blows_up_does_not_silence_the_batcher(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(posts: Sequence[Post]) -> list[Outcome]:
        raise RuntimeError("nobody thought of this")

    batcher = Batcher()
    monkeypatch.setattr(module, "commit", explode)
    with pytest.raises(CampfireError):
        batcher.submit(post_of(house.ada, house.hall)).result(10)
    monkeypatch.setattr(module, "commit", commit)

    assert batcher.submit(post_of(house.ada, house.hall)).result(10).payload["seq"] == 1


def test_who_waits_for_the_batcher_holds_no_connection(
    house: House, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Else as many posts as the pool has connections leave none for the batcher, and nobody is answered."""
    settings.IS_SQLITE = False
    held: list[object] = []
    submit = module.batcher.submit

    def looking(post: Post) -> "Future[Posted]":
        held.append(connection.connection)
        return submit(post)

    monkeypatch.setattr(module.batcher, "submit", looking)
    assert post_message(user=house.ada, room=house.hall.uuid, content="Hello @Ben Okafor").event
    assert held == [None]


@pytest.mark.parametrize("waits", ["in a thread", "on a loop"])
async def test_what_waited_too_long_is_not_begun_and_what_was_begun_is_found_again(
    house: House, monkeypatch: pytest.MonkeyPatch, settings: Any, waits: str
) -> None:
    settings.STORING_SECONDS = 0.3
    hangs, silent = threading.Event(), threading.Event()

    def hanging(posts: Sequence[Post]) -> list[Outcome]:
        hangs.set()
        silent.wait(10)
        return write(posts)

    monkeypatch.setattr(module, "write", hanging)
    batcher = Batcher()

    async def from_a_thread(post: Post) -> Posted:
        return await asyncio.to_thread(batcher.store, post)

    store = from_a_thread if waits == "in a thread" else batcher.submit_async
    begun, waiting = post_of(house.ada, house.hall, "Begun"), post_of(house.ada, house.hall, "Waiting")
    first = asyncio.ensure_future(store(begun))
    await asyncio.to_thread(hangs.wait, 10)
    for answer in await asyncio.gather(first, store(waiting), return_exceptions=True):
        assert isinstance(answer, Unavailable)
        assert answer.retry_after
    silent.set()
    settings.STORING_SECONDS = 10

    again = await store(replace(begun, uuid=new_id()))
    assert (again.payload["content"], again.payload["seq"], again.duplicate) == ("Begun", 1, True)
    again = await store(replace(waiting, uuid=new_id()))
    assert (again.payload["seq"], again.duplicate) == (2, False)


async def test_who_posts_when_there_was_no_thread_for_others_is_stored(
    house: House, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.STORING_SECONDS = 0.1
    batcher, start, refusals = Batcher(), threading.Thread.start, ["can't start new thread"]

    def refuse(thread: threading.Thread) -> None:
        if thread.name == "batcher" and refusals:
            raise RuntimeError(refusals.pop())
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(RuntimeError):
        batcher.submit(post_of(house.ada, house.hall, "unheard"))
    settings.STORING_SECONDS = 60
    stored = await batcher.submit_async(post_of(house.ada, house.hall, "heard"))
    assert stored.payload["content"] == "heard"
