"""A TCP proxy on loopback that breaks connections: delay, throttle, black hole, cut, refuse; `heal` ends it all.

What it does applies to every connection through it, those to come too; each client whose line is to break alone gets a
proxy of its own.
"""

import asyncio
import socket
import struct
import time
from contextlib import nullcontext, suppress
from typing import Literal, NamedTuple, Self
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

CHUNK = 16 * 1024
# What waits on its way, in chunks; then the sender feels it.
ON_THE_WAY = 64
LAST_WORDS_S = 2.0
STEP_S = 0.1
# What is there to be read within this time lay there before.
AT_ONCE_S = 0.001

Way = Literal["up", "down"]
BOTH: tuple[Way, Way] = ("up", "down")


class Proxy:
    """Passes connections to 127.0.0.1:`target` on; use it as `async with`, then `url`.

    `buffer`: bytes that the system may hold for each of its sockets, so that a throttled reader is felt soon.
    "up" is from client to server, "down" the other way.
    """

    def __init__(self, target: int, *, buffer: int | None = None) -> None:
        self.target, self.buffer = target, buffer
        self.port = 0
        self.accepted = 0
        self.passed: dict[Way, int] = {"up": 0, "down": 0}
        self.delay_s = 0.0
        self.opening_s = 0.0
        # When what arrives at clients now had been sent by the server, at the earliest (`time.time()`).
        self.sent_at = 0.0
        self.bytes_per_s: float | None = None
        self.together = False
        self.refusing = False
        self._flowing: dict[Way, asyncio.Event] = {way: asyncio.Event() for way in BOTH}
        self._lines: set[_Line] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()
        self._server: asyncio.Server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        """How many are open now."""
        return len(self._lines)

    async def __aenter__(self) -> Self:
        self.heal()
        # Connections are born with the buffers of the socket they were accepted on; later the window is open already.
        listener = self._shrunk(socket.socket())
        listener.bind(("127.0.0.1", 0))
        self._server = await asyncio.start_server(self._accept, sock=listener, limit=CHUNK)
        self.port = listener.getsockname()[1]
        _open[self.port] = self
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def delay(self, seconds: float, *, opening: float = 0.0) -> None:
        """Everything takes so much longer, each way, and a new connection `opening` seconds before anything passes."""
        self.delay_s, self.opening_s = seconds, opening

    def throttle(self, bytes_per_s: float, *, together: bool = False) -> None:
        """No more than so much gets through a connection, each way; or through all of them, both ways, `together`."""
        self.bytes_per_s, self.together = bytes_per_s, together

    def black_hole(self, *ways: Way) -> None:
        """Connections stay open and new ones are accepted, but nothing passes, not even an end.

        What was sent meanwhile arrives after `heal`, as after a repaired line. Without `ways` both.
        """
        for way in ways or BOTH:
            self._flowing[way].clear()

    def refuse(self) -> None:
        """New connections are reset."""
        self.refusing = True

    def cut(self) -> None:
        """Reset every connection, and lose what was on its way."""
        for line in list(self._lines):
            line.abort()

    def heal(self) -> None:
        """From now on everything passes."""
        self.delay_s, self.opening_s, self.bytes_per_s, self.refusing = 0.0, 0.0, None, False
        for flowing in self._flowing.values():
            flowing.set()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        task = asyncio.ensure_future(self._live(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _live(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = _Line(writer)
        self._lines.add(line)
        try:
            await self._serve(line, reader, writer)
            await line.end()
        finally:
            self._lines.discard(line)
            line.abort()

    async def _serve(self, line: "_Line", reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusing:
            return line.abort()
        await asyncio.sleep(self.opening_s)
        await self._flowing["up"].wait()
        try:
            above, to_above = await self._connect()
        except OSError:
            return None
        line.add(to_above)
        ways = [self._pass("up", reader, to_above), self._pass("down", above, writer)]
        tasks = [asyncio.ensure_future(way) for way in ways]
        try:
            # An end on one side is the end of both, once it gets through.
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        above = self._shrunk(socket.socket())
        above.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(above, ("127.0.0.1", self.target))
        except BaseException:
            above.close()
            raise
        return await asyncio.open_connection(sock=above, limit=CHUNK if self.buffer is None else self.buffer)

    def _shrunk(self, new: socket.socket) -> socket.socket:
        if self.buffer is not None:
            new.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.buffer)
            new.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.buffer)
        return new

    async def _pass(self, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        queue: asyncio.Queue[_Piece] = asyncio.Queue(ON_THE_WAY)
        taking = asyncio.ensure_future(self._take(way, reader, queue))
        loop = asyncio.get_running_loop()
        try:
            while True:
                due, data, sent = await queue.get()
                await asyncio.sleep(due - loop.time())
                await self._flowing[way].wait()
                if not data:
                    return
                if way == "down":
                    self.sent_at = sent
                writer.write(data)
                self.passed[way] += len(data)
                await writer.drain()
        except ConnectionError:
            await self._flowing[way].wait()
        finally:
            taking.cancel()
            await asyncio.gather(taking, return_exceptions=True)

    async def _take(self, way: Way, reader: asyncio.StreamReader, queue: "asyncio.Queue[_Piece]") -> None:
        loop = asyncio.get_running_loop()
        data, sent = b"begin", time.time()
        while data:
            await self._flowing[way].wait()
            data, began = b"", time.time()
            with suppress(ConnectionError):
                data = await reader.read(self._chunk())
            # What had to be waited for has just been sent; the rest may have lain there since nothing did.
            sent = now if (now := time.time()) - began > AT_ONCE_S else sent
            await queue.put(_Piece(loop.time() + self.delay_s, data, sent))
            await self._pace(len(data))

    async def _pace(self, size: float) -> None:
        """Take as long as `size` bytes do, but no longer than until it is healed."""
        async with self._turn if self.together else nullcontext():
            while size > 0 and (rate := self.bytes_per_s):
                await asyncio.sleep(min(STEP_S, size / rate))
                size -= STEP_S * rate

    def _chunk(self) -> int:
        return CHUNK if self.bytes_per_s is None else max(1, min(CHUNK, int(self.bytes_per_s * STEP_S)))


def sent_at(url: str) -> float:
    """When what arrives now from `url` had been sent, at the earliest (`time.time()`): now, unless that is a proxy."""
    proxy = _open.get(urlsplit(url).port or 0)
    return proxy.sent_at if proxy else time.time()


_open: "WeakValueDictionary[int, Proxy]" = WeakValueDictionary()


class _Piece(NamedTuple):
    """Bytes on their way: when they are due at the other end, and when they were sent."""

    due: float
    data: bytes
    sent: float


class _Line:
    """The two sockets of a connection."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writers = [writer]
        self._is_over = False

    def add(self, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        if self._is_over:
            self.abort()

    async def end(self) -> None:
        """Close in order: what is on its way still arrives, with whoever reads."""
        for writer in self._writers:
            writer.close()
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(LAST_WORDS_S):
                await asyncio.gather(*(writer.wait_closed() for writer in self._writers), return_exceptions=True)

    def abort(self) -> None:
        self._is_over = True
        for writer in self._writers:
            _reset(writer)


def _reset(writer: asyncio.StreamWriter) -> None:
    opened = writer.get_extra_info("socket")
    with suppress(OSError, AttributeError):
        # With nothing to linger for, the system sends a reset instead of an orderly end.
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with suppress(AttributeError):
        # A transport that is over already has no loop any more.
        writer.transport.abort()
