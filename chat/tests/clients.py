"""A person with a socket, as tests speak to the application: frames in, frames out."""

import asyncio
import json
from typing import Any
from uuid import uuid4

from channels.testing import WebsocketCommunicator

from campfire.asgi import application

PATIENCE_SECONDS = 5.0


class Socket:
    """A communicator on the whole application. Use it as an async context manager, so that it always disconnects."""

    def __init__(self, token: str = "", *, path: str = "/ws/", headers: dict[str, str] | None = None) -> None:
        pairs = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        if token:
            pairs.append((b"authorization", f"Bearer {token}".encode()))
        self.communicator = WebsocketCommunicator(application, path, headers=pairs)
        self.seen: list[dict[str, Any]] = []

    async def __aenter__(self) -> "Socket":
        connected, code = await self.connect()
        assert connected, f"rejected with {code}"
        self.welcome = await self.expect("welcome")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.communicator.disconnect()

    async def connect(self) -> tuple[bool, int | None]:
        return await self.communicator.connect(timeout=PATIENCE_SECONDS)

    async def send(self, type: str, **fields: Any) -> None:  # noqa: A002
        await self.communicator.send_json_to({"type": type, **fields})

    async def send_text(self, text: str) -> None:
        await self.communicator.send_to(text_data=text)

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

    async def ask(self, type: str, **fields: Any) -> dict[str, Any]:  # noqa: A002
        """Send a frame and return its direct answer."""
        ref = uuid4().hex
        await self.send(type, ref=ref, **fields)
        while True:
            frame = await self.receive()
            if frame.get("ref") == ref:
                return frame

    async def join(self, room: object) -> dict[str, Any]:
        answer = await self.ask("join_room", room_id=str(room))
        assert answer["type"] == "room_joined", answer
        return answer

    async def say(self, room: object, content: str, client_message_id: str | None = None) -> dict[str, Any]:
        return await self.ask(
            "send_message",
            room_id=str(room),
            content=content,
            client_message_id=client_message_id or str(uuid4()),
        )

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
        return await self.communicator.receive_nothing(timeout=seconds)
