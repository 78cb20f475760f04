"""What a benchmark found: figures with their spread, the goals they are held against, as a table and as JSON."""

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).resolve().parent.parent.parent
PARTS = ("django", "channels", "daphne", "uvicorn", "websockets", "uvloop", "channels-redis", "psycopg", "orjson")


@dataclass(frozen=True)
class Goal:
    """`at` least or most `limit`, in the figure's own unit."""

    at: Literal["≥", "≤"]
    limit: float

    def is_met(self, value: float) -> bool:
        return value >= self.limit if self.at == "≥" else value <= self.limit


@dataclass(frozen=True)
class Figure:
    """One row: what was measured of which subject, once for each repeat, in `unit`."""

    case: str
    subject: str
    metric: str
    unit: str
    values: tuple[float, ...]
    goal: Goal | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def is_met(self) -> bool | None:
        return self.goal.is_met(self.median) if self.goal else None


@dataclass
class Report:
    """All figures of a run, and the machine they were measured on."""

    quick: bool
    figures: list[Figure] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def missed(self) -> list[Figure]:
        return [figure for figure in self.figures if figure.is_met is False]

    def write(self, path: Path) -> None:
        """As JSON: the machine, then each figure with its median and whether its goal was met."""
        rows = [{**asdict(figure), "median": figure.median, "met": figure.is_met} for figure in self.figures]
        text = json.dumps({"quick": self.quick, **machine(), "figures": rows}, indent=1, ensure_ascii=False)
        path.write_text(text + "\n")


def table(figures: Sequence[Figure]) -> str:
    """Figures of one case in Markdown: median, least and most, and the goal."""
    rows = [["", "", "median", "least – most", "goal", ""]]
    rows.append(["-" * 3] * 6)
    previous = ""
    for figure in figures:
        subject, previous = ("" if figure.subject == previous else figure.subject), figure.subject
        rows.append([subject, figure.metric, *_cells(figure)])
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join("| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows)


def _cells(figure: Figure) -> list[str]:
    spread = f"{number(min(figure.values))} – {number(max(figure.values))}" if len(figure.values) > 1 else ""
    goal = f"{figure.goal.at} {number(figure.goal.limit)}" if figure.goal else ""
    met = {None: "", True: "met", False: "MISSED"}[figure.is_met]
    return [f"{number(figure.median)} {figure.unit}".strip(), spread, goal, met]


def number(value: float) -> str:
    """Three significant digits, thousands with commas."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def machine() -> dict[str, Any]:
    """Where and with what a run took place."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _output(["git", "describe", "--always", "--dirty"]),
        "cores": os.cpu_count(),
        "processor": _processor(),
        "system": platform.platform(),
        "python": sys.version.split()[0],
        "parts": {name: version(name) for name in PARTS},
    }


def introduction() -> str:
    """`machine` in a few lines, as a run begins."""
    found = machine()
    parts = ", ".join(f"{name} {number}" for name, number in found["parts"].items())
    where = f"{found['processor']}, {found['cores']} cores, {found['system']}, Python {found['python']}"
    return f"{found['date']}, {found['commit']}: {where}\n{parts}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names: Iterable[str] = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(iter(names), platform.processor())


def _output(command: list[str]) -> str:
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    return result.stdout.strip()
