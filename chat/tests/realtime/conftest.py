from collections.abc import Iterator

import pytest

from chat.tests.realtime.fakes import Wire
from tests import servers


@pytest.fixture(scope="module")
def redis_server() -> Iterator[servers.Server]:
    """A real Redis of these tests' own, which they may stop, kill and start."""
    with servers.start_redis() as server:
        yield server


@pytest.fixture(params=["send", "writer"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every promise holds by ASGI's `send` and by a server's writer."""
    monkeypatch.setattr(Wire, "has_writer", request.param == "writer")
    return str(request.param)
