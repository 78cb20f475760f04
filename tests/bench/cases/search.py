"""Search over a million messages: words that are rare, in a tenth of all messages, two at once, a part of a word,
everywhere and in one room, and for somebody who is only in a room of 1,000.

By the query: all of it, the messages read, beside what one would ask the index for the same 50 messages; the goal is
for those everywhere that are found. By REST: from the question to the last byte, on a connection that is kept, from
another process.
"""

import json
from urllib.parse import urlencode

from tests.bench.asking import by_token
from tests.bench.bench import Bench
from tests.bench.filling import DATABASES, NAMES, Filled, filled

TIMES, TIMES_REST = 25, 20
MOST_MS, MOST_TIMES_BARE = 50.0, 2.0
# What is looked for, in which room, and by whom.
ASKED = {
    "a rare word": ("zanzibar", None, "member"),
    "a frequent word": ("harbour", None, "member"),
    "two frequent words": ("harbour lantern", None, "member"),
    "a rare and a frequent one": ("zanzibar harbour", None, "member"),
    "a part of a word": ("harb", None, "member"),
    "a word that is nowhere": ("xylophone", None, "member"),
    "rare in the large room": ("zanzibar", "large", "member"),
    "frequent in the large room": ("harbour", "large", "member"),
    "frequent in the small room": ("harbour", "small", "member"),
    "two in the small room": ("harbour lantern", "small", "member"),
    "frequent, for the newcomer": ("harbour", None, "newcomer"),
    "rare, for the newcomer": ("zanzibar", None, "newcomer"),
}


def run(bench: Bench) -> None:
    for database in DATABASES[:1] if bench.quick else DATABASES:
        house = filled(bench, database)
        _by_query(bench, house)
        _by_rest(bench, house)


def _by_query(bench: Bench, house: Filled) -> None:
    asked = [
        (getattr(house, who), query, getattr(house, room).pk if room else None) for query, room, who in ASKED.values()
    ]
    order = json.dumps({"times": 5 if bench.quick else TIMES, "asked": asked})
    name = NAMES[house.database]
    rounds = [house.run("tests.bench.reading", "search", order) for _ in bench.rounds(f"search by the query, {name}")]
    for number, (what, (_, room, who)) in enumerate(ASKED.items()):
        pairs = [found[number] for found in rounds]
        # Elsewhere it is the look-up of the room, or of the person's, that is compared with nothing.
        held = not bench.quick and room is None and who == "member" and bool(pairs[0]["found"])
        ratios = [pair["product"] / pair["bare"] for pair in pairs]
        bench.note(f"{name}: {what}", "found and read", [pair["product"] for pair in pairs], "ms")
        bench.note(f"{name}: {what}", "× the bare query", ratios, at_most=MOST_TIMES_BARE if held else None)


def _by_rest(bench: Bench, house: Filled) -> None:
    times, name = (3 if bench.quick else TIMES_REST), NAMES[house.database]
    paths: dict[str, list[str]] = {"member": [], "newcomer": []}
    for query, room, who in ASKED.values():
        where = {"room_id": getattr(house, room).uuid} if room else {}
        paths[who].append(f"/api/search?{urlencode({'q': query, **where})}")
    tokens = {"member": house.member_token, "newcomer": house.newcomer_token}
    with house.serve() as server:
        for who, asked in paths.items():
            with by_token(server, tokens[who]) as asking:
                rounds = [asking.measure_all(asked, times) for _ in bench.rounds(f"search by REST, {name}, the {who}")]
            subject = f"{name}, REST: all of these by the {who}"
            bench.note(subject, "p50", [ms["p50"] for ms in rounds], "ms")
            bench.note(subject, "p95", [ms["p95"] for ms in rounds], "ms", at_most=None if bench.quick else MOST_MS)
