"""A small team's Campfire: a server, three people, thirty rooms and years of messages in one of them.

The messages are brought in by `manage.py import_messages`, from a file that is given or made up. Another checkout can
be served as well: what it needs is done by its own code, on a database of its own.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.bench import Bench, Broken
from tests.bench.browsing.talk import write
from tests.browser.people import Person, invite, make_owner
from tests.servers import ROOT, Campfire, start_campfire

ROOMS, ROOMS_QUICK = 30, 4
# And when there are many in the sidebar.
MANY, MANY_QUICK = 500, 8
# The largest room, then the others in turn.
LARGE, LARGE_QUICK = 200_000, 400
OTHERS = (12, 350, 45, 700, 150)
_IMPORT = """
import json, sys
import django
django.setup()
from django.core.management import call_command
for file, room in json.load(sys.stdin):
    call_command("import_messages", file, room=room)
"""


@dataclass
class Ground:
    """A server with people and `rooms` (ids), the first of which is the large one. `name` tells two of them apart."""

    name: str
    server: Campfire
    people: list[Person]
    rooms: list[str]
    newest: dict[str, int] = field(default_factory=dict)

    @property
    def reader(self) -> Person:
        """Whose browser is watched."""
        return self.people[0]

    @property
    def writer(self) -> Person:
        """Who writes from elsewhere."""
        return self.people[1]

    def refresh(self) -> None:
        """Look which message is the newest of each room, and have the reader read all of them."""
        self.reader.call("POST", "/api/rooms/read")
        for room in self.rooms:
            self.newest[room] = self.newest_of(room)

    def crowd(self, rooms: int) -> None:
        """Make empty rooms of all three people until there are so many in all."""
        for number in range(len(self.rooms), rooms):
            make_room(self.people, number)

    def newest_of(self, room: str) -> int:
        """The newest message's seq."""
        return int(self.reader.history(room, 1)[-1]["seq"])


@contextmanager
def prepared(bench: Bench, name: str, root: Path = ROOT) -> Iterator[Ground]:
    """Campfire as it is in the checkout `root`, filled; raises `Broken` if its messages cannot be brought in."""
    with (
        bench.own_folder(name or "campfire") as data,
        start_campfire(data=data, env={"RATE_LIMITS": "off"}, root=root) as server,
    ):
        ground = _settle(bench, name, server)
        _fill(bench, ground, data)
        ground.refresh()
        yield ground


def _settle(bench: Bench, name: str, server: Campfire) -> Ground:
    ada = make_owner(server)
    people = [ada, *(invite(ada, person) for person in ("Ben Okafor", "Cleo Marchetti"))]
    rooms = [make_room(people, number) for number in range(ROOMS_QUICK if bench.quick else ROOMS)]
    return Ground(name, server, people, rooms)


def make_room(people: list[Person], number: int) -> str:
    """The id of a new open room of them all, which the first of them makes."""
    others = [person.id for person in people[1:]]
    body = {"name": _name(number), "kind": "open", "topic": "What we talk about here", "member_ids": others}
    return str(people[0].call("POST", "/api/rooms", body)["id"])


def _name(number: int) -> str:
    return f"room-{number:02}"


def _fill(bench: Bench, ground: Ground, folder: Path) -> None:
    large = bench.messages or _made_up(folder, ground, 0, LARGE_QUICK if bench.quick else LARGE)
    counts = enumerate(OTHERS[number % len(OTHERS)] for number in range(1, len(ground.rooms)))
    files = [large, *(_made_up(folder, ground, number + 1, count) for number, count in counts)]
    bench.say(f"bringing messages into {len(files)} rooms")
    order = [(str(file), _name(number)) for number, file in enumerate(files)]
    _run(ground.server, _IMPORT, order)


def _made_up(folder: Path, ground: Ground, number: int, count: int) -> Path:
    names = [person.name for person in ground.people]
    return write(folder / f"{_name(number)}.jsonl", names, count, seed=number)


def _run(server: Campfire, script: str, order: Any) -> None:
    environment = {**server.environment, "DJANGO_SETTINGS_MODULE": "campfire.settings"}
    result = subprocess.run(
        [sys.executable, "-c", script],
        cwd=server.root,
        env=environment,
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise Broken(f"messages could not be imported:\n{result.stderr[-2000:]}")
