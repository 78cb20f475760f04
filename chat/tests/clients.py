"""A person with a socket, as tests speak to the application: frames in, frames out."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Self
from unittest.mock import patch
from uuid import UUID, uuid4

from channels.testing import WebsocketCommunicator
from django.test import Client

from accounts.models import User
from accounts.tests.factories import sign_in
from campfire.asgi import application
from campfire.data.database import in_thread
from chat.actions.posting import Post, write
from chat.models import Room
from chat.subscribers import broadcast

# What comes, comes at once; a machine that does ten other things needs this long.
PATIENCE_SECONDS = 30.0


class Socket:
    """A communicator on the whole application. Use it as an async context manager, so that it always disconnects."""

    def __init__(self, token: str = "", *, path: str = "/ws/", headers: dict[str, str] | None = None) -> None:
        self.token = token
        pairs = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        if token:
            pairs.append((b"authorization", f"Bearer {token}".encode()))
        self.communicator = WebsocketCommunicator(application, path, headers=pairs)
        self.seen: list[dict[str, Any]] = []

    async def __aenter__(self) -> Self:
        connected, code = await self.connect()
        assert connected, f"rejected with {code}"
        self.welcome = await self.receive()
        assert self.welcome["type"] == "welcome", self.welcome
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.communicator.disconnect()

    @property
    def user(self) -> str:
        """The id of the person, as the server said it."""
        return str(self.welcome["user_id"])

    def stop_reading(self) -> None:
        """From now on one frame is on its way at most, until `receive` takes it."""
        self.communicator.output_queue._maxsize = 1

    async def connect(self) -> tuple[bool, int | None]:
        return await self.communicator.connect(timeout=PATIENCE_SECONDS)

    async def send(self, type: str, **fields: Any) -> None:  # noqa: A002
        await self.communicator.send_json_to({"type": type, **fields})

    async def send_text(self, text: str) -> None:
        await self.communicator.send_input({"type": "websocket.receive", "text": text})

    async def send_bytes(self, data: bytes) -> None:
        await self.communicator.send_input({"type": "websocket.receive", "bytes": data})

    async def receive(self, patience: float = PATIENCE_SECONDS) -> dict[str, Any]:
        frame = json.loads(await self.communicator.receive_from(timeout=patience))
        self.seen.append(frame)
        return frame

    async def expect(self, type: str, patience: float = PATIENCE_SECONDS, **fields: Any) -> dict[str, Any]:  # noqa: A002
        """The next frame of this type with these fields; what comes before it is kept in `seen`."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience
        while True:
            frame = await self.receive(max(deadline - loop.time(), 0.01))
            if frame["type"] == type and all(frame.get(name) == value for name, value in fields.items()):
                return frame

    async def until(self, type: str, **fields: Any) -> list[dict[str, Any]]:  # noqa: A002
        """The frames up to the next one of this type, that one included."""
        frames = [await self.receive()]
        while frames[-1]["type"] != type or any(frames[-1].get(name) != value for name, value in fields.items()):
            frames.append(await self.receive())
        return frames

    async def ask(self, type: str, **fields: Any) -> dict[str, Any]:  # noqa: A002
        """Send a frame and return its direct answer."""
        ref = uuid4().hex
        await self.send(type, ref=ref, **fields)
        while True:
            frame = await self.receive()
            if frame.get("ref") == ref:
                return {name: value for name, value in frame.items() if name != "ref"}

    async def join(self, room: Room | UUID | str) -> dict[str, Any]:
        answer = await self.ask("join_room", room_id=id_of(room))
        assert answer["type"] == "room_joined", answer
        return answer

    async def say(self, room: Room | UUID | str, content: str, client_message_id: str | None = None) -> dict[str, Any]:
        return await self.ask(
            "send_message",
            room_id=id_of(room),
            content=content,
            client_message_id=client_message_id or str(uuid4()),
        )

    async def catch_up(self, room: Room | UUID | str, **cursor: Any) -> list[dict[str, Any]]:
        """The frames of one page, the last being `catch_up_complete` or an error."""
        ref = uuid4().hex
        await self.send("catch_up", ref=ref, room_id=id_of(room), **cursor)
        frames = [await self.receive()]
        while frames[-1].get("ref") != ref:
            frames.append(await self.receive())
        del frames[-1]["ref"]
        return frames

    async def closed(self, patience: float = PATIENCE_SECONDS) -> int:
        """The code the server closes with; frames before it are kept in `seen`."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience
        while True:
            output = await self.communicator.receive_output(timeout=max(deadline - loop.time(), 0.01))
            if output["type"] == "websocket.close":
                return output["code"]
            self.seen.append(json.loads(output["text"]))

    async def is_quiet(self, seconds: float = 0.3) -> bool:
        """Whether nothing arrives for so long."""
        return await self.communicator.receive_nothing(timeout=seconds)

    async def is_open(self) -> bool:
        """Whether a ping is answered."""
        return (await self.ask("ping"))["type"] == "pong"


class Api:
    """A person, or nobody, at the REST API: JSON in, Django's response out."""

    def __init__(self, user: User | None = None) -> None:
        headers = {"authorization": f"Bearer {sign_in(user)}"} if user else {}
        self.client = Client(headers=headers)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/{path}", query)

    def get_unless(self, path: str, tag: str) -> Any:
        """Ask for what has changed since the answer with this ETag."""
        return self.client.get(f"/api/{path}", headers={"if-none-match": tag})

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(f"/api/{path}", body, content_type="application/json")

    def patch(self, path: str, **body: Any) -> Any:
        return self.client.patch(f"/api/{path}", body, content_type="application/json")

    def put(self, path: str, **body: Any) -> Any:
        return self.client.put(f"/api/{path}", body, content_type="application/json")

    def delete(self, path: str) -> Any:
        return self.client.delete(f"/api/{path}")


@asynccontextmanager
async def socket_of(user: User) -> AsyncIterator[Socket]:
    """An open socket of `user`, in a session of its own."""
    async with Socket(await in_thread(sign_in, user)) as socket:
        yield socket


async def meet(room: Room | UUID | str, *sockets: Socket) -> None:
    """Have all join `room`, one after the other, and each hear of those that came later."""
    present: list[Socket] = []
    for socket in sockets:
        await socket.join(room)
        if socket.user not in {other.user for other in present}:
            for other in present:
                await other.expect("presence_update", user_id=socket.user, status="online")
        present.append(socket)


@contextmanager
def unheard() -> Iterator[None]:
    """Whatever is written inside is broadcast by nobody, as when `manage.py` writes or a process dies."""
    with patch.object(broadcast, "running_hubs", return_value=[]):
        yield


def fill(room: Room, user: User, count: int, content: str = "Filler") -> None:
    """Store `count` messages at once, unheard and uncounted by limits."""
    posts = [
        Post(user_id=user.pk, room=room.uuid, content=content, html=f"<p>{content}</p>", client_message_id=uuid4())
        for _ in range(count)
    ]
    write(posts)


def id_of(thing: Any) -> str:
    """The public id of a row, or what is one already."""
    return str(getattr(thing, "uuid", thing))
