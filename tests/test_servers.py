"""The launchers that other tests rely on: real servers that start, break, come back and leave nothing behind."""

import os
from pathlib import Path

import psycopg
import pytest
import redis

from tests import servers

pytestmark = [pytest.mark.sqlite, pytest.mark.servers]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_postgresql_survives_an_immediate_stop() -> None:
    with servers.start_postgres() as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        server.stop_at_once()
        server.start()
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
        pid = server.pid

    assert not is_running(pid)


def test_redis_comes_back_empty_after_a_kill() -> None:
    with servers.start_redis() as server:
        redis.from_url(server.url).set("kept", "no")
        server.kill()
        server.start()
        assert redis.from_url(server.url).get("kept") is None
        pid = server.pid

    assert not is_running(pid)


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    server = servers.Server("Nothing", ["sh", "-c", "echo no luck; exit 3"], port=0, log=tmp_path / "log", url="")

    with pytest.raises(RuntimeError, match="Nothing ended with 3:\nno luck"):
        server.start()
