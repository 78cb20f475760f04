"""The few things about databases that Django does not say: snapshots for reading, threads for asyncio."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import connection, transaction

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 4
_pool = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="database")


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
    """
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_pool, _run, partial(function, *args, **kwargs))
