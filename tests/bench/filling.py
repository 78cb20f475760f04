"""A database as years of use leave it: rooms of 1,000, 10,000 and a million messages, made in about a minute.

It is made once and serves all cases of a run. The rows come from `tests/bench/rows.py`, in a process of its own.
"""

import json
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tests.bench.bench import Bench, Broken
from tests.servers import ROOT, Campfire, start_campfire, start_postgres

Database = Literal["sqlite", "postgresql"]
DATABASES: tuple[Database, ...] = ("sqlite", "postgresql")
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
SIZES, SIZES_QUICK = (1_000, 10_000, 1_000_000), (100, 200, 5_000)


@dataclass(frozen=True)
class Room:
    """A filled room: its id, its row id and how many messages it has."""

    uuid: str
    pk: int
    count: int


@dataclass(frozen=True)
class Filled:
    """Closed rooms of 1,000, 10,000 and a million messages, with everybody in them but the newcomer.

    The newcomer is in the `small` room alone, whose messages are the oldest; the joiner in the `middle` one and 299
    others. Tokens sign in; ids are row ids.
    """

    database: Database
    data: Path
    environment: dict[str, str]
    small: Room
    middle: Room
    large: Room
    member: int
    member_token: str
    newcomer: int
    newcomer_token: str
    joiner_token: str

    def serve(self) -> AbstractContextManager[Campfire]:
        """Campfire on this database."""
        return start_campfire(data=self.data, env=self.environment)

    def run(self, module: str, *arguments: str) -> Any:
        """What `python -m module` says last, as JSON; it works on this database."""
        return _run(self.environment, module, *arguments)


def filled(bench: Bench, database: Database) -> Filled:
    """The filled database of this run, made at the first call."""
    name = f"filled {database}"
    if name not in bench.shared:
        bench.shared[name] = _fill(bench, database)
    found: Filled = bench.shared[name]
    return found


def _fill(bench: Bench, database: Database) -> Filled:
    sizes, began = SIZES_QUICK if bench.quick else SIZES, time.monotonic()
    data, environment = bench.folder / f"filled-{database}", {"RATE_LIMITS": "off"}
    if database == "postgresql":
        environment["DATABASE_URL"] = bench.lasting.enter_context(start_postgres()).url
    bench.say(f"filling {NAMES[database]} with {sum(sizes):,} messages")
    # Its start makes the tables.
    with start_campfire(data=data, env=environment) as server:
        environment = server.environment
    made = _run(environment, "tests.bench.rows", *map(str, sizes))
    small, middle, large = (Room(**made.pop(name)) for name in ("small", "middle", "large"))
    bench.say(f"filled in {time.monotonic() - began:.0f} s")
    return Filled(database, data, environment, small, middle, large, **made)


def _run(environment: dict[str, str], module: str, *arguments: str) -> Any:
    command = [sys.executable, "-m", module, *arguments]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        raise Broken(f"{module} failed:\n{result.stderr}")
    return json.loads(result.stdout.strip().splitlines()[-1])
