"""What an idle, signed-in socket holds of the server's memory: resident set with 2,000 of them less that without any.

Each person is in five rooms and has one open. Beside it the same server with an application that only greets them. The
process is new each time: memory that was used once is used again, and would make the second time look free.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack

from tests.bench.baselines.starting import start_accepting
from tests.bench.bench import Bench
from tests.bench.load import Load
from tests.bench.people import House, make_house
from tests.bench.processes import memory
from tests.bench.stores import serving
from tests.servers import Server

SOCKETS, ROOMS, PEOPLE = 2000, 5, 400
WARM = 20
SETTLE_S = 3.0
GOAL_KB = 30.0

Start = Callable[[ExitStack, int], tuple[Server, House | None]]


def run(bench: Bench) -> None:
    sockets = 40 if bench.quick else SOCKETS
    starts: dict[str, Start] = {
        "accepted without a look-up": lambda stack, number: (
            stack.enter_context(start_accepting(stack.enter_context(bench.own_folder(f"bare-{number}")))),
            None,
        ),
        "Campfire on SQLite": lambda stack, number: _campfire(bench, stack, number),
    }
    found: dict[str, list[float]] = {name: [] for name in starts}
    for number in bench.rounds(f"{sockets} idle sockets"):
        for name, start in starts.items():
            with ExitStack() as stack:
                server, house = start(stack, number)
                found[name].append(_kilobytes(bench, server, house, sockets))
    for name, values in found.items():
        goal = None if bench.quick or name != "Campfire on SQLite" else GOAL_KB
        bench.note(name, "memory for a socket", values, "KB", at_most=goal)


def _campfire(bench: Bench, stack: ExitStack, number: int) -> tuple[Server, House]:
    server = stack.enter_context(serving(bench, "SQLite", name=f"campfire-{number}"))
    return server, make_house(server, people=8 if bench.quick else PEOPLE, rooms=ROOMS)


def _kilobytes(bench: Bench, server: Server, house: House | None, sockets: int) -> float:
    """For each of `sockets`. A few came and went before, so that what is made once for all is there."""
    tokens = house.tokens if house else ()
    with Load() as load:
        load.connect(server.url, WARM, tokens=tokens)
        if house:
            load.join(house.room)
        load.drop()
        _settle(bench)
        before = memory(server.pid)
        load.connect(server.url, sockets, tokens=tokens)
        if house:
            load.join(house.room)
        _settle(bench)
        return (memory(server.pid) - before) / 1024 / sockets


def _settle(bench: Bench) -> None:
    time.sleep(0.2 if bench.quick else SETTLE_S)
