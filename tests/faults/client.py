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

from tests.faults.connection import LONGEST_WAIT_S, Disconnected, Frame, Refused, Socket
from tests.faults.record import Attempt, Effect, Operation, Record, Told
from tests.faults.room import TOO_FAR, RoomState
from tests.faults.wire import Response, call

AGAIN_S = 3.0
LOOK_S = 1.0
PAGE = 500
CATCH_UP_S = 30.0
PATIENCE_S = 60.0
_NOTHING: Effect = ""
_VERSIONED = ("new_message", "message_sent", "message_updated", "message_deleted", "room_updated")


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
        self.states: dict[str, RoomState] = {}
        self.epoch: str | None = None
        self.errors: list[Refused] = []
        self.reader = record.reader(name, person)
        self.changed = asyncio.Event()
        self.socket = Socket(
            urls, token, on_welcome=self._welcomed, on_frame=self._frame, beat=beat, longest_wait=longest_wait
        )
        self._outbox: defaultdict[str, asyncio.Queue[Operation]] = defaultdict(asyncio.Queue)
        self._senders: list[asyncio.Task[None]] = []
        self._asking: set[str] = set()
        self._watching: set[str] = set()
        # What is told of a room while it is loaded for the first time.
        self._coming: dict[str, RoomState] = {}
        self._unsent: list[Operation] = []

    async def __aenter__(self) -> Self:
        self.socket.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave, and put down what it holds."""
        self.put_down()
        for task in self._senders:
            task.cancel()
        await asyncio.gather(*self._senders, return_exceptions=True)
        await self.socket.close()
        for operation in self._unsent:
            operation.doubt()

    def put_down(self) -> None:
        """Note what it shows now as what it holds in the end."""
        self.reader.holds = {room: dict(state.holds) for room, state in self.states.items()}
        self.reader.cursor = {room: state.cursor for room, state in self.states.items()}

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
                    await asyncio.wait_for(self.changed.wait(), LOOK_S)
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

    # ---- what it is told

    def _tell(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    def _note(self, room: str, kind: str, message: str = "", version: int = 0, **fields: Any) -> None:
        self.reader.told.append(Told(time.time(), self.socket.session, room, kind, message, version, **fields))

    def _welcomed(self, frame: Frame) -> None:
        for left_over in (self._asking, self._watching, self._coming):
            left_over.clear()
        if self.epoch != frame["epoch"]:
            # Another database: the page is loaded again.
            self.epoch, self.states = frame["epoch"], {}
        for room in self.rooms:
            self.socket.begin(self._join(room))
        self._tell()

    def _frame(self, frame: Frame) -> None:
        kind = frame["type"]
        if kind == "pong":
            for room, version in frame["rooms"].items():
                if state := self.states.get(room):
                    state.heard(version, time.monotonic())
                    self._watch(room)
        elif room := room_of(frame):
            self._of_room(room, kind, frame)
        self._tell()

    def _of_room(self, room: str, kind: str, frame: Frame) -> None:
        if kind in _VERSIONED:
            self._apply(room, kind, frame)
            return
        self._note(room, kind, version=frame.get("version", 0))
        if kind == "room_added" and room in self.rooms:
            self.socket.begin(self._join(room))
        elif kind == "room_removed":
            self._forget(room)
        elif kind == "resync":
            self.socket.begin(self._load(room))
        # One that nobody asked for ends what the server replayed by itself. While an answer of ours is under way it
        # says nothing about what lies below our own cursor.
        elif kind == "catch_up_complete" and "ref" not in frame and room not in self._asking and room in self.states:
            self.states[room].raise_to(frame["version"], time.monotonic())
            self._watch(room)

    def _apply(self, room: str, kind: str, frame: Frame) -> None:
        message = frame.get("message", {})
        version = message["version"] if message else frame["version"]
        name, replay = message.get("id") or frame.get("message_id", ""), frame.get("replay", False)
        state, effect = self.states.get(room) or self._coming.get(room), _NOTHING
        if state is not None:
            effect = _applied(state, frame)
            if not replay:
                state.saw(version, time.monotonic())
            self._watch(room)
        self._note(room, kind, name, version, live=not replay and "ref" not in frame, effect=effect)

    def _forget(self, room: str) -> None:
        self.states.pop(room, None)
        self._coming.pop(room, None)
        self._asking.discard(room)

    # ---- keeping up

    async def _join(self, room: str) -> None:
        try:
            joined = await self.socket.request("join_room", room_id=room)
        except Refused as refused:
            self.errors.append(refused)
            # Whoever was taken out while the connection was away is told so by the answer.
            if refused.code == "not_found":
                self._forget(room)
                return
            await asyncio.sleep(refused.retry_after or AGAIN_S)
            await self._join(room)
            return
        state = self.states.get(room)
        if state is None or joined["version"] - state.cursor > TOO_FAR:
            await self._load(room)
        elif joined["version"] > state.cursor:
            await self._catch_up(room)

    def _watch(self, room: str) -> None:
        """Ask when the hole is old enough, unless it has closed by then."""
        state = self.states.get(room)
        if state is not None and state.hole_since is not None and room not in self._asking | self._watching:
            self._watching.add(room)
            self.socket.begin(self._fill(room, state))

    async def _fill(self, room: str, state: RoomState) -> None:
        try:
            # One hole may close meanwhile and another open: none is asked about before its time.
            while left := state.patience(time.monotonic()):  # noqa: ASYNC110 (it is time that is waited for)
                await asyncio.sleep(left)
        finally:
            self._watching.discard(room)
        if state.hole_since is not None and self.states.get(room) is state:
            await self._catch_up(room)

    async def _catch_up(self, room: str) -> None:
        state = self.states[room]
        if room in self._asking:
            return
        self._asking.add(room)
        try:
            while await self._page(room, state):
                continue
        except Refused as refused:
            self.errors.append(refused)
            await self._not_caught_up(room, refused)
        finally:
            self._asking.discard(room)
        self._watch(room)

    async def _page(self, room: str, state: RoomState) -> bool:
        """Ask for what follows on the cursor; whether there is more."""
        answer = await self.socket.request(
            "catch_up", within=CATCH_UP_S, room_id=room, last_seen_version=state.cursor, epoch=self.epoch
        )
        if self.states.get(room) is not state:
            return False
        state.raise_to(answer["version"], time.monotonic())
        self._tell()
        return bool(answer["has_more"])

    async def _not_caught_up(self, room: str, refused: Refused) -> None:
        if refused.code == "invalid_cursor":
            await self._load(room)
        elif refused.code == "not_found":
            self._forget(room)
        else:
            await asyncio.sleep(refused.retry_after or AGAIN_S)

    async def _load(self, room: str) -> None:
        """Load the room anew, as often as it takes."""
        coming = self.states.get(room) or self._coming.setdefault(room, RoomState())
        messages, version = await self._history(room)
        if coming is not (self.states.get(room) or self._coming.get(room)):
            return
        if version < 0:
            self._forget(room)
            return
        coming.load(messages, version, time.monotonic())
        self._coming.pop(room, None)
        self.states[room] = coming
        for message in messages:
            self._note(room, "history", message["id"], message["version"], effect="added")
        self._tell()
        self._watch(room)

    async def _history(self, room: str) -> tuple[list[dict[str, Any]], int]:
        """All pages, and the version at which the first was read: -1 if the room is closed to it."""
        while True:
            if loaded := await self._pages(room):
                return loaded
            await asyncio.sleep(AGAIN_S)

    async def _pages(self, room: str) -> tuple[list[dict[str, Any]], int] | None:
        """One try to read them all; None if that failed."""
        messages: list[dict[str, Any]] = []
        path, version = f"rooms/{room}/messages?limit={PAGE}", -1
        while True:
            before = f"&before={messages[-1]['seq']}" if messages else ""
            try:
                answer = await self.rest("GET", path + before)
            except OSError:
                return None
            if answer.status in (401, 404):
                return [], -1
            if answer.status != 200:
                return None
            version = version if messages else int(answer.headers["x-room-version"])
            messages += answer.body
            if 'rel="next"' not in answer.headers.get("link", ""):
                return messages, version


def room_of(frame: Frame) -> str:
    """The room that a frame is about, or ""."""
    inside = frame.get("message"), frame.get("room")
    named = [each.get(key) for each, key in zip(inside, ("room_id", "id"), strict=True) if isinstance(each, dict)]
    return str(frame.get("room_id") or next(filter(None, named), ""))


def _applied(state: RoomState, frame: Frame) -> Effect:
    if frame["type"] == "message_deleted":
        return state.remove(frame["message_id"], frame["version"])
    return state.apply(frame["message"]) if "message" in frame else _NOTHING
