"""Ending tasks for certain."""

import asyncio
from collections.abc import Iterable

PATIENCE_SECONDS = 0.5


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel `tasks` until they have ended: redis-py 7 swallows a cancellation that meets it while it connects."""
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=PATIENCE_SECONDS)
