"""Signed-in sockets a second: from the TCP connection to the welcome, each person in five rooms, 50 at a time.

Beside it the same server with an application that greets whoever comes and looks nobody up.
"""

import time

from tests.bench.baselines.starting import start_accepting
from tests.bench.bench import Bench, Broken
from tests.bench.load import Load
from tests.bench.people import House, make_house
from tests.bench.processes import connected_to, cpu_seconds
from tests.bench.stores import STORES, Store, serving
from tests.servers import Server

# Four sockets of a person, far enough from one another to be looked up one by one.
SOCKETS, PEOPLE, ROOMS = 1000, 250, 5
PATIENCE_S = 60.0
GOAL = 1_000.0
BARE = "accepted without a look-up"

Connects = tuple[float, float, float]


def run(bench: Bench) -> None:
    for store in STORES[:1] if bench.quick else STORES:
        _run(bench, store)


def _run(bench: Bench, store: Store) -> None:
    sockets, people = (20, 5) if bench.quick else (SOCKETS, PEOPLE)
    with bench.own_folder("bare") as folder, start_accepting(folder) as bare, serving(bench, store) as server:
        house = make_house(server, people=people, rooms=ROOMS)
        subjects: dict[str, tuple[Server, House | None, bool]] = {
            BARE: (bare, None, False),
            "by bearer": (server, house, False),
            "by cookie": (server, house, True),
        }
        found: dict[str, list[Connects]] = {name: [] for name in subjects}
        for name, subject in subjects.items():
            _connect(bench, *subject, sockets)
            bench.say(f"warmed up: {name}")
        for _ in bench.rounds(f"{sockets} sockets connect, {store}"):
            for name, subject in subjects.items():
                found[name].append(_connect(bench, *subject, sockets))
    _note(bench, store, found)


def _connect(bench: Bench, server: Server, house: House | None, by_cookie: bool, sockets: int) -> Connects:
    """Sockets a second, the server's processor time for each in µs, and the p99 in ms."""
    with Load() as load:
        began = cpu_seconds(server.pid)
        made = load.connect(server.url, sockets, tokens=house.tokens if house else (), by_cookie=by_cookie)
        used = cpu_seconds(server.pid) - began
    _wait_until_left(bench, server)
    return sockets / made.seconds, used * 1e6 / sockets, made.ms["p99"]


def _wait_until_left(bench: Bench, server: Server) -> None:
    """Seeing the sockets off is work too, and none of the next measurement."""
    deadline = time.monotonic() + PATIENCE_S
    while connected_to(server.port):
        if time.monotonic() > deadline:
            raise Broken("the server keeps sockets that have left")
        time.sleep(0.05)
    # What it does for them after that.
    time.sleep(0.05 if bench.quick else 0.5)


def _note(bench: Bench, store: Store, found: dict[str, list[Connects]]) -> None:
    for name, rounds in found.items():
        goal = None if bench.quick or name == BARE else GOAL
        rates, costs, slowest = zip(*rounds, strict=True)
        subject = f"{store}: {name}"
        bench.note(subject, "connects", rates, "/s", at_least=goal)
        bench.note(subject, "server CPU for each", costs, "µs")
        bench.note(subject, "p99 to the welcome", slowest, "ms")
