"""What people meet while the database or Redis is away, and how soon it is over."""

import json
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers

pytestmark = [pytest.mark.sqlite, pytest.mark.servers]


@pytest.fixture
def database() -> Iterator[servers.Postgres]:
    with servers.start_postgres() as postgres:
        yield postgres


@pytest.fixture
def redis() -> Iterator[servers.Server]:
    with servers.start_redis() as server:
        yield server


def status(server: servers.Campfire, path: str, body: dict[str, str] | None = None) -> int:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.url + path, data, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_database_that_is_back_is_used_at_once_however_long_it_was_away(
    database: servers.Postgres, tmp_path: Path
) -> None:
    with servers.start_campfire(data=tmp_path, env={"DATABASE_URL": database.url}) as server:
        assert status(server, "/readyz") == 200
        database.stop_at_once()
        away_until = time.monotonic() + 16
        while time.monotonic() < away_until:
            assert status(server, "/readyz") == 503
        database.start()
        back = time.monotonic()
        while status(server, "/readyz") != 200:
            assert time.monotonic() - back < 6


def test_nobody_hangs_at_sign_in_while_redis_does(redis: servers.Server, tmp_path: Path) -> None:
    wrong = {"email": "nobody@example.com", "password": "wrong"}
    with servers.start_campfire(data=tmp_path, env={"REDIS_URL": redis.url}) as server:
        assert status(server, "/api/auth/login", wrong) == 401
        redis.kill()
        began = time.monotonic()
        assert status(server, "/api/auth/login", wrong) == 500
        assert "Traceback" not in server.output()
        redis.start()
        redis.process.send_signal(signal.SIGSTOP)
        try:
            assert status(server, "/api/auth/login", wrong) == 500
        finally:
            redis.process.send_signal(signal.SIGCONT)
        assert time.monotonic() - began < 20
        assert status(server, "/api/auth/login", wrong) == 401
