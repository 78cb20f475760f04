"""What the experiments found, as tables and as JSON."""

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from tests.bench.report import machine, number
from tests.faults.checker import KINDS


@dataclass(frozen=True)
class Figure:
    """One row: what was counted or measured of a subject, and whether it kept to its bound, if it has one."""

    experiment: str
    subject: str
    name: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None
    is_kept: bool = True

    @property
    def bound(self) -> str:
        if self.at_most is not None:
            return f"{'=' if self.at_most == self.at_least else '≤'} {number(self.at_most)}"
        return f"≥ {number(self.at_least)}" if self.at_least is not None else ""


@dataclass
class Report:
    """All figures of a run."""

    quick: bool
    figures: list[Figure] = field(default_factory=list)

    def add(
        self,
        experiment: str,
        subject: str,
        name: str,
        value: float,
        unit: str = "",
        at_most: float | None = None,
        at_least: float | None = None,
        *,
        is_kept: bool = True,
    ) -> None:
        self.figures.append(Figure(experiment, subject, name, value, unit, at_most, at_least, is_kept))

    def of(self, experiment: str) -> list[Figure]:
        return [figure for figure in self.figures if figure.experiment == experiment]

    def write(self, path: Path) -> None:
        """As JSON: the machine, then each figure."""
        rows = [asdict(figure) for figure in self.figures]
        text = json.dumps({"quick": self.quick, **machine(), "figures": rows}, indent=1, ensure_ascii=False)
        path.write_text(text + "\n")


def _together(figures: list[Figure]) -> list[Figure]:
    """The checker's counts of a subject as one row where all are zero."""
    subjects = {figure.subject for figure in figures}
    clean = subjects - {figure.subject for figure in figures if figure.name in KINDS and figure.value}
    first, *others = KINDS
    kept = [figure for figure in figures if figure.subject not in clean or figure.name not in others]
    every = ", ".join(KINDS)
    return [replace(each, name=every) if each.subject in clean and each.name == first else each for each in kept]


def table(figures: list[Figure]) -> str:
    """In Markdown."""
    rows = [["", "", "", "bound", ""], ["-" * 3] * 5]
    previous = ""
    for figure in _together(figures):
        subject, previous = ("" if figure.subject == previous else figure.subject), figure.subject
        kept = "" if not figure.bound else ("held" if figure.is_kept else "BROKEN")
        rows.append([subject, figure.name, f"{number(figure.value)} {figure.unit}".strip(), figure.bound, kept])
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join("| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows)
