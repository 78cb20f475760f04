"""What a database holds, in numbers: for each table and each room how many rows, and a hash over them.

The hash is the sum, modulo 2^256, of the SHA-256 of each row as its database writes it. No order of reading is needed:
a message's row holds its room, `seq` and versions, and so its place.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from tqdm import tqdm

FORMAT = 1
MESSAGES, ROOMS, PEOPLE, WORKSPACES = "chat_message", "chat_room", "accounts_user", "accounts_workspace"
# It names one life of a database; what is restored begins another.
EPOCH = "chat_epoch"
MIGRATIONS = "django_migrations"


class Table(NamedTuple):
    """A table as it is read: each row as bytes, of which `split` makes one value for each column."""

    name: str
    columns: Sequence[str]
    rows: Iterable[bytes]
    split: Callable[[bytes], Sequence[Any]]


class Rows(msgspec.Struct, frozen=True):
    """How many rows, and the hash over them, hexadecimal."""

    count: int
    sha256: str


class Contents(msgspec.Struct, frozen=True):
    """All of a database: `tables` by name, the messages of each of the `rooms` by the room's UUID."""

    tables: dict[str, Rows]
    rooms: dict[str, Rows]

    def count(self, table: str) -> int:
        return self.tables[table].count if table in self.tables else 0


class Origin(msgspec.Struct, frozen=True):
    """Where a copy of a database comes from: `server` is the database's version, `migrations` those it had."""

    server: str
    epoch: str
    migrations: list[str]


class Manifest(msgspec.Struct, frozen=True):
    """`manifest.json`. `secret_key` is a fingerprint, by which another key is known."""

    format: int
    campfire: str
    taken_at: datetime
    database: str
    secret_key: str
    files: int
    origin: Origin
    contents: Contents


@dataclass(slots=True)
class _Sum:
    count: int = 0
    total: int = 0

    def add(self, digest: int) -> None:
        self.count += 1
        self.total += digest

    def rows(self) -> Rows:
        return Rows(self.count, f"{self.total % 2**256:064x}")


@dataclass(slots=True)
class _Adding:
    tables: dict[str, _Sum] = field(default_factory=dict)
    by_room: dict[str, _Sum] = field(default_factory=dict)
    rooms: dict[str, str] = field(default_factory=dict)

    def add(self, table: Table, done: Callable[[int], object]) -> None:
        whole = self.tables[table.name] = _Sum()
        noted = {MESSAGES: self._note_message, ROOMS: self._note_room}.get(table.name)
        for row in table.rows:
            digest = int.from_bytes(sha256(row).digest(), "big")
            whole.add(digest)
            if noted:
                noted(table, row, digest)
            if not whole.count % 1000:
                done(1000)

    def _note_message(self, table: Table, row: bytes, digest: int) -> None:
        room = str(table.split(row)[table.columns.index("room_id")])
        self.by_room.setdefault(room, _Sum()).add(digest)

    def _note_room(self, table: Table, row: bytes, digest: int) -> None:
        values = dict(zip(table.columns, table.split(row), strict=True))
        self.rooms[str(values["id"])] = str(UUID(str(values["uuid"])))


def add_up(tables: Generator[Table, None, None]) -> Contents:
    """Read all of `tables`, one after the other."""
    adding = _Adding()
    bar = tqdm(desc="Reading", unit=" rows", unit_scale=True, disable=None, leave=False)
    with bar, closing(tables):
        for table in tables:
            adding.add(table, bar.update)
    return Contents(
        tables={name: found.rows() for name, found in sorted(adding.tables.items())},
        rooms={uuid: adding.by_room.get(room, _Sum()).rows() for room, uuid in sorted(adding.rooms.items())},
    )


def differences(expected: Contents, found: Contents) -> list[str]:
    """How `found` differs, a clause for each table and each room; none if it does not."""
    pairs = [(f"the table {name}", *_both(name, expected.tables, found.tables)) for name in _names(expected, found)]
    rooms = sorted(expected.rooms.keys() | found.rooms.keys())
    pairs += [(f"the messages of room {room}", *_both(room, expected.rooms, found.rooms)) for room in rooms]
    return [f"{what}: {_difference(was, now)}" for what, was, now in pairs if was != now]


def _names(expected: Contents, found: Contents) -> list[str]:
    return sorted(expected.tables.keys() | found.tables.keys())


def _both(name: str, expected: dict[str, Rows], found: dict[str, Rows]) -> tuple[Rows | None, Rows | None]:
    return expected.get(name), found.get(name)


def _difference(was: Rows | None, now: Rows | None) -> str:
    if was is None or now is None:
        return "missing" if now is None else "not expected"
    if was.count != now.count:
        return f"{was.count:,} rows expected, {now.count:,} found"
    return f"{now.count:,} rows, but some have changed"
