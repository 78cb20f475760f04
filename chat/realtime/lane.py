"""The short way to a socket: what a server may offer beside ASGI's `send` (docs/decisions/servers.md)."""

from typing import Protocol

# Where a server puts it: scope["extensions"][EXTENSION].
EXTENSION = "campfire.lane"


class Lane(Protocol):
    """Writes to one socket without waiting. A server that has none is served by `send` alone.

    While `ready` is true, `write` sends text frames, together, in order with whatever `send` sends. It is false while
    the peer does not keep up, and from the end of the socket on; `until_ready` waits, and says whether it will ever be
    true again. `abort` cuts the connection, unsent frames and all: for a peer that has stopped reading, to whom no
    close frame gets through.
    """

    @property
    def ready(self) -> bool: ...

    def write(self, *texts: str) -> None: ...

    async def until_ready(self) -> bool: ...

    def abort(self) -> None: ...
