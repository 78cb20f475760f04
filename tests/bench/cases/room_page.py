"""The page of a room of 10,000 messages, as a browser asks for it: from the question to the last byte, on a connection
that is kept, from another process. And how many queries it takes, in rooms of any size.
"""

import json

from tests.bench.asking import by_cookie
from tests.bench.bench import Bench, Broken
from tests.bench.filling import DATABASES, NAMES, Filled, filled

TIMES, MOST_MS = 100, 30.0


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


def _queries(house: Filled) -> int:
    rooms = [room.uuid for room in (house.small, house.middle, house.large)]
    order = json.dumps({"token": house.member_token, "rooms": rooms})
    counts: list[int] = house.run("tests.bench.reading", "page", order)
    if len(set(counts)) != 1:
        raise Broken(f"the pages of rooms of different sizes take {counts} queries")
    return counts[0]
