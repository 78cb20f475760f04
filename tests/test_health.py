"""What a load balancer asks."""

import json
import platform
import signal
import sqlite3
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest
from django.db.migrations.loader import MigrationLoader
from django.test import AsyncClient

from campfire.http import health
from campfire.serving import preparing
from campfire.version import VERSION
from tests import servers

READY = {"database": True, "layer": True, "migrations": True}


@pytest.fixture
def client() -> AsyncClient:
    return AsyncClient()


async def test_a_living_process_says_ok_without_asking_the_database(client: AsyncClient) -> None:
    # No database mark: pytest-django fails any query here.
    answer = await client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db(transaction=True)
async def test_ready_when_database_layer_and_migrations_are(client: AsyncClient) -> None:
    answer = await client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, READY)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("part", READY)
async def test_not_ready_when_one_of_them_is_not(client: AsyncClient, part: str) -> None:
    async def broken() -> bool:
        raise ConnectionError

    with patch.dict(health._CHECKS, {part: broken}):
        answer = await client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, READY | {part: False})


@pytest.mark.django_db(transaction=True)
async def test_not_ready_while_migrations_are_missing(client: AsyncClient) -> None:
    with patch("campfire.http.health.lacks_migrations", return_value=True):
        answer = await client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, READY | {"migrations": False})


async def test_the_version_names_what_runs(client: AsyncClient) -> None:
    answer = await client.get("/version")

    assert answer.json() == {
        "name": "Campfire",
        "version": VERSION,
        "python": platform.python_version(),
        "django": "5.2.19",
    }


@pytest.mark.parametrize("path", ["/healthz", "/version"])
async def test_answers_are_about_this_moment(client: AsyncClient, path: str) -> None:
    answer = await client.get(path)

    assert answer["Cache-Control"] == "no-store"


# ---- for real -------------------------------------------------------------------------------------------------


def readiness(server: servers.Campfire) -> tuple[int, dict[str, bool]]:
    try:
        with urllib.request.urlopen(f"{server.url}/readyz", timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def wait_for(server: servers.Campfire, expected: tuple[int, dict[str, bool]]) -> None:
    """Until the server says so; what goes and comes is noticed at the next question, unless the machine is busy."""
    deadline = time.monotonic() + 60
    while (found := readiness(server)) != expected:
        assert time.monotonic() < deadline, found


@pytest.mark.sqlite
@pytest.mark.servers
def test_what_is_away_is_named_and_what_is_back_is_seen(tmp_path: Path) -> None:
    with servers.start_postgres() as postgres, servers.start_redis() as redis:
        chosen = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
        with servers.start_campfire(data=tmp_path, env=chosen) as server:
            wait_for(server, (200, READY))
            redis.kill()
            wait_for(server, (503, READY | {"layer": False}))
            redis.start()
            wait_for(server, (200, READY))
            redis.process.send_signal(signal.SIGSTOP)
            wait_for(server, (503, READY | {"layer": False}))
            redis.process.send_signal(signal.SIGCONT)
            postgres.stop_at_once()
            wait_for(server, (503, READY | {"database": False, "migrations": False}))
            assert server.is_ready(), "healthz says ok whatever the database does"


@pytest.mark.sqlite
@pytest.mark.servers
def test_a_newer_release_on_an_older_database_is_not_ready(uvicorn_server: servers.Campfire) -> None:
    with closing(sqlite3.connect(uvicorn_server.data / "campfire.sqlite3")) as database, database:
        database.execute("DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations)")

    assert readiness(uvicorn_server) == (503, READY | {"migrations": False})


@pytest.mark.django_db(transaction=True)
async def test_files_of_a_newer_release_beside_an_old_process_do_not_concern_it(client: AsyncClient) -> None:
    await client.get("/readyz")
    newer = MigrationLoader(None)
    newer.graph.add_node(("chat", "9999_of_tomorrow"), None)
    with patch.object(preparing, "MigrationLoader", return_value=newer):
        answer = await client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, READY)


@pytest.mark.sqlite
@pytest.mark.servers
def test_health_is_asked_over_http_while_pages_are_https(tmp_path: Path) -> None:
    with servers.start_campfire(data=tmp_path, env={"CAMPFIRE_URL": "https://chat.example.com"}) as server:
        for path in ("/healthz", "/readyz", "/version"):
            with urllib.request.urlopen(server.url + path) as answer:
                assert (answer.status, answer.url) == (200, server.url + path)
