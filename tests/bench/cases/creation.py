"""50 people say 100 things each, all at once, every one as soon as the one before is acknowledged.

First without sockets, which is what was asked for: through the action that sockets and REST call, which queues, numbers
and stores under the room's lock, waits for the disk and tells the hub. Beside it the same rows by bare SQL in one
transaction, and by the ORM one by one. Then from a socket to the server and back: in rooms where nobody else listens,
so that only acknowledgements flow, and in one room where all 50 hear each of the 5,000.

Where 50 always wait, 3 ms in the middle are 16,700 messages a second, whatever answers them. So times are also taken at
a steady half of what was reached.
"""

import json
import subprocess
import sys
from collections import defaultdict
from typing import Any

from tests.bench.bench import Bench, Broken
from tests.bench.load import Load, Sent
from tests.bench.people import House, make_house
from tests.bench.stores import STORES, Store, serving
from tests.servers import ROOT, Campfire

SENDERS, MESSAGES = 50, 100
WALL_MS, P50_MS, P99_MS = 0.3, 3.0, 15.0
ACTION, ALONE, TOGETHER = "action", "sockets, acknowledgements only", "sockets, all hear all"

Figures = dict[tuple[str, str], list[float]]


def run(bench: Bench) -> None:
    for store in STORES:
        figures: Figures = defaultdict(list)
        with serving(bench, store) as server:
            _measure(bench, store, server, figures)
        _note(bench, store, figures)


def _measure(bench: Bench, store: Store, server: Campfire, figures: Figures) -> None:
    senders, messages = (10, 10) if bench.quick else (SENDERS, MESSAGES)
    apart, together = make_house(server, people=senders, apart=True), make_house(server, people=senders)
    for _ in bench.rounds(f"{senders} senders × {messages} messages, {store}"):
        _without_sockets(server, senders, messages, figures)
        _by_sockets(server, apart, senders * messages, figures, ALONE)
        _by_sockets(server, together, senders * messages, figures, TOGETHER)


def _without_sockets(server: Campfire, senders: int, messages: int, figures: Figures) -> None:
    found = _write(server, senders, messages)
    for name in ("at_once", "steadily"):
        if not found[name]["right"]:
            raise Broken(f"the action, {name}: not every message was stored once and in order")
    count, at_once, steadily = senders * messages, found["at_once"], found["steadily"]
    for p in ("p50", "p99"):
        figures[ACTION, p].append(at_once["ms"][p])
        figures[ACTION, f"{p} at half of that"].append(steadily["ms"][p])
    for name, key in ((ACTION, "at_once"), ("bare SQL, one transaction", "bare"), ("ORM, one by one", "one_by_one")):
        figures[name, "wall time for a message"].append(found[key]["seconds"] * 1000 / count)
    figures[ACTION, "× bare SQL"].append(at_once["seconds"] / found["bare"]["seconds"])
    figures[ACTION, "CPU for a message"].append(at_once["cpu_ms"])


def _write(server: Campfire, senders: int, messages: int) -> dict[str, Any]:
    """What `tests.bench.writing` found on the database of `server`."""
    command = [sys.executable, "-m", "tests.bench.writing", str(senders), str(messages)]
    result = subprocess.run(command, cwd=ROOT, env=server.environment, stdout=subprocess.PIPE, text=True, check=False)
    if result.returncode:
        raise Broken("writing without sockets failed; what it said is above")
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


def _by_sockets(server: Campfire, house: House, count: int, figures: Figures, name: str) -> None:
    with Load() as load:
        senders = range(len(house.tokens))
        load.connect(server.url, len(senders), tokens=house.tokens)
        if name == TOGETHER:
            load.join(house.room)
        how: dict[str, Any] = {"senders": senders, "count": count, "answered": True, "watch": server.pid}
        sent = _all_answered(load.send(house.rooms, **how))
        steady = _all_answered(load.send(house.rooms, rate=sent.messages / sent.seconds / 2, **how))
    figures[name, "wall time for a message"].append(sent.seconds * 1000 / count)
    figures[name, "CPU for a message"].append(sent.server_seconds * 1000 / count)
    for p in ("p50", "p99"):
        figures[name, p].append(sent.answer_ms[p])
        figures[name, f"{p} at half of that"].append(steady.answer_ms[p])


def _all_answered(sent: Sent) -> Sent:
    if sent.answers != sent.messages:
        raise Broken(f"of {sent.messages} messages {sent.answers} were acknowledged")
    return sent


def _note(bench: Bench, store: Store, figures: Figures) -> None:
    half = {"p50 at half of that": P50_MS, "p99 at half of that": P99_MS}
    goals = {
        ACTION: {"wall time for a message": WALL_MS, "p50": P50_MS, "p99": P99_MS},
        ALONE: {"wall time for a message": WALL_MS, **half},
    }
    for (name, metric), values in figures.items():
        goal = None if bench.quick else goals.get(name, {}).get(metric)
        bench.note(f"{store}: {name}", metric, values, "" if metric.startswith("×") else "ms", at_most=goal)
