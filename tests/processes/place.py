"""A database and a Redis, the servers on them, and scripts that run beside those in processes of their own."""

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from tests import servers

MIGRATE = "from django.core.management import call_command; call_command('migrate', verbosity=0)"
HOUSES = """
import itertools, json, time
from django.conf import settings
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
from accounts.tests.factories import make_cast, make_user, sign_in
from accounts.tests import factories
from chat.actions.rooms import create_room
factories._numbers = itertools.count(time.time_ns())
houses = []
for _ in range({count}):
    cast = make_cast()
    people = {{"ada": cast.ada, "ben": cast.ben, "eve": make_user("Eve", cast.workspace)}}
    others = [people["ben"].uuid, people["eve"].uuid]
    rooms = [
        create_room(user=cast.ada, workspace=cast.workspace.uuid, name=name, kind="closed", members=others)
        for name in ("hall", "attic")
    ]
    houses.append({{
        "room": str(rooms[0].uuid),
        "attic": str(rooms[1].uuid),
        "people": {{name: str(user.uuid) for name, user in people.items()}},
        "tokens": {{name: [sign_in(user) for _ in range(2)] for name, user in people.items()}},
    }})
print(json.dumps(houses))
"""
STORED = """
import json
from chat.models import Message, Room
room = Room.objects.get(uuid="{room}")
rows = Message.objects.filter(room=room).order_by("seq")
print(json.dumps({{"seq": room.seq, "version": room.version,
    "rows": [[row.seq, row.version, str(row.client_message_id), str(row.uuid)] for row in rows]}}))
"""


class House(NamedTuple):
    """The closed rooms `room` and `attic` with Ada (the owner), Ben and Eve in both; ids, and two tokens of each."""

    room: str
    attic: str
    people: Mapping[str, str]
    tokens: Mapping[str, list[str]]


@dataclass
class Place:
    """A database, and how to run a line of Python beside it."""

    data: Path
    environment: dict[str, str]
    _houses: list[House] = field(default_factory=list)

    def run(self, script: str) -> str:
        """The last line that `script` prints."""
        process = self.begin(script)
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        return output.strip().splitlines()[-1] if output.strip() else ""

    def begin(self, script: str) -> "subprocess.Popen[str]":
        prepared = f"import django; django.setup()\n{script}"
        self.data.mkdir(parents=True, exist_ok=True)
        return subprocess.Popen(
            [sys.executable, "-c", prepared],
            cwd=servers.ROOT,
            env=servers._environment(self.data, {**self.environment, "DJANGO_SETTINGS_MODULE": "campfire.settings"}),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def migrate(self) -> None:
        self.run(MIGRATE)

    def house(self) -> House:
        """Rooms and people that no other test has touched; made a few at a time."""
        if not self._houses:
            self._houses = [House(**house) for house in json.loads(self.run(HOUSES.format(count=12)))]
        return self._houses.pop()

    def stored(self, room: str) -> dict[str, Any]:
        return dict(json.loads(self.run(STORED.format(room=room))))


@dataclass
class Side:
    """A serving process: a server of its own, or one worker of a server."""

    server: servers.Campfire
    pid: int


@dataclass
class Town:
    """Two processes that serve the same database and the same Redis."""

    place: Place
    redis: servers.Server
    postgres: servers.Postgres
    running: list[servers.Campfire]

    @property
    def sides(self) -> tuple[Side, Side]:
        first, *others = self.running
        if others:
            return Side(first, first.pid), Side(others[0], others[0].pid)
        one, two = workers_of(first)
        return Side(first, one), Side(first, two)

    @cached_property
    def are_workers(self) -> bool:
        return len(self.running) == 1

    def output(self) -> str:
        return "".join(server.output() for server in self.running)


def workers_of(server: servers.Campfire) -> list[int]:
    """The processes that serve for the supervisor `server`, by age."""
    command = ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(server.pid)]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return sorted(int(line.split()[0]) for line in listed.splitlines() if "spawn_main" in line)


def start_town(kind: str, postgres: servers.Postgres, redis: servers.Server, data: Path) -> Iterator[Town]:
    """`kind` is "servers", two of them, or "workers", two of one server."""
    chosen = {
        "DATABASE_URL": postgres.url,
        "REDIS_URL": redis.url,
        "RATE_LIMITS": "off",
        "SECRET_KEY": secrets.token_urlsafe(50),
    }
    place = Place(data / "one", chosen)
    if kind == "workers":
        with servers.start_campfire(data=data / "one", env=chosen, arguments=("--workers", "2")) as server:
            yield Town(place, redis, postgres, [server])
    else:
        with (
            servers.start_campfire(data=data / "one", env=chosen) as first,
            servers.start_campfire(data=data / "two", env=chosen) as second,
        ):
            yield Town(place, redis, postgres, [first, second])
