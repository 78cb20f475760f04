"""The short way to a socket: what a server may offer beside ASGI's `send` (docs/decisions/servers.md)."""

from collections.abc import Callable, Sequence
from typing import Protocol

# Where a server puts it: scope["extensions"][EXTENSION].
EXTENSION = "campfire.lane"


class Lane(Protocol):
    """Writes to one socket without waiting. A server that has none is served by `send` alone.

    `framed` makes of texts the bytes of their frames, one behind the other, the same for all lanes of a server. While
    `ready` is true, `write` sends such bytes, in order with whatever `send` sends. It is false while the peer does not
    keep up, and from the end of the socket on; `until_ready` waits, and says whether it will ever be true again.
    `answers` asks the peer whether it is there, and waits for so many seconds.
    `abort` cuts the connection, unsent frames and all: for a peer that has stopped reading, to whom no close frame
    gets through.
    """

    @property
    def ready(self) -> bool: ...

    @property
    def write(self) -> Callable[[bytes], object]: ...

    def framed(self, texts: Sequence[str]) -> bytes: ...

    async def until_ready(self) -> bool: ...

    async def answers(self, seconds: float) -> bool: ...

    def abort(self) -> None: ...


class Piece:
    """Texts that go out together, to however many sockets: framed once, when the first of them takes it."""

    __slots__ = ("data", "size", "texts")

    def __init__(self, *texts: str) -> None:
        self.texts = texts
        self.size = sum(map(len, texts))
        self.data = b""

    def framed(self, lane: Lane) -> bytes:
        if not self.data:
            self.data = lane.framed(self.texts)
        return self.data
