"""Processor time of the server for each delivery, at a steady 20,000 a second to 1,000 sockets in one room.

The steadiest figure from run to run. What a message costs before it is delivered (reading, storing, rendering) counts.
"""

from collections import defaultdict

from tests.bench.bench import Bench
from tests.bench.subjects import Subject, Subjects

DELIVERIES_PER_SECOND = 20_000
SOCKETS = 1000
SECONDS = 5.0
RAW_SAME = "raw uvloop, frames as long as Campfire's"


def run(bench: Bench) -> None:
    costs: dict[str, list[float]] = defaultdict(list)
    with Subjects(bench) as subjects:
        raw, campfire, others = subjects.raw(), subjects.campfire(), subjects.on_node()
        for _ in bench.rounds("20,000 deliveries a second"):
            size = _measure(bench, campfire, campfire.name, costs)
            _measure(bench, raw, RAW_SAME, costs, size)
            for subject in (raw, *others):
                _measure(bench, subject, subject.name, costs)
    for name, values in costs.items():
        bench.note(name, "server CPU for a delivery", values, "µs")
    for name, goal in ((RAW_SAME, 1.4), (raw.name, None)):
        ratios = [ours / theirs for ours, theirs in zip(costs[campfire.name], costs[name], strict=True)]
        bench.note(campfire.name, f"× {name}", ratios, at_most=goal)


def _measure(bench: Bench, subject: Subject, name: str, costs: dict[str, list[float]], size: int = 0) -> int:
    """The length of a frame."""
    sockets, seconds = (30, 0.3) if bench.quick else (SOCKETS, SECONDS)
    with subject.crowd(sockets) as crowd:
        sent = crowd.steady(DELIVERIES_PER_SECOND / SOCKETS, seconds, size=size)
        costs[name].append(sent.server_us_per_delivery)
    return sent.frame_size
