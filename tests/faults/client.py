"""A client that does what ours does (static/js): sends until acknowledged, applies by id, keeps the room clock.

It joins its rooms, loads them, catches up after each reconnection and whenever a hole is half a second old, and repeats
what was not acknowledged under the same client_message_id. Where ours asks its person whether to try again, this one
does after `retry_after`. Everything that it is told goes into the record.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self
from uuid import uuid4

from tests.faults.connection import LONGEST_WAIT_S, Disconnected, Refused, Socket
from tests.faults.feed import AGAIN_S, Feed
from tests.faults.record import Attempt, Operation, Record
from tests.faults.room import RoomState
from tests.faults.wire import Response, call

LOOK_S = 1.0
PATIENCE_S = 60.0


class Client:
    """A device of `person` called `name`, signed in by `token`, in `rooms`; use it as `async with`.

    `width`: how many messages of a room may be under way at once (ours: 1, so that they arrive in order).
    """

    def __init__(
        self,
        record: Record,
        name: str,
        person: str,
        token: str,
        urls: list[str],
        rooms: list[str],
        *,
        beat: float | None = None,
        longest_wait: float = LONGEST_WAIT_S,
        width: int = 1,
    ) -> None:
        self.record, self.name, self.person, self.token = record, name, person, token
        self.rooms, self.width = rooms, width
        self.errors: list[Refused] = []
        self.reader = record.reader(name, person)
        self.socket = Socket(urls, token, beat=beat, longest_wait=longest_wait)
        self.feed = Feed(self.reader, self.socket, rooms, self.errors, self._tell)
        self._changed = asyncio.Event()
        self._outbox: defaultdict[str, asyncio.Queue[Operation]] = defaultdict(asyncio.Queue)
        self._senders: list[asyncio.Task[None]] = []
        self._unsent: list[Operation] = []

    async def __aenter__(self) -> Self:
        self.socket.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave, and put down what it holds."""
        self.feed.put_down()
        for task in self._senders:
            task.cancel()
        await asyncio.gather(*self._senders, return_exceptions=True)
        await self.socket.close()
        for operation in self._unsent:
            operation.doubt()

    @property
    def states(self) -> dict[str, RoomState]:
        """What it holds of each room that it has loaded."""
        return self.feed.states

    @property
    def epoch(self) -> str | None:
        return self.feed.epoch

    # ---- what its person does

    def say(self, room: str, content: str = "", key: str = "") -> Operation:
        """Put a message into the outbox; see `done`."""
        key = key or str(uuid4())
        operation = self.record.operation(self.person, room, key, content or f"Message {key}")
        if room not in self._outbox:
            self._senders += [asyncio.ensure_future(self._send(room)) for _ in range(self.width)]
        self._unsent.append(operation)
        self._outbox[room].put_nowait(operation)
        return operation

    async def done(self, operation: Operation, within: float = PATIENCE_S) -> Operation:
        """Wait until it is acknowledged or refused. Raises `TimeoutError`."""
        await self.wait(lambda: operation.is_over, within)
        return operation

    async def edit(self, room: str, message: str, content: str) -> Operation:
        """Edit, once: an edit that is not answered stays unknown."""
        operation = self.record.operation(self.person, room, message, content, "edit")
        await self._change(operation, "edit_message", message_id=message, content=content)
        return operation

    async def delete(self, room: str, message: str) -> Operation:
        """Delete, once."""
        operation = self.record.operation(self.person, room, message, "", "delete")
        await self._change(operation, "delete_message", message_id=message)
        return operation

    async def rest(self, method: str, path: str, body: object = None, *, within: float = 30) -> Response:
        """A call of the API beside the socket. Raises `OSError`."""
        return await call(f"{self.socket.url}/api/{path}", method, self.token, body, within=within)

    async def wait(self, holds: Callable[[], Any], within: float = PATIENCE_S) -> Any:
        """Wait until `holds()`, looked at whenever something happened here. Raises `TimeoutError`."""
        async with asyncio.timeout(within):
            while not (found := holds()):
                self.socket.check()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), LOOK_S)
        return found

    async def ready(self, within: float = PATIENCE_S) -> Self:
        """Wait until it is connected and has loaded all its rooms."""
        await self.wait(lambda: self.socket.open.is_set() and all(room in self.states for room in self.rooms), within)
        return self

    def is_at(self, versions: dict[str, int]) -> bool:
        """Whether it is connected, holds its rooms up to these versions and has nothing left to send."""
        at = all(room in self.states and self.states[room].cursor >= version for room, version in versions.items())
        return at and self.socket.open.is_set() and self.is_idle

    @property
    def is_idle(self) -> bool:
        """Whether nothing that it said still waits for an answer."""
        return not self._unsent

    # ---- sending

    async def _send(self, room: str) -> None:
        while True:
            operation = await self._outbox[room].get()
            while not operation.is_over:
                await self.socket.open.wait()
                await asyncio.sleep(await self._try(operation))
            self._unsent.remove(operation)
            self._tell()

    async def _try(self, operation: Operation) -> float:
        """Send once; how long to wait before the next try."""
        began = time.time()
        fields: dict[str, Any] = {
            "room_id": operation.room,
            "content": operation.content,
            "client_message_id": operation.key,
        }
        outcome, pause = "acknowledged", 0.0
        try:
            answer = await self.socket.request("send_message", **fields)
            operation.acknowledge(answer["message_id"], answer["seq"], answer["version"], repeat=answer["duplicate"])
        except Disconnected:
            operation.doubt()
            outcome = "disconnected"
        except Refused as refused:
            outcome, pause = refused.code, self._refused(operation, refused)
        operation.attempts.append(Attempt(began, time.time(), outcome))
        return pause

    def _refused(self, operation: Operation, refused: Refused) -> float:
        self.errors.append(refused)
        if refused.code in ("internal_error", "rate_limited"):
            if refused.code == "internal_error":
                operation.doubt()
            return refused.retry_after or AGAIN_S
        operation.refuse()
        return 0.0

    async def _change(self, operation: Operation, type: str, **fields: Any) -> None:  # noqa: A002
        began, outcome = time.time(), "acknowledged"
        try:
            answer = await self.socket.request(type, **fields)
            message = answer.get("message") or {**answer, "id": answer["message_id"]}
            operation.acknowledge(message["id"], message["seq"], message["version"])
        except Disconnected:
            operation.doubt()
            outcome = "disconnected"
        except Refused as refused:
            self.errors.append(refused)
            outcome = refused.code
            operation.doubt() if refused.code == "internal_error" else operation.refuse()
        operation.attempts.append(Attempt(began, time.time(), outcome))

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
