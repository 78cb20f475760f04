"""A server without limits, and three rooms in which something has been said."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.browser.one_place.ways import make_room
from tests.browser.people import Person, invite
from tests.servers import Campfire, start_campfire


@pytest.fixture(scope="module")
def server() -> Iterator[Campfire]:
    """Without limits on how often one may speak: the few people here say what a whole team would."""
    with (
        tempfile.TemporaryDirectory(prefix="campfire-browser-") as data,
        start_campfire(data=Path(data), env={"RATE_LIMITS": "off"}) as server,
    ):
        yield server


@pytest.fixture(scope="module")
def eve(ada: Person) -> Person:
    """Somebody who talks, so that others find something new."""
    return invite(ada, "Eve Moreau")


@pytest.fixture
def rooms(people: tuple[Person, Person], eve: Person) -> list[str]:
    """Three new rooms with everybody in them; in each a few things have been said, and Ben has read them."""
    made = [make_room(people, eve, f"{name} {uuid4().hex[:4]}") for name in ("alpha", "beta", "gamma")]
    people[1].call("POST", "/api/rooms/read")
    return made
