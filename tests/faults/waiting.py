"""Waiting for what nobody announces."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

LOOK_S = 0.02


async def until(holds: Callable[[], Any], within: float = 60.0) -> Any:
    """Look at `holds()` again and again until it is true; what it answered. `TimeoutError` after `within` seconds."""
    deadline = time.monotonic() + within
    while not (found := holds()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {within:g} s")
        await asyncio.sleep(LOOK_S)
    return found
