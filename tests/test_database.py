"""Look-ups that are made together, and how PostgreSQL is connected to."""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import pytest
from django.db import connection

from campfire.data.database import THREADS, BatchedLookup, in_thread, read_in_thread
from campfire.logs import context as log_context

# The threads have connections, if only to give them back.
pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 30.0


class Book:
    """A look-up that notes what it was asked in one go, and answers when it may."""

    def __init__(self) -> None:
        self.pages: list[list[int]] = []
        self.begun, self.may_end = threading.Semaphore(0), threading.Semaphore(0)

    def __call__(self, keys: Sequence[int]) -> Mapping[int, int]:
        self.pages.append(list(keys))
        self.begun.release()
        assert self.may_end.acquire(timeout=PATIENCE)
        if -1 in keys:
            raise ValueError("there is no such page")
        return {key: key * key for key in keys if key < 100}

    async def has_begun(self) -> None:
        assert await in_thread(self.begun.acquire, timeout=PATIENCE)

    def let(self, times: int) -> None:
        for _ in range(times):
            self.may_end.release()


def test_postgresql_runs_statements_without_compiling_them() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW jit")
            assert cursor.fetchone() == ("off",)


async def test_who_asks_in_one_turn_is_answered_by_one_look_up() -> None:
    book = Book()
    book.let(1)
    together = BatchedLookup(book)

    assert await asyncio.gather(*(together(number) for number in (3, 4, 100, 3))) == [9, 16, None, 9]
    assert book.pages == [[3, 4, 100]]


async def test_who_asks_while_one_runs_is_answered_by_the_next() -> None:
    """Not by the one that runs, though it was asked the same: what it read may be older than the question."""
    book = Book()
    together = BatchedLookup(book)
    first = asyncio.ensure_future(together(3))
    await book.has_begun()
    others = [asyncio.ensure_future(together(number)) for number in (3, 4, 5)]
    await asyncio.sleep(0)
    assert book.pages == [[3]]

    book.let(2)

    assert await first == 9
    assert await asyncio.gather(*others) == [9, 16, 25]
    assert book.pages == [[3], [3, 4, 5]]


async def test_not_too_many_are_looked_up_at_once() -> None:
    book = Book()
    book.let(3)
    together = BatchedLookup(book, most=2)

    assert await asyncio.gather(*(together(number) for number in range(5))) == [0, 1, 4, 9, 16]
    assert book.pages == [[0, 1], [2, 3], [4]]


async def test_a_failure_is_that_of_those_who_asked_together_and_of_nobody_later() -> None:
    book = Book()
    book.let(2)
    together = BatchedLookup(book)

    failed = await asyncio.gather(together(-1), together(1), return_exceptions=True)
    assert [type(result) for result in failed] == [ValueError, ValueError]
    assert await together(1) == 1


async def test_who_stops_waiting_takes_nobody_along() -> None:
    book = Book()
    together = BatchedLookup(book)
    first, second = (asyncio.ensure_future(together(number)) for number in (1, 2))
    await book.has_begun()
    first.cancel()
    third = asyncio.ensure_future(together(3))
    await asyncio.sleep(0)

    book.let(2)

    assert [await second, await third] == [4, 9]
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_what_is_logged_on_the_way_belongs_to_none_of_those_who_ask() -> None:
    seen = []

    def look(keys: Sequence[int]) -> Mapping[int, int]:
        seen.append(dict(log_context.current()))
        return {key: key for key in keys}

    log_context.begin(socket="one")
    assert await BatchedLookup(look)(1) == 1
    assert seen == [{}]


async def test_one_that_runs_leaves_threads_to_others() -> None:
    book = Book()
    together = BatchedLookup(book)
    waiting = [asyncio.ensure_future(together(1))]
    await book.has_begun()
    waiting += [asyncio.ensure_future(together(number)) for number in range(2 * THREADS)]
    assert await asyncio.wait_for(in_thread(int), PATIENCE) == 0
    book.let(2)
    assert len(await asyncio.gather(*waiting)) == 1 + 2 * THREADS


async def test_reading_goes_on_while_all_who_write_wait() -> None:
    gate = threading.Event()
    waiting = [asyncio.ensure_future(in_thread(gate.wait, PATIENCE)) for _ in range(2 * THREADS)]
    try:
        await asyncio.sleep(0)
        assert await asyncio.wait_for(read_in_thread(int), PATIENCE / 2) == 0
        assert await asyncio.wait_for(BatchedLookup(lambda keys: {key: key for key in keys})(1), PATIENCE / 2) == 1
    finally:
        gate.set()
    assert all(await asyncio.gather(*waiting))


def test_each_event_loop_is_answered_on_its_own() -> None:
    """One that ended in the middle leaves nothing behind."""
    together = BatchedLookup(lambda keys: {key: key for key in keys})

    async def ask() -> int | None:
        return await together(1)

    async def leave() -> None:
        asking = asyncio.ensure_future(together(2))
        await asyncio.sleep(0)
        asking.cancel()

    asyncio.run(leave())
    assert asyncio.run(ask()) == 1


async def test_where_somebody_waits_the_next_look_up_waits_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    later: list[Callable[[], None]] = []
    loop, book = asyncio.get_running_loop(), Book()
    together = BatchedLookup(book)
    first = asyncio.ensure_future(together(1))
    await book.has_begun()
    second = asyncio.ensure_future(together(2))
    await asyncio.sleep(0)
    book.let(2)
    with monkeypatch.context() as patched:
        patched.setattr(loop, "call_later", lambda _, call, *given: later.append(partial(call, *given)))
        assert await first == 1
    third = asyncio.ensure_future(together(3))
    await asyncio.sleep(0)
    assert book.pages == [[1]]

    (go_on,) = later
    go_on()

    assert [await second, await third] == [4, 9]
    assert book.pages == [[1], [2, 3]]
