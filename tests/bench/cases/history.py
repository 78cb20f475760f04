"""Pages of a room's past, of 10 to 500 messages: the newest, one from the middle, one around a message.

By the query: the whole of it beside the same SQL by the driver alone, in a room of 1,000 and in one of a million. By
REST: from the question to the last byte, on a connection that is kept, from another process.
"""

import json
from collections.abc import Sequence

from tests.bench.asking import Asking, by_token
from tests.bench.bench import Bench, Broken
from tests.bench.filling import DATABASES, NAMES, Filled, Room, filled

SIZES = (50, 10, 100, 500)
PLACES = {"newest": {}, "in the middle": {"before": 50}, "around one": {"around": 50}}
TIMES, TIMES_REST = 200, 200
MOST_TIMES_SMALL, MOST_TIMES_BARE, MOST_MS = 1.2, 3.0, 15.0


def run(bench: Bench) -> None:
    for database in DATABASES[:1] if bench.quick else DATABASES:
        house = filled(bench, database)
        _by_query(bench, house)
        _by_rest(bench, house)


def _by_query(bench: Bench, house: Filled) -> None:
    asked = [{"limit": SIZES[0], **place} for place in PLACES.values()] + [{"limit": size} for size in SIZES[1:]]
    names = [f"{SIZES[0]} {place}" for place in PLACES] + [f"{size} newest" for size in SIZES[1:]]
    order = {"times": 20 if bench.quick else TIMES, "rooms": [house.small.pk, house.large.pk], "asked": asked}
    rounds = [house.run("tests.bench.reading", "history", json.dumps(order)) for _ in bench.rounds(_title(house))]
    for number, name in enumerate(names):
        pairs = [found[number] for found in rounds]
        held = not bench.quick and asked[number]["limit"] == SIZES[0]
        subject = f"{NAMES[house.database]}: {name}"
        bench.note(subject, "in the large room", [large["product"] for _, large in pairs], "ms")
        bench.note(
            subject,
            "× the small room",
            [large["product"] / small["product"] for small, large in pairs],
            at_most=MOST_TIMES_SMALL if held else None,
        )
        bench.note(
            subject,
            "× the bare SQL",
            [large["product"] / large["bare"] for _, large in pairs],
            at_most=MOST_TIMES_BARE if held else None,
        )


def _title(house: Filled) -> str:
    return f"pages by the query, {NAMES[house.database]}"


def _by_rest(bench: Bench, house: Filled) -> None:
    times = 10 if bench.quick else TIMES_REST
    with house.serve() as server, by_token(server, house.member_token) as asking:
        _check(asking, house.large)
        names = [(f"{SIZES[0]} {place}", _path(house.large, SIZES[0], anchor)) for place, anchor in PLACES.items()]
        names += [(f"{size} newest", _path(house.large, size, {})) for size in SIZES[1:]]
        found: dict[str, list[dict[str, float]]] = {name: [] for name, _ in names}
        for _ in bench.rounds(f"pages by REST, {NAMES[house.database]}"):
            for name, path in names:
                found[name].append(asking.measure(path, times))
    for name, rounds in found.items():
        subject = f"{NAMES[house.database]}, REST: {name}"
        held = not bench.quick and name.startswith(f"{SIZES[0]} ")
        bench.note(subject, "p50", [ms["p50"] for ms in rounds], "ms")
        bench.note(subject, "p95", [ms["p95"] for ms in rounds], "ms", at_most=MOST_MS if held else None)


def _path(room: Room, limit: int, anchor: dict[str, int]) -> str:
    where = "".join(f"&{name}={room.count * percent // 100}" for name, percent in anchor.items())
    return f"/api/rooms/{room.uuid}/messages?limit={limit}{where}"


def _check(asking: Asking, room: Room) -> None:
    """The pages hold what they are to hold."""
    middle = room.count // 2
    _expect(asking, _path(room, 50, {}), range(room.count, room.count - 50, -1))
    _expect(asking, _path(room, 50, {"before": 50}), range(middle - 1, middle - 51, -1))
    _expect(asking, _path(room, 50, {"around": 50}), range(middle + 24, middle - 26, -1))


def _expect(asking: Asking, path: str, seqs: Sequence[int]) -> None:
    found = [message["seq"] for message in json.loads(asking.ask(path))]
    if found != list(seqs):
        raise Broken(f"{path} holds {found}")
