"""Every experiment of `scripts/faults`, small: what must hold when things break does hold, on every commit."""

from collections.abc import Iterator

import pytest

from tests.faults.ground import Ground
from tests.faults.report import Report
from tests.faults.run import EXPERIMENTS, experiment

pytestmark = [pytest.mark.sqlite, pytest.mark.servers]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """What all of them share: one PostgreSQL, templates of databases, two processes."""
    ground = Ground(tmp_path_factory.mktemp("faults"))
    yield ground
    ground.close()


@pytest.mark.parametrize("number", EXPERIMENTS)
def test_nothing_is_lost_doubled_reordered_stale_made_up_or_leaked(number: str, ground: Ground) -> None:
    report = Report(quick=True)
    faults = experiment(number, report, ground)
    assert faults.violations == []
    assert [figure.name for figure in report.of(number) if not figure.is_kept] == []
    assert report.of(number), "an experiment that notes nothing has shown nothing"
