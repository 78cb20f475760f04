"""The client of the room clock (protocol), in Python: a cursor, holes, catch-up, and messages applied by version.

It has no window (it holds everything) and one room. What the browser does with more of both is the same rule.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from chat.tests.clients import Socket

HOLE_SECONDS = 0.5
PATIENCE_SECONDS = 30.0


def tombstone(message: dict[str, Any]) -> dict[str, Any]:
    """What is left to know of a deleted message."""
    return {**{name: message[name] for name in ("id", "seq", "version")}, "gone": True}


class RoomState:
    """What a client holds of a room: applying is idempotent and independent of order, but for the cursor."""

    def __init__(self) -> None:
        self.cursor = 0
        self.ahead: set[int] = set()
        self.messages: dict[str, dict[str, Any]] = {}
        self.name: tuple[int, str] = (0, "")

    def apply(self, frame: dict[str, Any]) -> None:
        """A frame of the room that carries a version."""
        kind = frame["type"]
        if kind in ("new_message", "message_updated", "message_sent"):
            self._hold(frame["message"])
            version = frame["message"]["version"]
        elif kind == "message_deleted":
            self._hold(tombstone({**frame, "id": frame["message_id"]}))
            version = frame["version"]
        else:
            version = frame["version"]
            self.name = max(self.name, (version, frame["room"]["name"]))
        self.ahead.add(version)
        self._advance()

    def complete(self, version: int) -> None:
        self.cursor = max(self.cursor, version)
        self._advance()

    @property
    def has_hole(self) -> bool:
        return bool(self.ahead)

    def _hold(self, message: dict[str, Any]) -> None:
        if message.get("deleted_at"):
            # A repeat of what has been deleted since is answered with what is left of it.
            message = tombstone(message)
        held = self.messages.get(message["id"])
        if held is None or message["version"] > held["version"]:
            self.messages[message["id"]] = message

    def _advance(self) -> None:
        while self.cursor + 1 in self.ahead:
            self.cursor += 1
        self.ahead = {version for version in self.ahead if version > self.cursor}


class ModelClient:
    """A person's device in one room: `come`, `cut`, `say`; it joins, catches up and repeats by itself."""

    def __init__(self, token: str, room: str) -> None:
        self.token, self.room = token, room
        self.state: RoomState | None = None
        self.unanswered: dict[str, str] = {}
        self.inside = True
        self.leaked: list[dict[str, Any]] = []
        self.acknowledged: dict[str, str] = {}
        self._socket: Socket | None = None
        self._pump: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._asked: str | None = None
        self.by_cursor = False
        self.pong = ""
        self.heard: deque[str] = deque(maxlen=12)

    @property
    def is_connected(self) -> bool:
        return self._socket is not None

    async def come(self) -> None:
        """Connect, join, catch up from the cursor, and repeat what was never answered."""
        self._asked = None
        # Whether one is inside is said anew: by a join that is answered.
        self.inside = True
        self._socket = await Socket(self.token).__aenter__()
        self._pump = asyncio.ensure_future(self._run(self._socket))
        await self._join()
        for sent, content in list(self.unanswered.items()):
            await self._say(content, sent)

    async def _join(self) -> None:
        """By turns as clients do that name their cursor, and as those that then ask for themselves."""
        self.by_cursor = not self.by_cursor
        cursor = {}
        if self.state is not None and self.by_cursor:
            self._asked = uuid4().hex
            cursor = {"last_seen_version": self.state.cursor, "ref": self._asked}
        await self.send("join_room", room_id=self.room, **cursor)

    async def cut(self) -> None:
        socket, self._socket = self._socket, None
        if socket is None or self._pump is None:
            return
        self._pump.cancel()
        await asyncio.gather(self._pump, return_exceptions=True)
        await socket.communicator.disconnect()

    async def say(self, content: str) -> None:
        sent = str(uuid4())
        self.unanswered[sent] = content
        await self._say(content, sent)

    async def repeat(self, sent: str) -> None:
        await self._say("repeated", sent)

    async def send(self, type: str, **fields: Any) -> None:  # noqa: A002
        if self._socket is not None:
            await self._socket.send(type, **fields)

    async def until(self, done: Callable[["ModelClient"], object]) -> None:
        """Wait until `done(self)`; a ping now and then shows what never arrived."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while not done(self):
            assert asyncio.get_running_loop().time() < deadline, f"not healed: {self.describe()}"
            self._changed.clear()
            await self.send("ping")
            try:
                await asyncio.wait_for(self._changed.wait(), 0.05)
            except TimeoutError:
                continue

    async def heard_out(self) -> None:
        """Wait until everything sent before has taken effect: frames of a socket do so in order."""
        mark = uuid4().hex
        await self.send("ping", timestamp=mark)
        await self.until(lambda client: client.pong == mark)

    def describe(self) -> str:
        """What it holds and waits for, and the last it heard."""
        state = self.state
        held = f"cursor {state.cursor}, ahead {sorted(state.ahead)}" if state else "no room"
        return f"{held}; inside: {self.inside}; unanswered: {self.unanswered}; heard last: {self.heard}"

    async def _say(self, content: str, sent: str) -> None:
        await self.send("send_message", room_id=self.room, content=content, client_message_id=sent, ref=sent)

    async def _run(self, socket: Socket) -> None:
        while True:
            output = await socket.communicator.receive_output(timeout=3600)
            if output["type"] == "websocket.send":
                if '"pong"' not in output["text"]:
                    self.heard.append(output["text"][:200])
                await self._take(json.loads(output["text"]))
                self._changed.set()

    async def _take(self, frame: dict[str, Any]) -> None:
        kind = frame["type"]
        if kind == "room_added":
            if frame["room"]["id"] == self.room:
                self.inside = True
                await self._join()
        elif kind == "pong":
            self.pong = frame["timestamp"] or self.pong
            self._notice(frame["rooms"].get(self.room, 0))
        elif kind == "error":
            self._refused(frame)
        elif self._room_of(frame) == self.room:
            # An answer may rest on a membership so new that `room_added` is still on its way.
            if not self.inside and "ref" not in frame:
                self.leaked.append(frame)
            await self._take_of_room(kind, frame)

    def _refused(self, frame: dict[str, Any]) -> None:
        """What was sent to a room that one had just been put out of is refused, and stays so."""
        if frame.get("ref") in self.unanswered:
            assert frame["code"] == "not_found", frame
            del self.unanswered[frame["ref"]]
        elif frame.get("ref") == self._asked:
            self._asked = None

    async def _take_of_room(self, kind: str, frame: dict[str, Any]) -> None:
        if kind == "room_removed":
            self.state, self.inside, self._asked = None, False, None
            self.unanswered.clear()
        elif kind == "room_joined":
            self.state = self.state or RoomState()
            if self._asked is None or frame.get("ref") != self._asked:
                await self._catch_up()
        elif kind == "resync":
            self.state = RoomState()
            await self._catch_up()
        elif kind == "catch_up_complete":
            await self._complete(frame)
        elif kind in ("new_message", "message_updated", "message_deleted", "message_sent", "room_updated"):
            if kind == "message_sent":
                self.unanswered.pop(frame["client_message_id"], None)
                self.acknowledged[frame["client_message_id"]] = frame["message_id"]
            if self.state is not None:
                self.state.apply(frame)
                if not frame.get("replay"):
                    self._notice(0)

    async def _complete(self, frame: dict[str, Any]) -> None:
        """The end of what was asked for, or of what the server replayed by itself."""
        if frame.get("ref") not in (None, self._asked):
            return
        if self.state is not None:
            self.state.complete(frame["version"])
        if "ref" in frame:
            self._asked = None
            if frame["has_more"]:
                await self._catch_up()

    def _notice(self, version: int) -> None:
        """A hole, or a version above the cursor: ask, once, if it is still there in a moment."""
        state = self.state
        if state is not None and (state.has_hole or version > state.cursor):
            loop = asyncio.get_running_loop()
            loop.call_later(HOLE_SECONDS, lambda: asyncio.ensure_future(self._fill(state, version)))

    async def _fill(self, state: RoomState, version: int) -> None:
        if state is self.state and (state.has_hole or version > state.cursor) and self._asked is None:
            await self._catch_up()

    async def _catch_up(self) -> None:
        if self.state is not None:
            self._asked = uuid4().hex
            await self.send("catch_up", room_id=self.room, last_seen_version=self.state.cursor, ref=self._asked)

    def _room_of(self, frame: dict[str, Any]) -> str | None:
        return frame.get("room_id") or frame.get("message", {}).get("room_id") or frame.get("room", {}).get("id")
