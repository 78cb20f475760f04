"""What people meet while the database or Redis is away, and how soon it is over."""

import asyncio
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from campfire.errors import Unavailable
from tests import servers
from tests.processes.clients import Client, Crowd, call
from tests.processes.place import Place, Side

# What a machine that does ten other things may add to a bound of ours.
BUSY_S = 3

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
        # Pauses that grew with the outage would be as long as that by now.
        while status(server, "/readyz") != 200:
            assert time.monotonic() - back < 12


def test_people_sign_in_and_guesses_are_limited_while_redis_is_away(redis: servers.Server, tmp_path: Path) -> None:
    place = Place(tmp_path, {"REDIS_URL": redis.url})
    place.migrate()
    house = place.house()
    place.run(f"from accounts.models import User; u = User.objects.get(uuid='{house.people['ada']}')\n"
              "u.email = 'ada@example.com'; u.set_password('a long password'); u.save()")  # fmt: skip
    right, wrong = ({"email": "ada@example.com", "password": word} for word in ("a long password", "wrong"))
    with servers.start_campfire(data=tmp_path, env={"REDIS_URL": redis.url}) as server:
        assert [status(server, "/api/auth/login", body) for body in (wrong, right)] == [401, 200]
        redis.kill()
        assert timed(server, right) == 200
        assert [timed(server, wrong) for _ in range(11)] == [401] * 10 + [429]
        redis.start()
        time.sleep(3)
        assert timed(server, right) == 200, "Redis came back empty"
        redis.process.send_signal(signal.SIGSTOP)
        try:
            assert [timed(server, body) for body in (wrong, right)] == [401, 200]
        finally:
            redis.process.send_signal(signal.SIGCONT)
        # A lock of allauth's for this account, asked for before the stop and granted after it, runs out.
        went_on = time.monotonic()
        while timed(server, right) != 200 or server.output().count("the counts kept meanwhile are discarded") < 2:
            assert time.monotonic() - went_on < 60
        said = server.output()
    assert "Traceback" not in said
    assert said.count("each process keeps its own counts") == 2


def timed(server: servers.Campfire, body: dict[str, str]) -> int:
    """The status of a sign-in, which must come soon."""
    began = time.monotonic()
    answer = status(server, "/api/auth/login", body)
    assert time.monotonic() - began < 5 + BUSY_S
    return answer


@pytest.mark.parametrize("how", ["stopped at once", "silent"])
async def test_a_send_fails_clearly_within_five_seconds_without_a_database_and_can_be_repeated(
    database: servers.Postgres, tmp_path: Path, how: str
) -> None:
    place = Place(tmp_path, {"DATABASE_URL": database.url})
    place.migrate()
    house = place.house()
    with servers.start_campfire(data=tmp_path, env={"DATABASE_URL": database.url}) as server:
        side = Side(server, server.pid)
        async with Crowd() as crowd:
            ada = await crowd.add(side, house.tokens["ada"][0], house.room)
            ben = await crowd.add(side, house.tokens["ben"][0], house.room)
            eve = await crowd.add(side, house.tokens["eve"][0], house.room)
            assert (await ada.say(house.room))["type"] == "message_sent"
            database.stop_at_once() if how == "stopped at once" else signal_all(database, signal.SIGSTOP)
            try:
                sends = [(client, str(uuid4())) for client in (ada, ben, eve)]
                path, token = f"rooms/{house.room}/messages", house.tokens["ada"][0]
                # What comes while others wait already waits no longer than they.
                pauses = (0, 0.5, 2)
                trials = [
                    _timed(client.say(house.room, sent), pause)
                    for (client, sent), pause in zip(sends, pauses, strict=True)
                ]
                trials.append(_timed(call(side, "POST", path, token, {"content": "Hello"}), 1))
                *answered, (took_rest, (code, body)) = await asyncio.gather(*trials)
                answers, took = [answer for _, answer in answered], [seconds for seconds, _ in answered]
                took.append(took_rest)
            finally:
                database.start() if how == "stopped at once" else signal_all(database, signal.SIGCONT)
            print(f"database {how}: answers after {', '.join(f'{seconds:.1f}' for seconds in took)} s")
            assert {answer["code"] for answer in answers} == {"internal_error"}
            assert {answer["message"] for answer in answers} == {Unavailable.default}
            assert (code, body["code"]) == (503, "internal_error")
            assert max(took) < 5 + BUSY_S, took

            again = await _until_stored(sends, house.room)
            await ben.wait(lambda: len(ben.versions(house.room)) >= 3)
            assert len({answer["message_id"] for answer in again}) == 3
            assert {client.code for client in crowd.clients} == {None}
    stored = place.stored(house.room)["rows"]
    assert [row[:2] for row in stored] == [[number, number] for number in range(1, len(stored) + 1)]
    assert {sent for _, sent in sends} <= {row[2] for row in stored}


async def _timed(work: Awaitable[Any], pause: float) -> tuple[float, Any]:
    await asyncio.sleep(pause)
    began = time.monotonic()
    answer = await work
    return time.monotonic() - began, answer


async def _until_stored(sends: list[tuple[Client, str]], room: str) -> list[dict[str, Any]]:
    """Send again what failed, as clients do, until it is acknowledged."""
    answers: list[dict[str, Any]] = []
    async with asyncio.timeout(60):
        for client, sent in sends:
            answer = await client.say(room, sent)
            while answer["type"] == "error":
                await asyncio.sleep(answer["retry_after"])
                answer = await client.say(room, sent)
            answers.append(answer)
    return answers


def signal_all(database: servers.Postgres, number: int) -> None:
    """To PostgreSQL and every process that serves a connection."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(database.pid)], capture_output=True, text=True, check=True
    ).stdout
    for pid in [database.pid, *map(int, listed.split())]:
        os.kill(pid, number)
