"""How fast one message reaches everybody in a room, in one process: deliveries a second as fast as they go.

Campfire's messages are written by eight people, stored, rendered and serialised whole; those of the others come from
one sender and have 185 bytes, and nothing is behind them. As a frame of Campfire's is longer, the limit (raw uvloop,
one prepared frame written to every transport) is measured with frames of that length too. It writes each by itself,
Campfire together what was committed together, which is how it can be the faster one; in case `cpu` nothing gathers.
"""

from collections import defaultdict

from tests.bench.bench import Bench
from tests.bench.subjects import Subject, Subjects

SECONDS = 3.0
LARGE, SMALL = 1000, 200
RAW_SAME = "raw uvloop, frames as long as Campfire's"

Rates = dict[str, list[float]]


def run(bench: Bench) -> None:
    sizes = (30,) if bench.quick else (LARGE, SMALL)
    rates: dict[int, Rates] = {sockets: defaultdict(list) for sockets in sizes}
    with Subjects(bench) as subjects:
        raw, campfire = subjects.raw(), subjects.campfire()
        others = [
            subjects.campfire("daphne"),
            subjects.unstored(),
            *subjects.on_node(),
            subjects.tutorial_on_daphne(),
            subjects.tutorial_on_uvicorn(),
        ]
        for _ in bench.rounds(f"fan-out to {' and '.join(map(str, sizes))} sockets"):
            for sockets in sizes:
                _measure(bench, sockets, raw, campfire, others, rates[sockets])
    for sockets in sizes:
        _note(bench, sockets, rates[sockets])


def _measure(bench: Bench, sockets: int, raw: Subject, campfire: Subject, others: list[Subject], rates: Rates) -> None:
    seconds = 0.2 if bench.quick else SECONDS
    with campfire.crowd(sockets) as crowd:
        sent = crowd.flood(seconds)
        rates[campfire.name].append(sent.deliveries_per_second)
    bench.say(f"a frame of Campfire's has {sent.frame_size} bytes")
    with raw.crowd(sockets) as crowd:
        rates[RAW_SAME].append(crowd.flood(seconds, size=sent.frame_size).deliveries_per_second)
        rates[raw.name].append(crowd.flood(seconds).deliveries_per_second)
    for subject in others:
        with subject.crowd(sockets) as crowd:
            rates[subject.name].append(crowd.flood(seconds).deliveries_per_second)


def _note(bench: Bench, sockets: int, rates: Rates) -> None:
    """Rates, then ratios of what was measured in the same round. The goals are those of the larger room."""
    for name, values in rates.items():
        bench.note(f"{sockets:,} sockets: {name}", "deliveries/s", values)
    goals = [
        ("Campfire on Uvicorn", RAW_SAME, 0.8),
        ("Campfire on Uvicorn", "raw uvloop", None),
        ("Campfire on Uvicorn", "node ws", 1.0),
        ("Campfire on Uvicorn", "Socket.IO", 1.1),
        ("Campfire on Uvicorn", "tutorial, in memory, Daphne", 40.0),
        ("Campfire on Uvicorn", "tutorial, Redis, Uvicorn", None),
        ("Campfire on Uvicorn", "Campfire, storing nothing", 0.8),
        ("Campfire on Daphne", "tutorial, in memory, Daphne", 5.0),
    ]
    for subject, beside, goal in goals:
        if beside in rates:
            ratios = [ours / theirs for ours, theirs in zip(rates[subject], rates[beside], strict=True)]
            held = goal if sockets == LARGE else None
            bench.note(f"{sockets:,} sockets: {subject}", f"× {beside}", ratios, at_least=held)
