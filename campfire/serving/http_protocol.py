"""Uvicorn's HTTP protocol with read timeouts for headers and body, and with a limit on the number of connections
(capacity.py).

Without it a client that sends a byte now and then, or nothing, keeps a connection for as long as it likes; a handshake
of a WebSocket is such a request until its head is complete. Who was answered and asks nothing more is Uvicorn's own
matter (`timeout_keep_alive`).
"""

from asyncio import TimerHandle
from typing import TYPE_CHECKING

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from campfire.serving import capacity

if TYPE_CHECKING:
    from asyncio.transports import Transport

HEAD_S = 10.0
# The largest body is 1 MiB (`DATA_UPLOAD_MAX_MEMORY_SIZE`): a line of 64 KB/s is enough.
BODY_S = 18.0


class TimeoutProtocol(HttpToolsProtocol):
    """Cuts off clients that have not sent a whole request in time, and refuses connections above the limit."""

    _deadline: TimerHandle | None = None
    _is_too_many = False

    def connection_made(self, transport: "Transport") -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > capacity.most_connections():
            self._is_too_many = True
            self.app = capacity.refuse
        if len(self.connections) > capacity.most_heard():
            transport.abort()
        else:
            self._expect(HEAD_S)

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect(None)
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._expect(HEAD_S)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._expect(BODY_S)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._expect(None)

    def handle_websocket_upgrade(self) -> None:
        # From here on it is the socket's protocol that listens.
        self._expect(None)
        if self._is_too_many:
            self.transport.write(capacity.handshake_answer())
            self.transport.close()
            return
        if (at := getattr(self.ws_protocol_class, "at", None)) is not None:
            self.ws_protocol_class = at(self.server, self.client)
        super().handle_websocket_upgrade()

    def _expect(self, seconds: float | None) -> None:
        """What is to come next has so long; with None nothing is waited for."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._cut_off)

    def _cut_off(self) -> None:
        self.transport.abort()
