"""From sending to reading, over the loopback, at a steady half of what the same server did at most just before.

Every reader's every message counts. With 1,000 of them the time to write to one after the other is most of it, at half
load half of the time between two messages, whoever writes: the goals of milliseconds are those of 200.
"""

from collections import defaultdict

from tests.bench.bench import Bench
from tests.bench.subjects import Subject, Subjects

SECONDS = 5.0
SIZES = (200, 1000)
GOALS = {
    (200, "Campfire on Uvicorn"): {"p50": 5.0, "p99": 20.0},
    (200, "Campfire on Daphne"): {"p99": 100.0},
    (1000, "Campfire on Daphne"): {"p99": 100.0},
}


def run(bench: Bench) -> None:
    sizes = (30,) if bench.quick else SIZES
    with Subjects(bench) as subjects:
        chosen = [subjects.campfire(), subjects.campfire("daphne"), subjects.raw()]
        found: dict[tuple[str, int], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for _ in bench.rounds("latency at half load"):
            for sockets in sizes:
                for subject in chosen:
                    for metric, value in _measure(bench, subject, sockets).items():
                        found[subject.name, sockets][metric].append(value)
    for (name, sockets), metrics in sorted(found.items(), key=lambda item: item[0][1]):
        for metric, values in metrics.items():
            goal = GOALS.get((sockets, name), {}).get(metric)
            unit = "messages/s" if metric == "at" else "ms"
            bench.note(f"{sockets:,} sockets: {name}", metric, values, unit, at_most=goal)


def _measure(bench: Bench, subject: Subject, sockets: int) -> dict[str, float]:
    flood, seconds = (0.2, 0.3) if bench.quick else (SECONDS / 2, SECONDS)
    with subject.crowd(sockets) as crowd:
        most = crowd.flood(flood)
        rate = most.deliveries_per_second / sockets / 2
        sent = crowd.steady(rate, seconds)
    # What went out late says how busy the machine was with other things.
    late = sent.late_ms.get("p99", 0.0)
    return {"at": rate, **{name: sent.ms[name] for name in ("p50", "p99", "mean")}, "sent late, p99": late}
