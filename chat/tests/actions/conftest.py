from collections.abc import Iterator
from typing import Any

import pytest

from chat.tests.actions.threads import Told


@pytest.fixture(autouse=True)
def _unlimited(settings: Any) -> None:
    """How often somebody may post is proven elsewhere."""
    settings.RATE_LIMITS = False


@pytest.fixture
def told() -> Iterator[Told]:
    with Told() as told:
        yield told
