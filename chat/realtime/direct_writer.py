"""A fast path to a socket: writes prepared WebSocket frames straight to the transport, past ASGI's `send`.

A server can offer it as an ASGI extension (docs/decisions/servers.md).
"""

from collections.abc import Callable, Sequence
from typing import Protocol

# Where a server puts it: scope["extensions"][EXTENSION].
EXTENSION = "campfire.writer"


class DirectWriter(Protocol):
    """The fast path to one socket: non-blocking writes with back-pressure. Without one, everything goes through `send`.

    `framed` encodes texts as consecutive WebSocket frames; the bytes are the same for all writers of a server. While
    `ready` is true, `write` sends such bytes, in order with whatever `send` sends. It is false while the peer does not
    keep up, and once the socket has closed; `until_ready` waits, and says whether it will ever be true again.
    `answers` pings the peer and waits up to `seconds` for the pong.
    `abort` drops the connection along with unsent frames: for a peer that has stopped reading, which no close frame
    would reach.
    """

    @property
    def ready(self) -> bool: ...

    @property
    def write(self) -> Callable[[bytes], object]: ...

    def framed(self, texts: Sequence[str]) -> bytes: ...

    async def until_ready(self) -> bool: ...

    async def answers(self, seconds: float) -> bool: ...

    def abort(self) -> None: ...


class FrameBatch:
    """A batch of texts to write together: encoded as WebSocket frames once, on first use, and shared by all sockets."""

    __slots__ = ("data", "size", "texts")

    def __init__(self, *texts: str) -> None:
        self.texts = texts
        self.size = sum(map(len, texts))
        self.data = b""

    def framed(self, writer: DirectWriter) -> bytes:
        if not self.data:
            self.data = writer.framed(self.texts)
        return self.data
