"""Writes messages without a socket: `python -m tests.bench.writing SENDERS MESSAGES`, Campfire's environment around it.

By the action (everybody at once, then at half of that rate), by bare SQL in one transaction, and by the ORM one by
one: the same rows, each time into a room of their own. Prints as JSON what each took.
"""

import asyncio
import json
import os
import sys
import time
from array import array
from collections.abc import Sequence
from datetime import UTC
from typing import Any
from uuid import uuid4

import django
import uvloop

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campfire.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.tests.factories import make_people, make_workspace  # noqa: E402
from campfire.asgi import calm_collector  # noqa: E402
from campfire.ids import new_id  # noqa: E402
from campfire.serving.preparing import prepare  # noqa: E402
from chat.access import membership_for  # noqa: E402
from chat.actions.messages import post_message_async  # noqa: E402
from chat.actions.posting import Posted  # noqa: E402
from chat.delivery.hubs import current_hub, stop_hub  # noqa: E402
from chat.models import Membership, Message, Room  # noqa: E402
from chat.rules.markdown import render_markdown  # noqa: E402
from tests.bench.tally import quantiles  # noqa: E402

# Of those that are written one by one, a tenth tells how long they take.
TENTH = 10
_ROW = """
    INSERT INTO chat_message (uuid, room_id, creator_id, client_message_id,
        seq, created_version, version, content, html, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

Found = dict[str, Any]


def text(number: int, sender: int) -> str:
    return f"Load test message {number} from user {sender}"


class Writing:
    """So many people who each say so much, in a new room each time."""

    def __init__(self, senders: int, messages: int) -> None:
        self.workspace = make_workspace()
        made = make_people(senders, self.workspace)
        self.people = list(User.objects.filter(pk__in=[person.pk for person in made]))
        self.messages = messages

    def room(self) -> Room:
        room = Room.objects.create(workspace=self.workspace, name="writing", kind=Room.Kind.CLOSED)
        Membership.objects.bulk_create(Membership(room=room, user=person) for person in self.people)
        return room

    async def at_once(self, room: Room) -> Found:
        """Everybody says one thing after another, each as soon as the one before is acknowledged."""
        ids = [[uuid4() for _ in range(self.messages)] for _ in self.people]
        times: array[int] = array("q")
        answers: list[Posted] = []

        async def say(sender: int) -> None:
            user = self.people[sender]
            for number, sent in enumerate(ids[sender]):
                began = time.monotonic_ns()
                answers.append(
                    await post_message_async(
                        user=user, room=room.uuid, content=text(number, sender), client_message_id=sent
                    )
                )
                times.append(time.monotonic_ns() - began)

        used, began = time.process_time(), time.monotonic()
        await asyncio.gather(*(say(sender) for sender in range(len(self.people))))
        seconds = time.monotonic() - began
        return {**self._found(seconds, times, answers), "cpu_ms": (time.process_time() - used) * 1000 / len(answers)}

    async def steadily(self, room: Room, rate: float) -> Found:
        """Everybody in turn, so many a second, whoever has been acknowledged."""
        times: array[int] = array("q")
        answers: list[Posted] = []
        saying: list[asyncio.Task[None]] = []
        began = time.monotonic()

        async def say(number: int, due: float) -> None:
            sender = number % len(self.people)
            user, words = self.people[sender], text(number, sender)
            answers.append(await post_message_async(user=user, room=room.uuid, content=words))
            times.append(int((time.monotonic() - due) * 1e9))

        for number in range(self.messages * len(self.people)):
            due = began + number / rate
            if (wait := due - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            saying.append(asyncio.ensure_future(say(number, due)))
        await asyncio.gather(*saying)
        return self._found(time.monotonic() - began, times, answers)

    def _found(self, seconds: float, times: Sequence[int], answers: Sequence[Posted]) -> Found:
        versions = sorted(answer.payload["version"] for answer in answers)
        return {
            "seconds": seconds,
            "ms": quantiles(array("q", times)),
            "right": versions == list(range(1, len(versions) + 1)) and not any(one.duplicate for one in answers),
        }

    def bare(self, room: Room) -> Found:
        """The rows as they are, in one transaction."""
        rows = [
            self._row(room, sender, number, number * len(self.people) + sender + 1)
            for number in range(self.messages)
            for sender in range(len(self.people))
        ]
        began = time.monotonic()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(_ROW, rows)
            cursor.execute("UPDATE chat_room SET seq = %s, version = %s WHERE id = %s", [len(rows), len(rows), room.pk])
        return {"seconds": time.monotonic() - began}

    def _row(self, room: Room, sender: int, number: int, seq: int) -> tuple[Any, ...]:
        content, uuid, sent, now = text(number, sender), new_id(), uuid4(), timezone.now()
        numbers_and_texts = (seq, seq, seq, content, f"<p>{content}</p>\n")
        if connection.vendor == "sqlite":
            at = str(now.astimezone(UTC).replace(tzinfo=None))
            return uuid.hex, room.pk, self.people[sender].pk, sent.hex, *numbers_and_texts, at
        return uuid, room.pk, self.people[sender].pk, sent, *numbers_and_texts, now

    def one_by_one(self, room: Room) -> Found:
        """As a view would do it that knows of nobody else: look up, lock, number, insert, save, commit."""
        messages = max(1, self.messages // TENTH)
        began = time.monotonic()
        for number in range(messages):
            for sender, person in enumerate(self.people):
                with transaction.atomic():
                    membership_for(person, room.uuid)
                    locked = Room.objects.select_for_update().get(pk=room.pk)
                    locked.seq += 1
                    version = locked.take_version()
                    content, now = text(number, sender), timezone.now()
                    Message.objects.create(
                        room=locked, creator=person, client_message_id=uuid4(), seq=locked.seq, created_version=version,
                        version=version, content=content, html=render_markdown(content).html, created_at=now,
                    )  # fmt: skip
                    locked.save(update_fields=["seq", "version"])
        return {"seconds": (time.monotonic() - began) * self.messages / messages}


def is_whole(room: Room, messages: int) -> bool:
    """Whether exactly so many rows are there, numbered without a gap, and the room says so too."""
    room.refresh_from_db()
    rows = list(Message.objects.filter(room=room).order_by("seq").values_list("seq", "version"))
    return rows == [(number, number) for number in range(1, messages + 1)] and (room.seq, room.version) == rows[-1]


async def act(writing: Writing, at_once: Room, steadily: Room) -> Found:
    # As in a server: there is somebody to tell, and the collector leaves alone what the start has made.
    current_hub()
    calm_collector()
    try:
        found = await writing.at_once(at_once)
        rate = writing.messages * len(writing.people) / found["seconds"] / 2
        return {"at_once": found, "steadily": await writing.steadily(steadily, rate)}
    finally:
        await stop_hub()


def main() -> None:
    prepare()
    senders, messages = map(int, sys.argv[1:])
    writing = Writing(senders, messages)
    at_once, steadily = writing.room(), writing.room()
    found = uvloop.run(act(writing, at_once, steadily))
    for room, name in ((at_once, "at_once"), (steadily, "steadily")):
        found[name]["right"] &= is_whole(room, senders * messages)
    found["bare"] = writing.bare(writing.room())
    found["one_by_one"] = writing.one_by_one(writing.room())
    print(json.dumps(found))


if __name__ == "__main__":
    main()
