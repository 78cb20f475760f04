"""Uvicorn as Campfire runs it: its settings, and an end that comes within ten seconds."""

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from importlib.util import find_spec
from types import FrameType

from uvicorn import Config
from uvicorn import Server as UvicornServer
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import multiprocess

from campfire.serving.http_protocol import TimeoutProtocol
from campfire.serving.lifetime import end_with
from campfire.serving.prepared_frames import PreparedFramesProtocol

logger = logging.getLogger(__name__)

# Sockets are sent away first (chat/realtime/draining.py); then open requests have this long to end.
GRACE_S = 4
LAST_MOMENT_S = 8
# A worker that says nothing for so long hangs, and is replaced; a new one has longer, to start on a busy machine.
PATIENCE_S = 15
STARTING_S = 60
LAST_GUESTS_S = 0.5
# Tells one worker to end while others serve on.
RETIRE = signal.SIGUSR1
# Above the limit on frames (protocol: close codes), so that the application can answer a larger one with its own code.
LARGEST_FRAME = 1024 * 1024


def _nothing() -> None:
    """What is done at the end where nothing is."""


class Server(UvicornServer):
    """Ends for sure: a thread stuck in a database does not keep the process. `ending` is called when that begins."""

    def __init__(self, config: Config, ending: Callable[[], None] = _nothing) -> None:
        super().__init__(config)
        self._ending = ending
        self._retires = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.should_exit:
            self._ending()
            end = threading.Timer(LAST_MOMENT_S, os._exit, [1])
            end.daemon = True
            end.start()
        super().handle_exit(sig, frame)

    def retire(self) -> None:
        """End while others serve on: from now on new connections are theirs."""
        self._retires = True
        self.handle_exit(signal.SIGTERM, None)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Send the sockets away while requests are still answered, so that a load balancer hears that it is over."""
        if self._retires:
            for server in self.servers:
                server.close()
            # Who was taken in just before is still served as if nothing were.
            await asyncio.sleep(LAST_GUESTS_S)
        if (drain := self.lifespan.state.get("drain")) is not None:
            await drain()
        await super().shutdown(sockets)


class Worker(multiprocess.Process):
    """One of several processes, running our `Server`, and not longer than the one that started it."""

    # Whether all workers end; one alone leaves new connections to the others.
    is_last = False

    def __init__(self, config: Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        self._parent = os.getpid()

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        end_with(self._parent)
        signal.signal(RETIRE, lambda *_: self.server.retire())
        super().target(sockets)

    def terminate(self) -> None:
        if self.pid is not None and self.exitcode is None and not self.is_last:
            os.kill(self.pid, RETIRE)
        super().terminate()

    def wait_until_ready(self, timeout: float, should_exit: threading.Event | None = None) -> bool:
        """Whether it serves in time. One that is given up leaves old code and new side by side."""
        return super().wait_until_ready(max(timeout, STARTING_S), should_exit)

    @property
    def server(self) -> Server:
        if self._server is None:
            self._server = Server(self.config)
        return self._server  # type: ignore[return-value]


class Supervisor(multiprocess.Multiprocess):
    """Replaces workers that died or hang. `ending` as in `Server`."""

    def __init__(self, config: Config, sockets: list[socket.socket], ending: Callable[[], None]) -> None:
        super().__init__(config, sockets)
        self._ending = ending
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)

    def _end(self, number: int, frame: FrameType | None) -> None:
        """Heard at once, also while workers are being replaced, which may take a minute."""
        # Not from here: whom the signal interrupted may be the one who holds the event's lock.
        threading.Thread(target=self.should_exit.set).start()

    def keep_subprocess_alive(self) -> None:
        before = list(self.processes)
        super().keep_subprocess_alive()
        for old, new in zip(before, self.processes, strict=True):
            if new is not old:
                # -9: killed, by the system for want of memory or by us because it hung.
                logger.warning("Worker %s exited with %s; %s takes its place", old.pid, old.exitcode, new.pid)

    def handle_hup(self) -> None:
        before = list(self.processes)
        super().handle_hup()
        replaced = sum(new is not old for old, new in zip(before, self.processes, strict=True))
        is_whole = replaced == len(before)
        advice = "" if is_whole else "; the others keep running unchanged: send SIGHUP again"
        level = logging.INFO if is_whole else logging.WARNING
        logger.log(level, "SIGHUP: %d of %d workers were replaced%s", replaced, len(before), advice)

    def terminate_all(self) -> None:
        self._ending()
        for process in self.processes:
            process.is_last = True  # type: ignore[attr-defined]
        super().terminate_all()
        # One that hangs hears no signal, and would be waited for.
        end = threading.Timer(LAST_MOMENT_S, self._kill_all)
        end.daemon = True
        end.start()

    def _kill_all(self) -> None:
        for process in self.processes:
            process.process.kill()


def config(*, workers: int = 1) -> Config:
    return Config(
        "campfire.asgi:application",
        workers=workers,
        loop="uvloop" if find_spec("uvloop") else "asyncio",
        http=TimeoutProtocol,
        ws=PreparedFramesProtocol,
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
        timeout_worker_healthcheck=PATIENCE_S,
    )


def run(listener: socket.socket, *, workers: int, ending: Callable[[], None] = _nothing) -> None:
    """Serve on `listener` until SIGTERM or Ctrl-C, which calls `ending` first."""
    if workers == 1:
        Server(config(), ending).run([listener])
    else:
        # The supervisor makes its processes by this name, and offers no other way to give it a server.
        multiprocess.Process = Worker  # type: ignore[misc]
        supervisor = Supervisor(config(workers=workers), [listener], ending)
        supervisor.run()
        if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
            sys.exit(STARTUP_FAILURE)
