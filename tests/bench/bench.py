"""What each benchmark is given: how thorough to be, where to note what it finds, and a folder of its own."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.report import Figure, Goal, Report


@dataclass
class Bench:
    """`quick` proves that a benchmark runs and that its conditions hold; its figures are not to be quoted."""

    case: str
    quick: bool
    repeats: int
    report: Report
    folder: Path
    # What one case leaves to those that follow it in a quick run, and how it ends.
    shared: dict[str, Any]
    lasting: ExitStack
    # What was asked for by --messages and --against.
    messages: Path | None = None
    against: Path | None = None

    def note(
        self,
        subject: str,
        metric: str,
        values: Sequence[float] | float,
        unit: str = "",
        *,
        at_least: float | None = None,
        at_most: float | None = None,
    ) -> None:
        """One row of the table: a value for each repeat, with the goal if there is one."""
        goal = None
        if at_least is not None:
            goal = Goal("≥", at_least)
        elif at_most is not None:
            goal = Goal("≤", at_most)
        found = tuple(values) if isinstance(values, Sequence) else (values,)
        self.report.figures.append(Figure(self.case, subject, metric, unit, found, goal))

    def say(self, line: str) -> None:
        """Progress, to standard error."""
        print(f"   {line}", file=sys.stderr, flush=True)

    def rounds(self, what: str) -> Iterator[int]:
        """Count the repeats, saying so. What is compared is measured within one round, so noise falls on all."""
        for number in range(1, self.repeats + 1):
            self.say(f"{what}, {number} of {self.repeats}")
            yield number

    @contextmanager
    def own_folder(self, name: str) -> Iterator[Path]:
        folder = self.folder / self.case / name
        folder.mkdir(parents=True, exist_ok=True)
        yield folder


class Broken(Exception):
    """A condition of every benchmark failed: something was lost, doubled or out of order, or the client was slow."""
