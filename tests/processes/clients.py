"""People with sockets on a chosen process, who note what they are told and when."""

import asyncio
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect

from tests.processes.place import Side

PATIENCE = 30.0
# What is told at once, in far less than a second, is told in this time by a machine that does ten other things.
SOON_S = 5.0
Frame = dict[str, Any]


class Client:
    """A socket. `frames` are all that it got, each with the time (as of `time.time`); `code` why it was closed."""

    def __init__(self, side: Side, token: str) -> None:
        self.side, self.token = side, token
        self.frames: list[tuple[float, Frame]] = []
        self.code: int | None = None
        self.closed_at = 0.0
        self.changed = asyncio.Event()
        self.socket: ClientConnection
        self.reading: asyncio.Task[None]

    async def open(self) -> Self:
        """Connect, as often as it takes to be with the wanted process."""
        url = f"{self.side.server.url.replace('http', 'ws')}/ws/"
        async with asyncio.timeout(PATIENCE):
            while True:
                self.socket = await connect(
                    url, additional_headers={"Authorization": f"Bearer {self.token}"}, ping_interval=None
                )
                port = self.socket.transport.get_extra_info("sockname")[1]
                if holds(self.side.pid, self.side.server.port, port):
                    break
                await self.socket.close()
        self.reading = asyncio.ensure_future(self._read())
        await self.until(lambda frame: frame["type"] == "welcome")
        return self

    async def close(self) -> None:
        await self.socket.close()
        await asyncio.gather(self.reading, return_exceptions=True)

    async def _read(self) -> None:
        try:
            async for text in self.socket:
                self.frames.append((time.time(), json.loads(text)))
                self._tell()
        finally:
            self.code, self.closed_at = self.socket.close_code, time.time()
            self._tell()

    def _tell(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    async def send(self, type: str, **fields: Any) -> None:  # noqa: A002
        await self.socket.send(json.dumps({"type": type, **fields}))

    async def ask(self, type: str, **fields: Any) -> Frame:  # noqa: A002
        """Send a frame; the direct answer to it, which may be an error."""
        ref = uuid4().hex
        await self.send(type, ref=ref, **fields)
        return (await self.until(lambda frame: frame.get("ref") == ref))[1]

    async def join(self, room: str) -> Frame:
        return await self.ask("join_room", room_id=room)

    async def say(self, room: str, sent: str = "", content: str = "Hello") -> Frame:
        """The acknowledgement."""
        fields = {"content": content, "client_message_id": sent or str(uuid4())}
        return await self.ask("send_message", room_id=room, **fields)

    async def wait(self, holds: Callable[[], Any], within: float = PATIENCE) -> Any:
        """Wait until `holds()`, looked at after each frame and at the end of the socket."""
        async with asyncio.timeout(within):
            while not (found := holds()):
                await self.changed.wait()
        return found

    async def until(self, fits: Callable[[Frame], Any], within: float = PATIENCE) -> tuple[float, Frame]:
        """The first frame that fits, of those that came and those to come, with its time."""
        found: tuple[float, Frame] = await self.wait(
            lambda: next(((at, frame) for at, frame in self.frames if fits(frame)), None), within
        )
        return found

    async def read(self, room: str, count: int, within: float = PATIENCE) -> None:
        """Wait until so many messages of a room have come."""
        await self.wait(lambda: len(set(self.versions(room))) >= count, within)

    async def ended(self, within: float = PATIENCE) -> int:
        """The code with which the socket was closed."""
        await self.wait(lambda: self.closed_at, within)
        assert self.code is not None
        return self.code

    def of(self, type: str, room: str = "") -> list[Frame]:  # noqa: A002
        """The frames of a type, about `room` if one is given."""
        return [frame for _, frame in self.frames if frame["type"] == type and room in ("", room_of(frame))]

    def versions(self, room: str) -> list[int]:
        """Of the messages that came, in the order they came."""
        return [frame["message"]["version"] for frame in self.of("new_message", room)]

    def acknowledged(self) -> dict[str, str]:
        """{client_message_id: message_id}"""
        return {frame["client_message_id"]: frame["message_id"] for frame in self.of("message_sent")}


class Crowd:
    """Clients that are all closed in the end."""

    def __init__(self) -> None:
        self.clients: list[Client] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(client.close() for client in self.clients), return_exceptions=True)

    async def add(self, side: Side, token: str, *rooms: str) -> Client:
        """A socket on `side` that has joined `rooms`."""
        client = await Client(side, token).open()
        self.clients.append(client)
        for room in rooms:
            answer = await client.join(room)
            assert answer["type"] == "room_joined", answer
        return client


def room_of(frame: Frame) -> str:
    """The room that a frame names."""
    message = frame.get("message")
    return str(frame.get("room_id") or (message.get("room_id") if isinstance(message, dict) else "") or "")


def holds(pid: int, server_port: int, client_port: int) -> bool:
    """Whether the process `pid` has the server's end of a connection."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ends = {(int(line[1].split(":")[1], 16), int(line[2].split(":")[1], 16)): line[9] for line in lines}
    inode = ends.get((server_port, client_port))
    return f"socket:[{inode}]" in (_target(link) for link in Path(f"/proc/{pid}/fd").iterdir())


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except FileNotFoundError:
        return ""


async def call(
    side: Side, method: str, path: str, token: str = "", body: Any = None, within: float = PATIENCE
) -> tuple[int, Any]:
    """A call of the REST API: status and decoded answer."""
    return await asyncio.to_thread(_call, side, method, path, token, body, within)


def _call(side: Side, method: str, path: str, token: str, body: Any, within: float) -> tuple[int, Any]:
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{side.server.url}/api/{path}", data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=within) as answer:
            return int(answer.status), json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read() or b"null")
