from collections.abc import Iterator

import pytest

from tests import servers


@pytest.fixture(scope="module")
def redis_server() -> Iterator[servers.Server]:
    """A real Redis of these tests' own, which they may stop, kill and start."""
    with servers.start_redis() as server:
        yield server
