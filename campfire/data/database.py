"""The few things about databases that Django does not say: snapshots for reading, threads for asyncio, and look-ups
that are made together."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from typing import Generic, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from redis.exceptions import RedisError

from campfire.errors import Unavailable
from campfire.logs.redacting import redact

P = ParamSpec("P")
R = TypeVar("R")
Key = TypeVar("Key", bound=Hashable)

logger = logging.getLogger(__name__)

THREADS = 4
# A look-up costs more than another one to look up with it: where many ask, a moment's patience saves most of it.
GATHERING_S = 0.005
RETRY_SECONDS = 1.0
# What may wait for a lock waits in threads of its own, so that everybody can still come in and read.
_writing = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="database")
_reading = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="reading")
# What is asked by the clock comes in time, however many catch up.
_asking = ThreadPoolExecutor(max_workers=1, thread_name_prefix="asking")


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read inside sees the database at one moment, without waiting for writers.

    SQLite: a deferred transaction, which in WAL is a snapshot (`atomic` would take the write lock here).
    PostgreSQL: REPEATABLE READ, read only. Inside an open transaction: that one.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def refusal() -> str:
    """Why PostgreSQL lets nobody in, in one line: it is asked past the pool, which only says for how long it tried.

    Empty if it does let us in, and on SQLite.
    """
    if settings.IS_SQLITE:
        return ""
    try:
        psycopg.connect(**connection.get_connection_params()).close()
    except psycopg.Error as error:
        return redact(str(error).strip().partition("\n")[0])
    return ""


def outage(error: BaseException) -> Unavailable | None:
    """What to answer where `error` says that the database or Redis did not answer, or would not; else None."""
    if not isinstance(error, OperationalError | InterfaceError | RedisError) or _is_ours(error):
        return None
    logger.warning("The database or Redis did not answer: %s", redact(str(error).strip().partition("\n")[0]))
    return Unavailable(retry_after=RETRY_SECONDS)


def _is_ours(error: BaseException) -> bool:
    """Whether a statement was wrong, as where a column is missing: SQLite has no class of its own for that."""
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return code is not None and code & 0xFF == sqlite3.SQLITE_ERROR


def close_request_connection(**_: object) -> None:
    """At the end of a request, close SQLite's connection of its thread, which ends too.

    Without this the connection, with three open files, would stay until garbage is collected. For Django's signal.
    """
    if settings.IS_SQLITE and not connection.in_atomic_block:
        connection.close()


def release_connection() -> None:
    """Give this thread's connection back: to the pool on PostgreSQL; on SQLite it stays open, unless it broke."""
    if settings.IS_SQLITE:
        connection.close_if_unusable_or_obsolete()
    else:
        connection.close()


def _run(call: Callable[[], R]) -> R:
    try:
        return call()
    finally:
        release_connection()


async def in_thread(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `function`, which may use the database, in one of a few threads kept for that.

    Unlike `database_sync_to_async` this neither reopens SQLite at each call nor shares one thread among all sockets.
    What it logs there belongs to the same request or socket.
    """
    return await _in(_writing, partial(function, *args, **kwargs))


async def read_in_thread(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """`in_thread` for a `function` that waits for nobody's lock, and not behind those that do."""
    return await _in(_reading, partial(function, *args, **kwargs))


async def ask_in_thread(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """`read_in_thread` for short questions that must not wait behind long answers."""
    return await _in(_asking, partial(function, *args, **kwargs))


async def _in(pool: ThreadPoolExecutor, call: Callable[[], R]) -> R:
    return await asyncio.get_running_loop().run_in_executor(pool, copy_context().run, _run, call)


class BatchedLookup(Generic[Key, R]):
    """Batches concurrent lookups into one query, like a data loader. Calls made while one runs go into the next one.

    `look_up` is given keys, each once and at most `most` of them, in one of the threads of `read_in_thread`. A key that
    it does not answer is answered with None; what it raises is raised to all who asked with it. Whoever asks alone is
    looked up at once; where somebody waits already when one ends, the next waits for more for `GATHERING_S`.
    """

    def __init__(self, look_up: Callable[[Sequence[Key]], Mapping[Key, R]], *, most: int = 64) -> None:
        self._look_up = look_up
        self._most = most
        # Who waits, on each event loop that is at it; nobody may, while the last ones are being looked up.
        self._waiting: WeakKeyDictionary[asyncio.AbstractEventLoop, list[tuple[Key, asyncio.Future[R | None]]]]
        self._waiting = WeakKeyDictionary()

    async def __call__(self, key: Key) -> R | None:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[R | None] = loop.create_future()
        if loop not in self._waiting:
            self._waiting[loop] = []
            # Not at once: those who ask in the same turn of the loop come along.
            loop.call_soon(self._begin, loop)
        self._waiting[loop].append((key, answer))
        return await answer

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        waiting = self._waiting[loop]
        if not waiting:
            del self._waiting[loop]
            return
        asked = waiting[: self._most]
        del waiting[: self._most]
        keys = list(dict.fromkeys(key for key, _ in asked))
        # Outside of any context: what is logged there belongs to none of those who ask.
        found = loop.run_in_executor(_reading, _run, partial(self._look_up, keys))
        found.add_done_callback(partial(self._end, loop, asked))

    def _end(
        self,
        loop: asyncio.AbstractEventLoop,
        asked: list[tuple[Key, "asyncio.Future[R | None]"]],
        found: "asyncio.Future[Mapping[Key, R]]",
    ) -> None:
        if self._waiting[loop]:
            loop.call_later(GATHERING_S, self._begin, loop)
        else:
            self._begin(loop)
        error = found.exception()
        for key, answer in asked:
            if answer.done():
                # Whoever asked has gone meanwhile.
                continue
            if error is None:
                answer.set_result(found.result().get(key))
            else:
                answer.set_exception(error)
