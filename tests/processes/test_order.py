"""Many who write at once, in whichever process: one order for everybody, without a gap."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests import servers
from tests.processes.clients import Crowd
from tests.processes.place import House, Place, Town

pytestmark = [pytest.mark.sqlite, pytest.mark.servers]

WRITER = """
import sys, threading
from uuid import UUID, uuid4
from accounts.models import User
from chat.actions.messages import post_message
user, room, shared = User.objects.get(uuid="{user}"), UUID("{room}"), [UUID(int=number) for number in range(1, 21)]
def hammer(number):
    for turn in range(20):
        post_message(user=user, room=room, content=f"{{number}} {{turn}}")
        post_message(user=user, room=room, content="the same", client_message_id=shared[turn])
threads = [threading.Thread(target=hammer, args=(number,)) for number in range(4)]
[thread.start() for thread in threads]; [thread.join() for thread in threads]
"""


def assert_dense(stored: dict[str, Any]) -> None:
    """Versions and seqs without gaps, each client message id once (nothing was edited here)."""
    count = len(stored["rows"])
    assert (stored["seq"], stored["version"]) == (count, count)
    assert [row[:2] for row in stored["rows"]] == [[number, number] for number in range(1, count + 1)]
    assert len({row[2] for row in stored["rows"]}) == count


async def test_fifty_senders_over_two_processes_are_one_order_for_all(town: Town, house: House) -> None:
    async with Crowd() as crowd:
        readers = [await crowd.add(side, house.tokens["eve"][0], house.room) for side in town.sides * 2]
        senders = [
            await crowd.add(town.sides[number % 2], house.tokens[("ada", "ben")[number % 2]][0], house.room)
            for number in range(50)
        ]
        await asyncio.gather(*(sender.say(house.room) for _ in range(4) for sender in senders))
        for reader in readers:
            await reader.read(house.room, 200)

    assert [reader.versions(house.room) for reader in readers] == [list(range(1, 201))] * 4
    for sender in senders:
        assert sender.versions(house.room) == sorted(set(sender.versions(house.room)))
    stored = town.place.stored(house.room)
    assert_dense(stored)
    assert {sent for sender in senders for sent in sender.acknowledged()} == {row[2] for row in stored["rows"]}


@pytest.mark.parametrize("database", ["postgres", "sqlite"])
def test_writers_in_two_processes_leave_no_gap(
    postgres_server: servers.Postgres, tmp_path: Path, database: str
) -> None:
    place = Place(tmp_path, {"RATE_LIMITS": "off", "SQLITE_TIMEOUT_S": "30"})
    if database == "postgres":
        place.environment["DATABASE_URL"] = postgres_server.url
    place.migrate()
    house = place.house()
    writers = [place.begin(WRITER.format(user=house.people["ada"], room=house.room)) for _ in range(2)]
    for writer in writers:
        _, errors = writer.communicate(timeout=120)
        assert writer.returncode == 0, errors
        assert "Traceback" not in errors
    stored = place.stored(house.room)

    assert_dense(stored)
    assert len(stored["rows"]) == 2 * 4 * 20 + 20
