"""`scripts/faults`: what it knows, what it prints and when it fails."""

import inspect
import json
from pathlib import Path

import pytest

from chat.consumers import catchup
from chat.queries import membership
from tests.faults.checker import Violation
from tests.faults.experiments import stalled_handler
from tests.faults.faults import Faults
from tests.faults.ground import Ground
from tests.faults.record import Record, percentile
from tests.faults.report import Report, table
from tests.faults.run import EXPERIMENTS, arguments, load

pytestmark = [pytest.mark.sqlite]


@pytest.fixture
def faults(tmp_path: Path) -> Faults:
    return Faults("F0", quick=False, ground=Ground(tmp_path), report=Report(quick=False))


@pytest.mark.parametrize("number", EXPERIMENTS)
def test_an_experiment_says_what_it_breaks_and_can_be_run(number: str) -> None:
    module = load(number)
    assert module.__doc__
    assert inspect.iscoroutinefunction(module.run)


def test_experiments_are_chosen_by_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert arguments(["F1", "F21", "--quick"]).experiments == ["F1", "F21"]
    with pytest.raises(SystemExit):
        arguments(["F99"])
    assert "no such experiment: F99" in capsys.readouterr().err


def test_a_figure_beyond_its_bound_is_a_violation(faults: Faults) -> None:
    faults.note("here", "time to heal", 2, "s", at_most=2)
    faults.note("here", "rows", 50, at_most=50, at_least=50)
    faults.note("here", "kills", 20)
    assert faults.violations == []
    faults.note("here", "time to heal", 2.1, "s", at_most=2)
    faults.note("here", "rows", 49, at_most=50, at_least=50)
    assert [violation.what for violation in faults.violations] == [
        "here: time to heal is 2.1 s, not at most 2",
        "here: rows is 49, not 50",
    ]
    printed = table(faults.report.of("F0"))
    assert printed.count("BROKEN") == 2
    assert printed.count("held") == 2


def test_what_the_checker_finds_is_counted_and_printed(faults: Faults, tmp_path: Path) -> None:
    faults.judge("clean", Record())
    assert faults.violations == []
    broken = Record()
    operation = broken.operation("ada", "hall", "key", "text")
    operation.acknowledge("m1", 1, 1)
    faults.judge("broken", broken)
    assert faults.violations == [Violation("lost", "post key, acknowledged as m1")]
    printed = table(faults.report.of("F0"))
    assert "lost, phantom, duplicate, reordered, stale, leaked | 0 " in printed
    assert "| lost " in printed
    faults.report.write(tmp_path / "figures.json")
    kept = json.loads((tmp_path / "figures.json").read_text())["figures"]
    assert [each["value"] for each in kept if each["name"] == "lost"] == [0, 1]


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([], 0.99) == 0
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile(range(100), 0.99) == 99


def test_what_is_stalled_is_what_handlers_ask() -> None:
    """By name, in another process: one that is nowhere would stall nobody."""
    assert (membership.joinings.__name__, catchup._pages.__name__) == (stalled_handler.JOIN, stalled_handler.CATCH_UP)
