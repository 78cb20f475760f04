"""`scripts/bench`: measures Campfire beside what it is compared with, prints tables and writes JSON."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.bench.bench import Bench, Broken
from tests.bench.page import kept_in
from tests.bench.report import ROOT, Report, introduction, table

PAGE = ROOT / "docs" / "performance.md"
DESCRIPTION = """\
Measures Campfire on this machine, each figure next to its baseline from the same run, and says which goals in
docs/performance.md are met. Starts and stops its own servers on 127.0.0.1. Only ratios within one run can be compared
with those from another machine.
The case `browser` needs Chromium (on Debian: apt-get install chromium); scripts/bench installs it if it is allowed to.
"""

# In order; each is tests/bench/cases/<name>.py with `run(bench)`, whose docstring says what it measures.
CASES: list[str] = [
    "fanout",
    "cpu",
    "latency",
    "delivered",
    "creation",
    "posting",
    "slow_reader",
    "connecting",
    "storm",
    "memory",
    "startup",
    "history",
    "search",
    "catchup",
    "room_page",
    "browser",
]


def arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"which to run (all): {', '.join(CASES)}")
    parser.add_argument(
        "--quick", action="store_true", help="small and once: shows that everything runs; the figures mean nothing"
    )
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="how many times to measure each case (3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")
    parser.add_argument("--page", action="store_true", help="also write the results to docs/performance.md")
    parser.add_argument(
        "--messages",
        type=_whole_path,
        metavar="FILE",
        help="browser: messages for the large room, in the format of `manage.py import_messages` (generated)",
    )
    parser.add_argument(
        "--against",
        type=_whole_path,
        metavar="DIR",
        help="browser: another checkout to compare with, measured alternately",
    )
    parser.add_argument("--strict", action="store_true", help="fail if any goal is missed")
    options = parser.parse_args(given)
    if unknown := set(options.cases) - set(CASES):
        parser.error(f"no such case: {', '.join(sorted(unknown))}. Choose from: {', '.join(CASES)}")
    if options.messages and not options.messages.is_file():
        parser.error(f"there is no file {options.messages}")
    if options.against and not (options.against / "manage.py").is_file():
        parser.error(f"{options.against} is not a Campfire checkout")
    return options


def _whole_path(given: str) -> Path:
    return Path(given).resolve()


def load(name: str) -> Callable[[Bench], None]:
    case: Callable[[Bench], None] = import_module(f"tests.bench.cases.{name}").run
    return case


def run(options: argparse.Namespace) -> Report:
    report = Report(quick=options.quick)
    repeats = 1 if options.quick else options.repeats
    shared: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="campfire-bench-") as folder, ExitStack() as lasting:
        for name in options.cases or CASES:
            case, began, before = load(name), time.monotonic(), len(report.figures)
            print(f"\n## {name}\n\n{(sys.modules[case.__module__].__doc__ or '').strip()}\n", flush=True)
            try:
                bench = Bench(name, options.quick, repeats, report, Path(folder), shared, lasting)
                bench.messages, bench.against = options.messages, options.against
                case(bench)
            except Broken as broken:
                print(f"**Broken:** {broken}\n", flush=True)
                report.broken.append(f"{name}: {broken}")
            print(table(report.figures[before:]), flush=True)
            print(f"({time.monotonic() - began:.0f} s)", file=sys.stderr)
    return report


def main() -> int:
    options = arguments(sys.argv[1:])
    with kept_in(PAGE if options.page else None, in_part=bool(options.cases)):
        print(introduction())
        report = run(options)
        missed = [] if options.quick else report.missed()
        if missed:
            print(
                f"\n{len(missed)} goals were missed: " + "; ".join(f"{item.subject}, {item.metric}" for item in missed)
            )
    if options.json:
        report.write(options.json)
    for broken in report.broken:
        print(f"scripts/bench: {broken}", file=sys.stderr)
    return int(bool(report.broken) or (bool(missed) and options.strict))


if __name__ == "__main__":
    sys.exit(main())
