"""`scripts/faults`: breaks Campfire on purpose, prints what was lost and how soon it healed."""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from types import ModuleType

from tests.bench.page import kept_in
from tests.bench.report import ROOT, introduction
from tests.faults.faults import Faults
from tests.faults.ground import Ground
from tests.faults.report import Report, table

PAGE = ROOT / "docs" / "reliability.md"
DESCRIPTION = """\
Breaks Campfire on this machine in the ways that docs/reliability.md describes, while clients that behave like the real
ones use it. A checker then compares what was acknowledged, what each client holds and what the database holds. Exits
with 1 if anything was lost, duplicated, out of order, stale, invented or leaked. Starts and stops its own servers on
127.0.0.1.
"""

# Each is tests/faults/experiments/<name>.py with `async def run(faults)`, whose docstring says what is broken.
EXPERIMENTS: dict[str, str] = {
    "F1": "killed_mid_send",
    "F2": "killed_before_broadcast",
    "F3": "killed_before_commit",
    "F4": "redis_killed",
    "F5": "redis_stopped",
    "F6": "postgres_stopped",
    "F7": "sqlite_held",
    "F8": "disk_full",
    "F9": "black_hole",
    "F10": "cut_before_answer",
    "F11": "same_id_at_once",
    "F12": "slow_reader",
    "F13": "stalled_handler",
    "F14": "everybody_dropped",
    "F16": "rolling_restart",
    "F17": "removed_and_back",
    "F18": "cursors",
    "F19": "fifty_senders",
    "F20": "files_used_up",
    "F21": "random_mix",
}


def arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/faults", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    known = ", ".join(f"{number} {name}" for number, name in EXPERIMENTS.items())
    parser.add_argument("experiments", nargs="*", metavar="F", help=f"which to run (all): {known}")
    parser.add_argument("--quick", action="store_true", help="run small, short versions of the experiments")
    parser.add_argument("--page", action="store_true", help="also write the results to docs/reliability.md")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")
    options = parser.parse_args(given)
    if unknown := set(options.experiments) - set(EXPERIMENTS):
        parser.error(f"no such experiment: {', '.join(sorted(unknown))}. Choose from: {known}")
    return options


def load(number: str) -> ModuleType:
    return import_module(f"tests.faults.experiments.{EXPERIMENTS[number]}")


def experiment(number: str, report: Report, ground: Ground) -> Faults:
    """Run one; what it found is in the report and in what is returned."""
    faults = Faults(number, report.quick, ground, report)
    asyncio.run(load(number).run(faults))
    return faults


def show(number: str, report: Report, ground: Ground) -> int:
    """Run one and print it; how much was violated."""
    module, began = load(number), time.monotonic()
    print(f"\n## {number} {EXPERIMENTS[number].replace('_', ' ')}\n\n{(module.__doc__ or '').strip()}\n", flush=True)
    violations = experiment(number, report, ground).violations
    print(table(report.of(number)), flush=True)
    print(f"({time.monotonic() - began:.0f} s)", file=sys.stderr)
    return len(violations)


def main() -> int:
    options = arguments(sys.argv[1:])
    # Whoever ends this (a time-out, a service manager) ends its servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with kept_in(PAGE if options.page else None):
        return run(options)


def run(options: argparse.Namespace) -> int:
    """Run what was chosen and print it; 1 if anything was violated."""
    print(introduction())
    report = Report(quick=options.quick)
    with tempfile.TemporaryDirectory(prefix="campfire-faults-") as folder:
        ground = Ground(Path(folder))
        try:
            violated = {number: show(number, report, ground) for number in options.experiments or EXPERIMENTS}
        finally:
            ground.close()
    if options.json:
        report.write(options.json)
    broken = {number: times for number, times in violated.items() if times}
    print(f"\n{len(violated)} experiments, {sum(broken.values())} violations {broken or ''}".rstrip())
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
