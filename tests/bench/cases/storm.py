"""Everybody is dropped at once and comes back at once: each connects, joins the room and catches up from where it was.

Meanwhile messages were posted. Counted from the moment the first comes back to the one in which the last is caught up.
Each must have been told every message that it missed, once, and hear everything that is said after that.
"""

import json
from collections.abc import Sequence

from tests.bench.bench import Bench, Broken
from tests.bench.load import Connected, Load
from tests.bench.people import House, make_house
from tests.bench.stores import STORES, Store, serving
from tests.servers import Server

SOCKETS, MISSED, AFTER = 1000, 50, 10
# Processor time is what is scarce; more names than MOST_NAMED would not be told.
PEOPLE = 500
GOAL_MS = 5_000.0
CAUGHT_UP = '"type":"catch_up_complete"'


def run(bench: Bench) -> None:
    for store in STORES[:1] if bench.quick else STORES:
        _run(bench, store)


def _run(bench: Bench, store: Store) -> None:
    sockets, people = (20, 10) if bench.quick else (SOCKETS, PEOPLE)
    found = []
    with serving(bench, store) as server:
        for _ in bench.rounds(f"{sockets} sockets come back, {store}"):
            house = make_house(server, people=people)
            with Load() as crowd, Load() as writer:
                found.append(_storm(server, house, crowd, writer, sockets))
    goal = None if bench.quick else GOAL_MS
    bench.note(store, "99 % live and caught up", [one.ms["p99"] for one in found], "ms")
    bench.note(store, "all live and caught up", [one.seconds * 1000 for one in found], "ms", at_most=goal)


def _storm(server: Server, house: House, crowd: Load, writer: Load, sockets: int) -> Connected:
    crowd.connect(server.url, sockets, tokens=house.tokens)
    crowd.join(house.room)
    writer.connect(server.url, 1, tokens=house.tokens[:1])
    writer.join(house.room)
    writer.send(house.room, senders=[0], count=AFTER, answered=True)
    crowd.drop()
    writer.send(house.room, senders=[0], count=MISSED, answered=True)
    # All at once: nobody waits for a turn.
    back = crowd.connect(
        server.url, sockets, tokens=house.tokens, hello=_hello(house.room, AFTER), until=CAUGHT_UP, at_once=sockets
    )
    _check(crowd, "replayed", MISSED, sockets)
    crowd.send(house.room, senders=[0], count=AFTER, window=4)
    return back


def _hello(room: str, version: int) -> Sequence[str]:
    joining = {"type": "join_room", "room_id": room, "last_seen_version": version}
    return [json.dumps(joining, separators=(",", ":"))]


def _check(crowd: Load, what: str, count: int, sockets: int) -> None:
    states = crowd.state()
    wrong = [state for state in states if state[what] != count or state["doubled"] or state["missing"]]
    if wrong or len(states) != sockets:
        raise Broken(f"{len(wrong)} of {len(states)} sockets were not told {count} messages once: {wrong[:1]}")
