"""PostgreSQL, Redis and the servers on them, once for all."""

from collections.abc import Iterator

import pytest

from tests import servers
from tests.processes.place import House, Town, start_town


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[servers.Postgres]:
    with servers.start_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[servers.Server]:
    with servers.start_redis() as server:
        yield server


@pytest.fixture(scope="session", params=["servers", "workers"])
def town(
    request: pytest.FixtureRequest,
    postgres_server: servers.Postgres,
    redis_server: servers.Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Town]:
    """Two processes that serve, first as servers of their own, then as workers of one."""
    yield from start_town(request.param, postgres_server, redis_server, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module", params=["servers", "workers"])
def doomed(
    request: pytest.FixtureRequest,
    postgres_server: servers.Postgres,
    redis_server: servers.Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Town]:
    """Two more, for those who end them."""
    yield from start_town(request.param, postgres_server, redis_server, tmp_path_factory.mktemp(request.param))


@pytest.fixture
def house(town: Town) -> House:
    """Rooms and people that no other test has touched."""
    return town.place.house()
