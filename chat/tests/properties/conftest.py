from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _unlimited(settings: Any) -> None:
    """How often somebody may post is proven elsewhere."""
    settings.RATE_LIMITS = False
