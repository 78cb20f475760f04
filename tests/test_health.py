"""What a load balancer asks."""

import platform
from unittest.mock import patch

import pytest
from django.test import AsyncClient

from campfire import health
from campfire.version import VERSION

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
    with patch("campfire.health.unapplied_migrations", return_value=1):
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
