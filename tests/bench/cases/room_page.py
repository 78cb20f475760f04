"""The page of a room of 10,000 messages, as a browser asks for it: from the question to the last byte, on a connection
that is kept, from another process. And how many queries it takes, in rooms of any size.

Then for somebody in 300 rooms: their list, and the room without the sidebar and with it.
"""

import json

from tests.bench.asking import Asking, by_cookie, by_token
from tests.bench.bench import Bench, Broken
from tests.bench.filling import DATABASES, NAMES, Filled, filled

TIMES, MOST_MS = 100, 30.0
PART = "the room without its sidebar"
GOALS = {"their list": {"p50": 15.0}, PART: {"p95": 20.0}}


def run(bench: Bench) -> None:
    for database in DATABASES[:1] if bench.quick else DATABASES:
        house, name = filled(bench, database), NAMES[database]
        with house.serve() as server, by_cookie(server, house.member_token) as asking:
            path = f"/rooms/{house.middle.uuid}"
            if f'id="m-{house.middle.count}"'.encode() not in asking.ask(path):
                raise Broken("the newest message is not on the page")
            rounds = [
                asking.measure(path, 5 if bench.quick else TIMES) for _ in bench.rounds(f"the room's page, {name}")
            ]
        bench.note(name, "p50", [ms["p50"] for ms in rounds], "ms")
        bench.note(name, "p95", [ms["p95"] for ms in rounds], "ms", at_most=None if bench.quick else MOST_MS)
        bench.note(name, "queries", _queries(house))
        _note_many_rooms(bench, house, name)


def _note_many_rooms(bench: Bench, house: Filled, name: str) -> None:
    path, times = f"/rooms/{house.middle.uuid}", 5 if bench.quick else TIMES
    with (
        house.serve() as server,
        by_token(server, house.joiner_token) as program,
        by_cookie(server, house.joiner_token) as page,
        Asking(server, Cookie=f"session_token={house.joiner_token}", **{"X-Campfire-Part": "main"}) as part,
    ):
        subjects = {"their list": (program, "/api/rooms"), PART: (part, path), "the room with it": (page, path)}
        rounds = [
            {what: asking.measure(path, times) for what, (asking, path) in subjects.items()}
            for _ in bench.rounds(f"somebody in 300 rooms, {name}")
        ]
    for what in subjects:
        p50s, p95s = ([ms[what][quantile] for ms in rounds] for quantile in ("p50", "p95"))
        goals = {} if bench.quick else GOALS.get(what, {})
        bench.note(f"{name}, in 300 rooms: {what}", "p50", p50s, "ms", at_most=goals.get("p50"))
        bench.note(f"{name}, in 300 rooms: {what}", "p95", p95s, "ms", at_most=goals.get("p95"))


def _queries(house: Filled) -> int:
    rooms = [room.uuid for room in (house.small, house.middle, house.large)]
    order = json.dumps({"token": house.member_token, "rooms": rooms})
    counts: list[int] = house.run("tests.bench.reading", "page", order)
    if len(set(counts)) != 1:
        raise Broken(f"the pages of rooms of different sizes take {counts} queries")
    return counts[0]
