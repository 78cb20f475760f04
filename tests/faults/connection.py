"""The one socket of a client, as static/js/realtime/socket.js keeps it: comes back with jitter, pings, asks."""

import asyncio
import json
import random
from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from tests.faults.ticking import looked_at

Frame = dict[str, Any]

HANDSHAKE_S = 10.0
PONG_S = 8.0
ANSWER_S = 10.0
SHORTEST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0


class Disconnected(Exception):
    """The connection ended before the answer; whether the question was heard is not known."""


class Refused(Exception):
    """An error frame in answer: `code`, and `retry_after` in seconds or None."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(f"{frame['code']}: {frame['message']}")
        self.code: str = frame["code"]
        self.retry_after: float | None = frame.get("retry_after")


def _ignore(_: Frame) -> None:
    """What nobody listens to."""


class Socket:
    """Connects to one of `urls` (http://…) until closed, the next of them after each failure.

    `beat` is the time between pings in seconds, the server's own wish if None. `codes` says how each connection ended,
    `refused` how many attempts to connect failed, `stopped` the code that told it to stay away.
    """

    def __init__(
        self,
        urls: list[str],
        token: str,
        *,
        beat: float | None = None,
        longest_wait: float = LONGEST_WAIT_S,
    ) -> None:
        self.urls, self.token, self.longest_wait = urls, token, longest_wait
        self.codes: list[int] = []
        self.refused = 0
        self.session = 0
        self.stopped: int | None = None
        self.open = asyncio.Event()
        self._beat = beat
        self._on_welcome: Callable[[Frame], None] = _ignore
        self._on_frame: Callable[[Frame], None] = _ignore
        self._at = 0
        self._attempt = 0
        self._restart_delay: float | None = None
        self._connection: ClientConnection | None = None
        # What is waited for, and the type of the frame that ends it, where it is not the first.
        self._waiting: dict[str, tuple[asyncio.Future[Frame], str]] = {}
        self._refs = count(1)
        self._pong = asyncio.Event()
        self._jobs: set[asyncio.Task[None]] = set()
        self._errors: list[BaseException] = []
        self._running: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Whom it speaks to, or will ask next."""
        return self.urls[self._at % len(self.urls)]

    def listen(self, on_welcome: Callable[[Frame], None], on_frame: Callable[[Frame], None]) -> None:
        """Have the one called with each connection's first frame, the other with all others."""
        self._on_welcome, self._on_frame = on_welcome, on_frame

    def start(self) -> None:
        looked_at()
        self._running = asyncio.ensure_future(self._run())
        self._running.add_done_callback(self._ended)

    async def close(self) -> None:
        """End for good. Raises what went wrong in this client itself."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        self.check()

    def check(self) -> None:
        """Raise what went wrong in this client itself."""
        if self._errors:
            raise self._errors[0]

    def drop(self) -> None:
        """Do not wait for a close that a dead network never delivers."""
        if self._connection is not None:
            self._connection.transport.abort()

    async def send(self, frame: Frame) -> None:
        """Raises `Disconnected`."""
        if self._connection is None or not self.open.is_set():
            raise Disconnected
        try:
            await self._connection.send(json.dumps(frame))
        except ConnectionClosed:
            raise Disconnected from None

    async def request(self, type: str, *, within: float = ANSWER_S, until: str = "", **fields: Any) -> Frame:  # noqa: A002
        """The direct answer, or the frame of type `until` that ends it. Raises `Refused` and `Disconnected`; a server
        that says nothing `within` seconds is taken for gone, and the connection with it.
        """
        ref, loop = f"r{next(self._refs)}", asyncio.get_running_loop()
        answer: asyncio.Future[Frame] = loop.create_future()
        self._waiting[ref] = answer, until
        try:
            async with asyncio.timeout(within):
                await self.send({"type": type, "ref": ref, **fields})
                return await answer
        except TimeoutError:
            self.drop()
            raise Disconnected from None
        finally:
            del self._waiting[ref]
            answer.cancel()

    def begin(self, job: Coroutine[Any, Any, None]) -> None:
        """Do something beside reading, until the connection ends."""
        task = asyncio.ensure_future(job)
        self._jobs.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._jobs.discard(task)
        if not task.cancelled() and (error := task.exception()) and not isinstance(error, Disconnected):
            self._errors.append(error)

    async def _run(self) -> None:
        while self.stopped is None:
            try:
                await self._connect()
            except (OSError, InvalidHandshake, InvalidMessage, TimeoutError, EOFError):
                self.refused += 1
            self._at += not self._was_welcome
            await asyncio.sleep(self._wait())

    def _wait(self) -> float:
        """Full jitter below half a second that doubles, or what a server that restarts has said."""
        delay, self._restart_delay = self._restart_delay, None
        if delay is None:
            # A plain number: nothing secret is chosen here.
            delay = random.random() * min(self.longest_wait, SHORTEST_WAIT_S * 2**self._attempt)
            self._attempt += 1
        return delay

    async def _connect(self) -> None:
        self._was_welcome = False
        headers = {"Authorization": f"Bearer {self.token}"}
        address = f"{self.url.replace('http', 'ws', 1)}/ws/"
        connection = await connect(
            address,
            additional_headers=headers,
            open_timeout=HANDSHAKE_S,
            close_timeout=1,
            ping_interval=None,
            max_size=None,
            compression=None,
            proxy=None,
        )
        self._connection = connection
        self.session += 1
        try:
            async with asyncio.timeout(HANDSHAKE_S):
                self._received(await connection.recv())
            async for text in connection:
                self._received(text)
        except (ConnectionClosed, TimeoutError):
            pass
        finally:
            await self._lost(connection)

    async def _lost(self, connection: ClientConnection) -> None:
        self.open.clear()
        self._connection = None
        for task in list(self._jobs):
            task.cancel()
        for answer, _ in self._waiting.values():
            if not answer.done():
                answer.set_exception(Disconnected())
        connection.transport.abort()
        await connection.wait_closed()
        code = connection.close_code or 1006
        self.codes.append(code)
        if code >= 4500:
            self.stopped = code

    def _received(self, text: str | bytes) -> None:
        data = json.loads(text)
        for frame in data if isinstance(data, list) else [data]:
            self._take(frame)

    def _take(self, frame: Frame) -> None:
        kind = frame["type"]
        if kind == "welcome":
            self._attempt, self._was_welcome = 0, True
            self.open.set()
            self.begin(self._ping(self._beat or frame["heartbeat_interval"]))
            self._on_welcome(frame)
            return
        if kind == "pong":
            self._pong.set()
        elif kind == "server_restarting":
            self._restart_delay = frame["delay_ms"] / 1000
        # What an answer says is applied before whoever waits for it goes on.
        self._on_frame(frame)
        self._answer(frame)

    def _answer(self, frame: Frame) -> None:
        # Replayed frames bear no ref; the answer to a catch-up is its end.
        waiting, until = self._waiting.get(frame.get("ref", ""), (None, ""))
        if waiting is None or waiting.done():
            return
        if frame["type"] == "error":
            waiting.set_exception(Refused(frame))
        elif until in ("", frame["type"]):
            waiting.set_result(frame)

    async def _ping(self, beat: float) -> None:
        while True:
            await asyncio.sleep(beat)
            self._pong.clear()
            await self.send({"type": "ping", "timestamp": "beat"})
            try:
                await asyncio.wait_for(self._pong.wait(), PONG_S)
            except TimeoutError:
                self.drop()
                return
