"""Fills an empty database in bulk: `python -m tests.bench.rows 1000 10000 1000000`, in Campfire's environment.

The rows, numbers and the search index are as the actions would have left them. Indexes that are quicker made at once
than row by row are dropped meanwhile. Prints what it made as JSON.
"""

import json
import os
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campfire.settings")
django.setup()

from django.db import connection  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from accounts.tests.factories import make_people, make_user, make_workspace, sign_in  # noqa: E402
from chat.actions.messages import post_message  # noqa: E402
from chat.actions.rooms import create_room  # noqa: E402
from chat.models import Membership, Room  # noqa: E402

PEOPLE = 20
# Of somebody who joins whatever there is.
ROOMS = 300
# One message in ten has the first word, another one in ten the second; the rare one comes every 50,000 messages.
FREQUENT, ALSO_FREQUENT, RARE, RARE_EVERY = "harbour", "lantern", "zanzibar", 50_000
SECONDS_BETWEEN = 10
BATCH = 20_000
_COLUMNS = "uuid, room_id, creator_id, client_message_id, seq, created_version, version, content, html, created_at"
_SYLLABLES = [first + second for first in "bcdfglmnprst" for second in ("a", "e", "i", "o", "u", "an", "er", "il")]

Values = tuple[Any, ...]


class Texts:
    """Messages of about 70 characters of words that share their parts as those of a language do; always the same."""

    def __init__(self) -> None:
        self.random = random.Random(1)
        words = ["".join(self.random.choices(_SYLLABLES, k=self.random.choice((1, 2, 2, 3)))) for _ in range(3000)]
        # Drawn in threes, as a draw is what takes time.
        self.phrases = [" ".join(self.random.choices(words, k=4)) for _ in range(20_000)]

    def text(self, number: int) -> str:
        chance = self.random.random
        parts = self.random.choices(self.phrases, k=3)
        if chance() < 0.1:
            parts.insert(1, FREQUENT)
        if chance() < 0.1:
            parts.append(ALSO_FREQUENT)
        if number % RARE_EVERY == 0:
            parts.insert(2, RARE)
        return " ".join(parts)


@dataclass
class Filling:
    """The messages of one room, by its people in turn, the last one now."""

    room: Room
    people: Sequence[int]
    count: int
    texts: Texts

    def rows(self) -> Iterator[Values]:
        now = datetime.now(UTC)
        bits, native = self.texts.random.getrandbits, connection.vendor != "sqlite"
        for seq in range(1, self.count + 1):
            at = now - timedelta(seconds=SECONDS_BETWEEN * (self.count - seq))
            # A UUIDv7: milliseconds, then random bits around its version and variant.
            uuid = f"{int(at.timestamp() * 1000):012x}7{bits(12):03x}8{bits(60):015x}"
            text = self.texts.text(seq)
            creator = self.people[seq // 3 % len(self.people)]
            moment = at if native else at.replace(tzinfo=None).isoformat(" ")
            yield (
                uuid, self.room.pk, creator, f"{bits(128):032x}", seq, seq, seq, text, f"<p>{text}</p>", moment
            )  # fmt: skip

    def finish(self) -> None:
        """Set the room's clock to its last message; everybody has read all."""
        self.room.seq = self.room.version = self.count
        self.room.last_message_at = datetime.now(UTC)
        self.room.save()
        Membership.objects.filter(room=self.room).update(last_read_seq=self.count)


def store(fillings: Sequence[Filling]) -> None:
    if connection.vendor == "sqlite":
        _store_in_sqlite(fillings)
    else:
        _store_in_postgresql(fillings)
    for filling in fillings:
        filling.finish()


def _store_in_sqlite(fillings: Sequence[Filling]) -> None:
    marks = ", ".join("?" * len(_COLUMNS.split(", ")))
    connection.ensure_connection()
    raw = connection.connection
    raw.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA wal_autocheckpoint = 100000")
    triggers = raw.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'chat_message'"
    ).fetchall()
    raw.execute("BEGIN IMMEDIATE")
    for name, _ in triggers:
        raw.execute(f"DROP TRIGGER {name}")
    for filling in fillings:
        raw.executemany(f"INSERT INTO chat_message ({_COLUMNS}) VALUES ({marks})", filling.rows())
    raw.execute("INSERT INTO chat_message_search(chat_message_search) VALUES ('rebuild')")
    for _, statement in triggers:
        raw.execute(statement)
    raw.execute("COMMIT")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _store_in_postgresql(fillings: Sequence[Filling]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute("SELECT pg_get_indexdef('chat_message_search'::regclass)")
        (index,) = cursor.fetchone()
        cursor.execute("DROP INDEX chat_message_search")
        with cursor.copy(f"COPY chat_message ({_COLUMNS}) FROM STDIN") as copy:
            for filling in fillings:
                for row in filling.rows():
                    copy.write_row(row)
        cursor.execute(index)
        # What the server does by itself in a quiet minute.
        cursor.execute("VACUUM ANALYZE")


def main() -> None:
    home = make_workspace()
    owner = make_user("Ada", home, Role.OWNER, email="ada@example.com")
    newcomer, *others = make_people(PEOPLE, home)
    members = [person.uuid for person in others]
    texts, (small, middle, large) = Texts(), map(int, sys.argv[1:])

    def room(name: str, count: int, *more: User) -> Filling:
        made = create_room(
            user=owner, workspace=home.uuid, name=name, kind="closed", members=[*members, *(one.uuid for one in more)]
        )
        return Filling(made, [owner.pk, *(person.pk for person in others)], count, texts)

    rooms = {
        "small": room("small", small, newcomer),
        "middle": room("middle", middle),
        "large": room("large", large),
    }
    store(list(rooms.values()))
    print(
        json.dumps(
            {
                "member": others[0].pk,
                "member_token": sign_in(others[0]),
                "newcomer": newcomer.pk,
                "newcomer_token": sign_in(newcomer),
                "joiner_token": sign_in(_joiner(others, rooms["middle"].room)),
                **{
                    name: {"uuid": str(filling.room.uuid), "pk": filling.room.pk, "count": filling.count}
                    for name, filling in rooms.items()
                },
            }
        )
    )


def _joiner(others: Sequence[User], room: Room) -> User:
    """Somebody in many rooms: `ROOMS` of their own, with something unread in each tenth, and `room`."""
    # The first of the others is measured in few rooms.
    joiner, talker = make_user("Joiner", room.workspace, Role.MEMBER), others[1]
    Membership.objects.create(user=joiner, room=room, last_read_seq=room.seq)
    for number in range(ROOMS - 1):
        made = create_room(
            user=joiner, workspace=room.workspace.uuid, name=f"room {number}", kind="closed", members=[talker.uuid]
        )
        if number % 10 == 0:
            post_message(user=talker, room=made.uuid, content="Is anybody here?")
    return joiner


if __name__ == "__main__":
    main()
