"""The few things about databases that Django does not say: snapshots for reading, threads for asyncio."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

import psycopg
from django.conf import settings
from django.db import connection, transaction

from campfire.redacting import redact

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
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_pool, copy_context().run, _run, partial(function, *args, **kwargs))
