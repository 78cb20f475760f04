"""Uvicorn as Campfire runs it: its settings, and an end that comes within ten seconds."""

import os
import socket
import threading
from importlib.util import find_spec
from types import FrameType

from uvicorn import Config
from uvicorn import Server as UvicornServer
from uvicorn.supervisors import multiprocess

# Open requests and sockets have this long to end; then whatever still runs is left.
GRACE_S = 5
LAST_MOMENT_S = 8
# Above the limit on frames (protocol: 128 KiB), so that the application can answer a larger one with its own code.
LARGEST_FRAME = 1024 * 1024


class Server(UvicornServer):
    """Ends for sure: a thread stuck in a database does not keep the process."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.should_exit:
            end = threading.Timer(LAST_MOMENT_S, os._exit, [1])
            end.daemon = True
            end.start()
        super().handle_exit(sig, frame)


class Worker(multiprocess.Process):
    """One of several processes, running our `Server`."""

    @property
    def server(self) -> UvicornServer:
        if self._server is None:
            self._server = Server(self.config)
        return self._server


def config(*, workers: int = 1) -> Config:
    return Config(
        "campfire.asgi:application",
        workers=workers,
        loop="uvloop" if find_spec("uvloop") else "asyncio",
        http="httptools" if find_spec("httptools") else "h11",
        ws="websockets-sansio",
        ws_max_size=LARGEST_FRAME,
        ws_per_message_deflate=False,
        # A peer that vanished without a word is dropped 20 to 40 s later.
        ws_ping_interval=20,
        ws_ping_timeout=20,
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=["127.0.0.1", "::1"],
        timeout_graceful_shutdown=GRACE_S,
    )


def run(listener: socket.socket, *, workers: int) -> None:
    """Serve on `listener` until SIGTERM or Ctrl-C."""
    if workers == 1:
        Server(config()).run([listener])
    else:
        # The supervisor makes its processes by this name, and offers no other way to give it a server.
        multiprocess.Process = Worker  # type: ignore[misc]
        multiprocess.Multiprocess(config(workers=workers), [listener]).run()
