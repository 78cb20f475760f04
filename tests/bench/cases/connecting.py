"""Signed-in sockets a second: from the TCP connection to the welcome, or until a room is joined too, 50 at a time.

A hundred people are in five rooms each. Beside it the same server with an application that greets whoever comes and
looks nobody up.
"""

import json
import time
from typing import NamedTuple

from tests.bench.baselines.starting import start_accepting
from tests.bench.bench import Bench, Broken
from tests.bench.load import JOINED, WELCOME, Load
from tests.bench.people import House, make_house
from tests.bench.processes import connected_to, cpu_seconds
from tests.bench.stores import STORES, Store, serving
from tests.servers import Server

# Ten sockets of a person, far enough from one another to be looked up one by one.
SOCKETS, PEOPLE, ROOMS = 1000, 100, 5
PATIENCE_S = 60.0
GOALS: dict[Store, float] = {"SQLite": 1_000.0, "PostgreSQL and Redis": 1_200.0}
GOAL_JOINED = 1_500.0
BARE = "accepted without a look-up"


class Subject(NamedTuple):
    """Who connects to what, and how; `goal` in sockets a second."""

    server: Server
    house: House | None = None
    by_cookie: bool = False
    joins: bool = False
    goal: float | None = None


class Connects(NamedTuple):
    """Sockets a second, the server's processor time for each in µs, and the p99 in ms."""

    rate: float
    cost: float
    slowest: float


def run(bench: Bench) -> None:
    for store in STORES[:1] if bench.quick else STORES:
        _run(bench, store)


def _run(bench: Bench, store: Store) -> None:
    sockets, people = (20, 5) if bench.quick else (SOCKETS, PEOPLE)
    with bench.own_folder("bare") as folder, start_accepting(folder) as bare, serving(bench, store) as server:
        house = make_house(server, people=people, rooms=ROOMS)
        joined = GOAL_JOINED if store == "SQLite" else None
        subjects = {
            BARE: Subject(bare),
            "by bearer": Subject(server, house, goal=GOALS[store]),
            "by cookie": Subject(server, house, by_cookie=True, goal=GOALS[store]),
            "by bearer, and in a room": Subject(server, house, joins=True, goal=joined),
        }
        found: dict[str, list[Connects]] = {name: [] for name in subjects}
        for name, subject in subjects.items():
            _connect(bench, subject, sockets)
            bench.say(f"warmed up: {name}")
        for _ in bench.rounds(f"{sockets} sockets connect, {store}"):
            for name, subject in subjects.items():
                found[name].append(_connect(bench, subject, sockets))
    for name, rounds in found.items():
        _note(bench, f"{store}: {name}", subjects[name], rounds)


def _connect(bench: Bench, subject: Subject, sockets: int) -> Connects:
    server, house = subject.server, subject.house
    hello = [json.dumps({"type": "join_room", "room_id": house.room})] if house and subject.joins else []
    with Load() as load:
        began = cpu_seconds(server.pid)
        made = load.connect(
            server.url,
            sockets,
            tokens=house.tokens if house else (),
            hello=hello,
            until=JOINED if hello else WELCOME,
            by_cookie=subject.by_cookie,
        )
        used = cpu_seconds(server.pid) - began
    _wait_until_left(bench, server)
    return Connects(sockets / made.seconds, used * 1e6 / sockets, made.ms["p99"])


def _wait_until_left(bench: Bench, server: Server) -> None:
    """Seeing the sockets off is work too, and none of the next measurement."""
    deadline = time.monotonic() + PATIENCE_S
    while connected_to(server.port):
        if time.monotonic() > deadline:
            raise Broken("the server keeps sockets that have left")
        time.sleep(0.05)
    # What it does for them after that.
    time.sleep(0.05 if bench.quick else 0.5)


def _note(bench: Bench, name: str, subject: Subject, rounds: list[Connects]) -> None:
    rates, costs, slowest = zip(*rounds, strict=True)
    bench.note(name, "connects", rates, "/s", at_least=None if bench.quick else subject.goal)
    bench.note(name, "server CPU for each", costs, "µs")
    bench.note(name, "p99 until it is in" if subject.joins else "p99 to the welcome", slowest, "ms")
