"""Uvicorn's WebSocket protocol with a direct writer (chat/realtime/direct_writer.py): a text for a thousand sockets is
framed once.

The only module that relies on internals of Uvicorn's protocol: tests/test_prepared_frames.py lists them, and what they
must do. Without this class the application serves through plain `send`.
"""

import asyncio
import socket
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.utils import is_ssl
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import State

from chat.realtime.direct_writer import EXTENSION

if TYPE_CHECKING:
    from asyncio.transports import BaseTransport, Transport

    from uvicorn._types import ASGISendEvent
    from websockets.http11 import Request

# The kernel would take up to 4 MiB for a reader that has stopped before anybody noticed.
SEND_BUFFER = 128 * 1024
PROBE = b"are you there"

# Of a socket in the file system there is a path and no port.
Local = tuple[str, int | None] | None
Remote = tuple[str, int] | None


# What is not a piece, a presence for instance, is asked for once for each of its readers, one after the other.
@lru_cache(maxsize=8)
def framed(texts: tuple[str, ...]) -> bytes:
    """`texts` as consecutive WebSocket frames from a server."""
    return b"".join(Frame(Opcode.TEXT, text.encode()).serialize(mask=False) for text in texts)


def _is_utf8(frames: Sequence[bytes]) -> bool:
    try:
        b"".join(frames).decode()
    except UnicodeDecodeError:
        return False
    return True


class PreparedWriter:
    """The `DirectWriter` of a socket. Small, and not the protocol itself, as each message checks a thousand of them."""

    __slots__ = ("_protocol", "ready", "write")

    framed = staticmethod(framed)

    def __init__(self, protocol: "PreparedFramesProtocol", write: Callable[[bytes], object]) -> None:
        self._protocol = protocol
        self.write = write
        self.ready = False

    async def answers(self, seconds: float) -> bool:
        return await self._protocol.answers(seconds)

    async def until_ready(self) -> bool:
        while True:
            await self._protocol.writable.wait()
            self._protocol.refresh()
            # Pongs may have filled the buffer again since it was writable.
            if self.ready or self._protocol.writable.is_set():
                return self.ready

    def abort(self) -> None:
        self.ready = False
        self._protocol.transport.abort()


class PreparedFramesProtocol(WebSocketsSansIOProtocol):
    """Offers the socket's `DirectWriter`. A peer that is gone is cut off, never closed with 1011."""

    writer: PreparedWriter
    # Set by the next that comes from the peer; there while somebody asks.
    _heard: asyncio.Event | None = None

    def __init__(self, *arguments: Any, addresses: tuple[Local, Remote] | None = None, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._addresses = addresses

    @classmethod
    def at(cls, server: Local, client: Remote) -> "partial[PreparedFramesProtocol]":
        """This protocol for a connection whose addresses are known."""
        return partial(cls, addresses=(server, client))

    def connection_made(self, transport: "BaseTransport") -> None:
        if self._addresses is None:
            super().connection_made(transport)
        else:
            self._take_over(cast("Transport", transport), *self._addresses)
        self.writer = PreparedWriter(self, self.transport.write)
        raw = transport.get_extra_info("socket")
        if raw is not None and raw.family in (socket.AF_INET, socket.AF_INET6):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)

    def _take_over(self, transport: "Transport", server: Local, client: Remote) -> None:
        """What Uvicorn does, without asking the system for the addresses once more."""
        self.connections.add(self)
        self.transport, self.server, self.client = transport, server, client
        self.scheme = "wss" if is_ssl(transport) else "ws"

    def handle_connect(self, event: "Request") -> None:
        super().handle_connect(event)
        # The application's task was made, but has not begun; a refused handshake has no scope.
        if not self.close_sent:
            cast(dict[str, Any], self.scope["extensions"])[EXTENSION] = self.writer

    def pause_writing(self) -> None:
        super().pause_writing()
        self.writer.ready = False

    def resume_writing(self) -> None:
        super().resume_writing()
        self.refresh()

    def data_received(self, data: bytes) -> None:
        if self._heard is not None:
            self._heard.set()
            self._heard = None
        super().data_received(data)
        self.refresh()

    async def answers(self, seconds: float) -> bool:
        """Whether the peer is there: it answers a ping, or says something, within so long."""
        if self.read_paused:
            # What it said has not been looked at yet.
            return True
        if self.conn.state is not State.OPEN or self.transport.is_closing():
            return False
        heard = self._heard = self._heard or asyncio.Event()
        self.conn.send_ping(PROBE)
        self.transport.write(b"".join(self.conn.data_to_send()))
        try:
            await asyncio.wait_for(heard.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def send_receive_event_to_app(self) -> None:
        """What is no UTF-8 ends the socket with 1007, as its client's mistake: Uvicorn would log it as one of ours."""
        if self.curr_msg_data_type == "text" and not self.close_sent and not _is_utf8(self.frames):
            self.frames = []
            self.conn.send_close(CloseCode.INVALID_DATA)
            self.handle_parser_exception()
            return
        super().send_receive_event_to_app()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.writer.ready = False

    def shutdown(self) -> None:
        super().shutdown()
        self.writer.ready = False

    async def send(self, message: "ASGISendEvent") -> None:
        await super().send(message)
        if message["type"] == "websocket.accept":
            self._forget_handshake()
        self.refresh()
        if self.close_timer is not None and message["type"] == "websocket.close":
            self._abort_later()

    def keepalive_timeout(self) -> None:
        """Nobody answers: no close frame would be read, and 1011 would say that we had failed."""
        self.stop_keepalive()
        self.writer.abort()

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        self._abort_later()

    def _abort_later(self) -> None:
        """Closing waits until everything has been sent, which for a peer that does not read is for ever."""
        if self.close_timer is not None:
            self.close_timer.cancel()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)

    def _forget_handshake(self) -> None:
        """What was said at the door is not kept for as long as the socket lives: thousands are idle."""
        self.request.headers.clear()
        self.response.headers.clear()

    def refresh(self) -> None:
        """Look whether frames may be written past the application's own sends."""
        self.writer.ready = (
            self.handshake_complete
            and not self.close_sent
            and not self.disconnected
            and self.initial_response is None
            and self.writable.is_set()
            and self.conn.state is State.OPEN
            and not self.conn.extensions
            and not self.transport.is_closing()
        )
