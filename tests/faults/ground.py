"""Databases with people in them and servers on them: made once, copied for each experiment."""

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Literal, TypeVar
from uuid import UUID

import psycopg

from tests import servers
from tests.faults.record import History, Row
from tests.processes.place import MIGRATE, Place

Shared = TypeVar("Shared")
Database = Literal["sqlite", "postgres"]
DATABASES: tuple[Database, Database] = ("sqlite", "postgres")
PEOPLE = 20
FOUND = """
import json
from django.conf import settings
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
from accounts.tests.factories import make_cast, make_people, sign_in
from chat.actions.rooms import create_room
cast = make_cast()
people = [cast.ada, *make_people({people} - 1, cast.workspace)]
rooms = [
    create_room(user=cast.ada, workspace=cast.workspace.uuid, name=name, kind="closed",
                members=[person.uuid for person in people[1:]])
    for name in ("hall", "attic")
]
print(json.dumps({{
    "rooms": [str(room.uuid) for room in rooms],
    "people": [[str(person.uuid), sign_in(person)] for person in people],
}}))
"""
ROWS = """
SELECT m.uuid, m.seq, m.created_version, m.version, u.uuid, m.client_message_id, m.content, m.deleted_at
FROM chat_message m JOIN accounts_user u ON u.id = m.creator_id JOIN chat_room r ON r.id = m.room_id
WHERE r.uuid = %s ORDER BY m.seq
"""
ROOM = "SELECT seq, version FROM chat_room WHERE uuid = %s"


@dataclass(frozen=True)
class Person:
    """An id and a token to sign in with."""

    id: str
    token: str


@dataclass
class Site:
    """A database of its own: the closed rooms `hall` and `attic`, with everybody in `people` in both.

    The first of `people` owns the workspace. `environment` is what servers on it are given.
    """

    database: Database
    place: Place
    hall: str
    attic: str
    people: list[Person]

    @property
    def environment(self) -> dict[str, str]:
        return self.place.environment

    @property
    def file(self) -> Path:
        """SQLite's."""
        return self.place.data / "campfire.sqlite3"

    def history(self, room: str) -> History:
        """What is stored, read at one moment past the application."""
        if self.database == "sqlite":
            with closing(sqlite3.connect(self.file, timeout=30, isolation_level=None)) as connection:
                connection.execute("BEGIN")
                key = UUID(room).hex
                (seq, version) = connection.execute(ROOM.replace("%s", "?"), [key]).fetchone()
                rows = connection.execute(ROWS.replace("%s", "?"), [key]).fetchall()
        else:
            with psycopg.connect(self.environment["DATABASE_URL"], connect_timeout=10) as opened:
                opened.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                (seq, version) = opened.execute(ROOM, [room]).fetchone() or (0, 0)
                rows = opened.execute(ROWS, [room]).fetchall()
        return History(seq, version, tuple(_row(row) for row in rows))

    def version(self, room: str) -> int:
        """Where a room stands."""
        if self.database == "sqlite":
            with closing(sqlite3.connect(self.file, timeout=30)) as connection:
                return int(connection.execute(ROOM.replace("%s", "?"), [UUID(room).hex]).fetchone()[1])
        with psycopg.connect(self.environment["DATABASE_URL"], connect_timeout=10) as opened:
            return int((opened.execute(ROOM, [room]).fetchone() or (0, 0))[1])


def _row(row: tuple[Any, ...]) -> Row:
    message, seq, created_version, version, sender, key, content, deleted_at = row
    message, sender, key = (str(UUID(str(each))) for each in (message, sender, key))
    return Row(message, seq, created_version, version, sender, key, content, deleted_at is not None)


@dataclass
class Ground:
    """What a run of experiments shares; `close` ends it. PostgreSQL and templates are made when first asked for."""

    folder: Path
    _stack: ExitStack = field(default_factory=ExitStack)
    _postgres: servers.Postgres | None = None
    _templates: dict[Database, dict[str, Any]] = field(default_factory=dict)
    _shared: dict[str, Any] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def close(self) -> None:
        self._stack.close()

    def shared(self, name: str, begin: Callable[[], AbstractContextManager[Shared]]) -> Shared:
        """What the first who asks for it by this name begins; it ends with the run."""
        if name not in self._shared:
            self._shared[name] = self._stack.enter_context(begin())
        found: Shared = self._shared[name]
        return found

    @property
    def postgres(self) -> servers.Postgres:
        """One for all experiments: whoever stops it starts it again."""
        if self._postgres is None:
            self._postgres = self._stack.enter_context(servers.start_postgres())
        return self._postgres

    def site(self, database: Database) -> Site:
        """A fresh copy of a database in which nothing has been said. Blocks for some seconds the first time."""
        if database not in self._templates:
            self._templates[database] = self._found(database)
        number, found = next(self._numbers), self._templates[database]
        data = self.folder / f"site-{number}"
        shutil.copytree(self._template(database), data)
        chosen = {"RATE_LIMITS": "off"}
        if database == "postgres":
            chosen["DATABASE_URL"] = self._copy(f"site_{number}")
        people = [Person(*each) for each in found["people"]]
        hall, attic = found["rooms"]
        return Site(database, Place(data, chosen), hall, attic, people)

    def _template(self, database: Database) -> Path:
        return self.folder / f"template-{database}"

    def _found(self, database: Database) -> dict[str, Any]:
        chosen = {"DATABASE_URL": self.postgres.url} if database == "postgres" else {}
        place = Place(self._template(database), chosen)
        return dict(json.loads(place.run(f"{MIGRATE}\n{FOUND.format(people=PEOPLE)}")))

    def _copy(self, name: str) -> str:
        """The address of a new database, a copy of the first."""
        server = self.postgres.url.removesuffix("/campfire")
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE campfire")
            # A copy's sequences believe that their next values are logged already, as they were in the original: until
            # a checkpoint, a crash would turn them back.
            connection.execute("CHECKPOINT")
        return f"{server}/{name}"


@asynccontextmanager
async def serving(
    site: Site, *, rig: str = "", env: Mapping[str, str] | None = None, arguments: tuple[str, ...] = ()
) -> AsyncIterator[servers.Campfire]:
    """Campfire on a site, on a free port of its own; while it starts and ends, clients live on.

    `rig` is what tests/faults/rigged.py shall break inside the process. `env` and `arguments` as in `start_campfire`.
    """
    port, data = servers.free_port(), site.place.data
    module = "tests.faults.rigged" if rig else "campfire.serving.server"
    command = [sys.executable, "-m", module, "--port", str(port), "--data", str(data), *arguments]
    log = data / f"server-{port}.log"
    server = servers.Campfire("Campfire", command, port=port, log=log, url=f"http://127.0.0.1:{port}")
    server.data = data
    server.environment = servers._environment(data, {**site.environment, "FAULT": rig, **(env or {})})
    try:
        await asyncio.to_thread(server.start)
        yield server
    finally:
        await asyncio.to_thread(server.close)


async def kill(server: servers.Server) -> None:
    """SIGKILL to this one process, and wait until it is gone."""
    os.kill(server.pid, signal.SIGKILL)
    await asyncio.to_thread(server.process.wait, 30)


async def start(server: servers.Server) -> None:
    """Start it again, on the same port and data."""
    await asyncio.to_thread(server.start)
