"""What every test may ask for. The cast and the factories are beside the apps, in `<app>/tests/`."""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import pytest
from django.core.cache import cache

from chat.actions import setup
from tests import servers

pytest_plugins = ["tests.no_1011"]

ROOT = Path(__file__).resolve().parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest first, so that no worker is left with one when the others have nothing to do.

    They alternate: two browsers at once are more than two cores like to drive.
    """
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    browsers = [path for path in files if path.is_relative_to(ROOT / "tests" / "browser")]
    start_servers = [
        path
        for path, its in files.items()
        if path not in browsers and any(item.get_closest_marker("servers") for item in its)
    ]
    first = [path for pair in zip_longest(browsers, start_servers) for path in pair if path is not None]
    others = [path for path in files if path not in first]
    items[:] = [item for path in first + others for item in files[path]]


@pytest.fixture(autouse=True)
def _no_counts_of_other_tests() -> None:
    """Rate limits are on in tests; what they counted ends with the test."""
    cache.clear()


@pytest.fixture(autouse=True)
def _as_at_the_first_start() -> None:
    """A process remembers that somebody has set Campfire up; the next test has another database."""
    setup.forget()


@pytest.fixture
def uvicorn_server(tmp_path: Path) -> Iterator[servers.Campfire]:
    """The production server in a process of its own, with an empty data folder (`.url`, `.data`, `.setup_code`)."""
    with servers.start_campfire("uvicorn", data=tmp_path / "data") as server:
        yield server


@pytest.fixture
def daphne_server(tmp_path: Path) -> Iterator[servers.Campfire]:
    """The same application on Daphne."""
    with servers.start_campfire("daphne", data=tmp_path / "data") as server:
        yield server


@pytest.fixture(params=["uvicorn", "daphne"])
def any_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[servers.Campfire]:
    """Each of the two servers in turn."""
    with servers.start_campfire(request.param, data=tmp_path / "data") as server:
        yield server
