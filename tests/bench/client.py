"""The load client, a process of its own: many sockets, read as leanly as Python can.

`python -m tests.bench.client` takes one JSON object a line from its standard input and answers each with a line;
`tests/bench/load.py` speaks to it. The same bytes that go to a thousand readers are understood once (`Known`).
"""

import asyncio
import gc
import json
import os
import resource
import sys
import time
from array import array
from collections.abc import Sequence
from socket import SO_RCVBUF, SOL_SOCKET
from typing import Any, cast

import uvloop

from tests.bench.processes import cpu_seconds
from tests.bench.sending import Sending
from tests.bench.tally import Chunk, Known, Tally, quantiles
from tests.bench.websocket import CLOSE, HEAD_END, PING, PONG, TEXT, frame, question

MOST_ODDITIES = 5

JOINED = b'{"type":"room_joined"'


class Socket(asyncio.Protocol):
    """One connection. It belongs to a reader once it has joined; all numbers it then gets are tallied."""

    transport: asyncio.Transport

    def __init__(self, client: "Client", hello: Sequence[bytes], until: str) -> None:
        self.client = client
        self.hello, self.until = hello, until.encode()
        self.began = time.monotonic_ns()
        self.ready: asyncio.Future[None] = client.loop.create_future()
        self.is_open = False
        self.is_reader = False
        self.tally = Tally()
        self.sending: Sending | None = None
        self.code: int | None = None
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if not self.is_open:
            data = self._opened(self.rest + data)
        elif self.rest:
            data, self.rest = self.rest + data, b""
        if not data:
            return
        client, tally = self.client, self.tally
        found = client.known(data)
        if found.first and found.first == tally.expected:
            # What nearly all of it is: the next messages, whole.
            tally.expected = found.after
            tally.read += found.count
            client.read += found.count
            client.read_size = found.size
            self._time(found)
            return
        self.rest = found.rest
        # Whoever joins from a cursor is told what they missed in the same breath: they read from here on.
        joined = [other for other in found.others if other[1].startswith(JOINED)]
        for opcode, payload in joined:
            self._other(opcode, payload)
        if found.count:
            self._look(found)
            self._time(found)
        for opcode, payload in found.others:
            if not payload.startswith(JOINED):
                self._other(opcode, payload)

    def _time(self, found: Chunk) -> None:
        client = self.client
        client.latest = now = time.monotonic_ns()
        for stamp in found.stamps:
            client.latencies.append(now - stamp)
        if client.read >= client.wake_at and client.sending is not None:
            client.sending.go_on()

    def _look(self, found: Chunk) -> None:
        now = time.monotonic_ns()
        for said in found.said:
            if said.is_answer:
                self.tally.answers += 1
                if self.sending is not None:
                    self.sending.answered(self, now - said.stamp)
            if self.is_reader:
                self.tally.take(said)
                self.tally.replayed += said.is_replay
                self.tally.read += 1
                self.client.read += 1

    def _opened(self, data: bytes) -> bytes:
        """What follows the server's handshake; nothing while that is not whole."""
        head, end, rest = data.partition(HEAD_END)
        if not end:
            self.rest = data
            return b""
        self.rest = b""
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            self._end(RuntimeError(f"the server answered {head[:60]!r}"))
            self.transport.abort()
            return b""
        self.is_open = True
        for payload in self.hello:
            self.say(payload)
        if not self.until:
            self._be_ready()
        return rest

    def _other(self, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            self.transport.write(frame(payload, PONG, masked=True))
        elif opcode == CLOSE:
            self.code = int.from_bytes(payload[:2], "big") or 1005
            self.transport.write(frame(payload[:2], CLOSE, masked=True))
            self.transport.close()
        elif opcode == TEXT:
            self._heard(payload)

    def _heard(self, payload: bytes) -> None:
        if payload == b"2":  # Engine.IO's ping
            self.say(b"3")
        elif payload.startswith(JOINED):
            self.is_reader, self.tally = True, Tally(expected=json.loads(payload)["seq"] + 1)
        elif payload.startswith((b'{"type":"error"', b'{"type":"resync"')):
            self.client.odd(payload)
        if self.until and self.until in payload:
            self._be_ready()

    def say(self, payload: bytes) -> None:
        self.transport.write(frame(payload, masked=True))

    def wait_for(self, until: str) -> asyncio.Future[None]:
        """Done when a frame comes that has `until` in it."""
        self.until, self.ready = until.encode(), self.client.loop.create_future()
        return self.ready

    def _be_ready(self) -> None:
        if not self.ready.done():
            self.until = b""
            self.client.opening.append(time.monotonic_ns() - self.began)
            self.ready.set_result(None)

    def connection_lost(self, reason: Exception | None) -> None:
        self.is_open = False
        if self.code is None:
            self.code = 1006
        self._end(reason or ConnectionError(f"the server closed it with {self.code}"))

    def _end(self, reason: Exception) -> None:
        if not self.ready.done():
            self.ready.set_exception(reason)


class Client:
    """All sockets of this process, and what it is asked to do with them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.known = Known()
        self.sockets: list[Socket] = []
        self.sending: Sending | None = None
        self.read = self.read_size = self.latest = 0
        self.wake_at = sys.maxsize
        self.latencies: array[int] = array("q")
        self.opening: array[int] = array("q")
        self.oddities: list[str] = []

    def odd(self, payload: bytes) -> None:
        """Remember what was not to come."""
        if len(self.oddities) < MOST_ODDITIES:
            self.oddities.append(payload[:300].decode(errors="replace"))

    def chosen(self, which: Sequence[int] | None) -> list[Socket]:
        return (
            [socket for socket in self.sockets if socket.is_open] if which is None else [self.sockets[n] for n in which]
        )

    async def connect(
        self,
        *,
        host: str,
        port: int,
        path: str,
        tokens: list[str],
        count: int,
        hello: list[str],
        until: str,
        at_once: int,
        by_cookie: bool,
        receive_buffer: int,
    ) -> dict[str, Any]:
        """Open so many sockets; each says `hello` and is ready when it hears `until`."""
        gate, first = asyncio.Semaphore(at_once), len(self.sockets)
        said = [text.encode() for text in hello]
        made = [Socket(self, said, until) for _ in range(count)]
        self.sockets += made
        self.opening = array("q")

        async def open_one(number: int, socket: Socket) -> None:
            async with gate:
                socket.began = time.monotonic_ns()
                await self.loop.create_connection(lambda: socket, host, port)
                if receive_buffer:
                    raw = socket.transport.get_extra_info("socket")
                    raw.setsockopt(SOL_SOCKET, SO_RCVBUF, receive_buffer)
                token = tokens[number % len(tokens)] if tokens else ""
                socket.transport.write(question(f"{host}:{port}", path, token, by_cookie=by_cookie))
                await socket.ready

        began = time.monotonic()
        results = await asyncio.gather(*(open_one(*pair) for pair in enumerate(made)), return_exceptions=True)
        failed = [repr(result) for result in results if isinstance(result, BaseException)]
        seconds = time.monotonic() - began
        return {"first": first, "seconds": seconds, "failed": failed, "ms": quantiles(self.opening)}

    async def ask(self, which: list[int] | None, text: str, until: str) -> dict[str, Any]:
        """Have sockets say something; done when each has heard `until`."""
        began, sockets = time.monotonic(), self.chosen(which)
        waiting = [socket.wait_for(until) for socket in sockets]
        for socket in sockets:
            socket.began = time.monotonic_ns()
            socket.say(text.encode())
        await asyncio.gather(*waiting)
        return {"seconds": time.monotonic() - began, "sockets": len(sockets)}

    async def expect(self, which: list[int] | None, number: int) -> dict[str, Any]:
        """Have sockets count as readers of a server that nobody joins; the next message bears `number`."""
        for socket in self.chosen(which):
            socket.is_reader, socket.tally = True, Tally(expected=number)
        return {}

    async def send(self, *, watch: int | None, **how: Any) -> dict[str, Any]:
        """Messages, as `Sending` says; ended when all readers have all, or nothing more comes."""
        self.latencies, self.oddities = array("q"), []
        used, began = time.process_time(), time.monotonic()
        server = cpu_seconds(watch) if watch else 0.0
        self.sending = sending = Sending(self, **how)
        try:
            await sending.done
        finally:
            self.sending, self.wake_at = None, sys.maxsize
        seconds, busy = time.monotonic() - began, time.process_time() - used
        return {
            **sending.found(),
            "server_seconds": cpu_seconds(watch) - server if watch else 0.0,
            "client_busy": busy / seconds,
            "ms": quantiles(self.latencies),
            "frame_size": self.read_size,
            "oddities": self.oddities,
        }

    async def drop(self, which: list[int] | None) -> dict[str, Any]:
        """End connections without a word; with `None` all, which are then forgotten."""
        for socket in self.chosen(which):
            socket.transport.abort()
        if which is None:
            self.sockets = []
        await asyncio.sleep(0)
        return {}

    async def pause(self, which: list[int]) -> dict[str, Any]:
        """Stop reading."""
        for socket in self.chosen(which):
            socket.transport.pause_reading()
        return {}

    async def resume(self, which: list[int]) -> dict[str, Any]:
        for socket in self.chosen(which):
            if socket.is_open:
                socket.transport.resume_reading()
        return {}

    async def state(self) -> dict[str, Any]:
        """Of each socket: whether it is open, its close code, its own port and what it has read."""
        return {"sockets": [_state(socket) for socket in self.sockets], "oddities": self.oddities}


def _state(socket: Socket) -> dict[str, Any]:
    name = socket.transport.get_extra_info("sockname") if hasattr(socket, "transport") else None
    tally = socket.tally
    return {
        "is_open": socket.is_open,
        "code": socket.code,
        "port": name[1] if name else 0,
        "read": tally.read,
        "answers": tally.answers,
        "replayed": tally.replayed,
        "doubled": tally.doubled,
        "disordered": tally.disordered,
        "missing": len(tally.missing),
    }


async def _obey(client: Client, line: bytes) -> None:
    order = json.loads(line)
    number, name = order.pop("id"), order.pop("do")
    try:
        result = await getattr(client, name)(**order)
    except Exception as error:
        result = {"error": f"{name}: {error!r}"}
    print(json.dumps({"id": number, **result}), flush=True)


async def main() -> None:
    """Obey until the standard input ends. Orders run beside one another."""
    loop = asyncio.get_running_loop()
    client, reader = Client(loop), asyncio.StreamReader(limit=16 * 1024 * 1024)
    with os.fdopen(os.dup(0), "rb") as pipe:
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
        tasks: set[asyncio.Task[None]] = set()
        while line := await reader.readline():
            task = asyncio.ensure_future(_obey(client, line))
            tasks.add(task)
            task.add_done_callback(tasks.discard)


if __name__ == "__main__":
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    # Nothing here makes cycles while it measures, and a pause would be taken for the server's.
    gc.freeze()
    gc.disable()
    uvloop.run(main())
