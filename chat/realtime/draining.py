"""Graceful shutdown: asks the sockets of a process to reconnect elsewhere, and not all at once, before it exits."""

import asyncio
import random

from chat.realtime.codes import Close
from chat.realtime.frames import encode
from chat.realtime.registry import Registry

PATIENCE_SECONDS = 3.0
LOOK_SECONDS = 0.02
# Who comes back to a worker that takes over may do so soon; thousands at once would only wait for one another.
SHORTEST_MS, EACH_MS, LONGEST_MS = 100, 2, 5000


async def drain(hub: Registry) -> None:
    """Tell every socket to come back after a random time, close it with 4001, and wait until all have gone.

    Not for long: a reader that has stopped reading does not keep the process.
    """
    connections = [connection for theirs in hub.people.values() for connection in theirs]
    longest = min(SHORTEST_MS + EACH_MS * len(connections), LONGEST_MS)
    for connection in connections:
        delay = random.randint(SHORTEST_MS, longest)  # noqa: S311 (no secret)
        connection.put(encode({"type": "server_restarting", "delay_ms": delay}))
        connection.finish(Close.RESTARTING)
    deadline = hub.loop.time() + PATIENCE_SECONDS
    while hub.people and hub.loop.time() < deadline:  # noqa: ASYNC110 (they leave in many ways)
        await asyncio.sleep(LOOK_SECONDS)
