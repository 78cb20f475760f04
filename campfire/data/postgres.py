"""Connections to PostgreSQL that give up on a server that does not answer, and run short statements as they are.

libpq waits for ever for a server that is there and silent (stopped, swapping, its disk gone). A process that serves
people sets `Connection.patience`; commands and the task worker do not, since a migration may take its time.

PostgreSQL compiles a statement whose estimated cost is high (`jit`). For a list of 300 rooms, which takes a few
milliseconds to read, it compiled for forty, and again each time.
"""

import time
from typing import Any, ClassVar, Self, TypeVar

import psycopg
from psycopg.abc import PQGen

R = TypeVar("R")


class Connection(psycopg.Connection[Any]):
    """Closed, with an `OperationalError`, once an answer takes longer than `patience` seconds."""

    patience: ClassVar[float | None] = None

    @classmethod
    def connect(cls, conninfo: str = "", **named: Any) -> Self:
        # Not as an option of the connection, which connection poolers refuse.
        connection = super().connect(conninfo, **named)
        connection.execute("SET jit = off")
        if not connection.autocommit:
            connection.commit()
        return connection

    def wait(self, gen: PQGen[R], interval: float = 0.1, timeout: float | None = None) -> R:
        if timeout is not None or self.patience is None:
            return super().wait(gen, interval, timeout)
        began = time.monotonic()
        try:
            return super().wait(gen, interval, self.patience)
        except psycopg.OperationalError:
            if time.monotonic() - began >= self.patience:
                # What it will answer in the end belongs to nobody.
                self.close()
            raise
