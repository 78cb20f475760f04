"""How a client keeps its rooms: joins, loads, applies by id, watches the clock, catches up (static/js/realtime)."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from tests.faults.connection import Frame, Refused, Socket
from tests.faults.proxy import sent_at
from tests.faults.record import Effect, Reader, Told
from tests.faults.room import RoomState
from tests.faults.ticking import looked_at
from tests.faults.wire import call

AGAIN_S = 3.0
PAGE = 500
CATCH_UP_S = 30.0
_VERSIONED = ("new_message", "message_sent", "message_updated", "message_deleted", "room_updated")
_NOTHING: Effect = ""


class Feed:
    """The rooms of one device: `states` holds those that are loaded. What it is told goes to `reader`.

    `changed` is called whenever something may have; `errors` collects what its own questions were refused with.
    """

    def __init__(
        self, reader: Reader, socket: Socket, rooms: list[str], errors: list[Refused], changed: Callable[[], None]
    ) -> None:
        self.reader, self.socket, self.rooms, self.errors = reader, socket, rooms, errors
        self.states: dict[str, RoomState] = {}
        self.epoch: str | None = None
        self._tell = changed
        self._asking: set[str] = set()
        self._watching: set[str] = set()
        # What is told of a room while it is loaded for the first time.
        self._coming: dict[str, RoomState] = {}
        socket.listen(self._welcomed, self._frame)

    def put_down(self) -> None:
        """Note what is shown now as what is held in the end."""
        self.reader.holds = {room: dict(state.holds) for room, state in self.states.items()}
        self.reader.cursor = {room: state.cursor for room, state in self.states.items()}

    def _note(self, room: str, kind: str, message: str = "", version: int = 0, **fields: Any) -> None:
        fields.setdefault("since", min(looked_at(), sent_at(self.socket.url)))
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
        elif kind == "catch_up_complete" and "ref" not in frame and room in self.states:
            # The server has replayed by itself, from where it knows us to be.
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
        """Join, and where the room is known be told what is missing by the same answer."""
        state = self.states.get(room)
        try:
            if state is None:
                await self.socket.request("join_room", room_id=room)
                await self._load(room)
            else:
                await self._join_from(room, state)
        except Refused as refused:
            self.errors.append(refused)
            await self._not_joined(room, refused)

    async def _join_from(self, room: str, state: RoomState) -> None:
        cursor = {"last_seen_version": state.cursor, "epoch": self.epoch}
        answer = await self.socket.request(
            "join_room", within=CATCH_UP_S, until="catch_up_complete", room_id=room, **cursor
        )
        if self.states.get(room) is state:
            state.raise_to(answer["version"], time.monotonic())
            self._watch(room)

    async def _not_joined(self, room: str, refused: Refused) -> None:
        # Whoever was taken out while the connection was away is told so by the answer.
        if refused.code == "not_found":
            self._forget(room)
            return
        if refused.code == "invalid_cursor":
            self._forget(room)
        else:
            await asyncio.sleep(refused.retry_after or AGAIN_S)
        await self._join(room)

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
        asked = time.time()
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
            # Some of the pages came long before the last.
            self._note(room, "history", message["id"], message["version"], effect="added", since=asked)
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
                answer = await call(f"{self.socket.url}/api/{path}{before}", "GET", self.socket.token)
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
