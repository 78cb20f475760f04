"""The client that counts for itself (docs/protocol.md): what `static/js/models/room_count.js` does, in Python."""

from collections.abc import Mapping
from typing import Any

KEPT = 100


class RoomCount:
    """What is unread in one room: an answer of the server and the frames that came after it."""

    def __init__(self, me: str, room: Mapping[str, Any]) -> None:
        self.me = me
        self.version = self.latest = 0
        self.frames: dict[int, Mapping[str, Any]] = {}
        self.answer({**room["membership"], "version": room["version"], "seq": room["seq"]})

    @property
    def is_sure(self) -> bool:
        return self.latest <= self.version

    def answer(self, counts: Mapping[str, Any]) -> None:
        self.latest = max(self.latest, self.version)
        self.version, self.seq, self.marker = counts["version"], counts["seq"], counts["last_read_seq"]
        self.unread, self.mentions = counts["unread_count"], counts["mention_count"]
        self._advance()

    def take(self, frame: Mapping[str, Any]) -> None:
        if frame["version"] <= self.version:
            return
        self.latest = max(self.latest, frame["version"])
        self.frames[frame["version"]] = frame
        if len(self.frames) > KEPT:
            del self.frames[next(iter(self.frames))]
        self._advance()

    def _advance(self) -> None:
        while (frame := self.frames.get(self.version + 1)) and self._count(frame):
            self.version += 1

    def _count(self, frame: Mapping[str, Any]) -> bool:
        """Whether the frame leaves nothing open."""
        change, seq = frame["change"], frame["seq"]
        if change == "room":
            return True
        is_new, self.seq = seq > self.seq, max(self.seq, seq)
        if frame["creator_id"] == self.me or seq <= self.marker:
            return True
        named = self.me in frame["mentions"]
        if is_new:
            self.unread += change != "delete"
            self.mentions += change != "delete" and named
            return True
        if named or self.mentions:
            return False
        self.unread -= change == "delete"
        return True


class CountingClient:
    """A person's sidebar: `rooms` by id. `load` is `GET /api/rooms`; `must_ask` says when it has to be asked again."""

    def __init__(self, me: str) -> None:
        self.me = me
        self.rooms: dict[str, RoomCount] = {}
        self.must_ask = True

    def load(self, rooms: list[dict[str, Any]]) -> None:
        """Take the answer of `GET /api/rooms`."""
        found = {room["id"]: room for room in rooms}
        self.must_ask = False
        for gone in self.rooms.keys() - found.keys():
            del self.rooms[gone]
        for room_id, room in found.items():
            if held := self.rooms.get(room_id):
                held.answer({**room["membership"], "version": room["version"], "seq": room["seq"]})
            else:
                self.rooms[room_id] = RoomCount(self.me, room)
        self.must_ask = not all(room.is_sure for room in self.rooms.values())

    def take(self, frame: Mapping[str, Any]) -> None:
        """A frame of the socket."""
        kind = frame["type"]
        held = self.rooms.get(frame.get("room_id", ""))
        if kind == "room_activity" and held:
            held.take(frame)
            self.must_ask |= frame["change"] == "room" or not held.is_sure
        elif kind == "read_state" and held:
            held.answer(frame)
            self.must_ask |= not held.is_sure
        elif kind in ("room_added", "room_removed", "membership_updated", "resync", "room_activity"):
            self.must_ask = True

    @property
    def counts(self) -> dict[str, tuple[int, int]]:
        return {room_id: (room.unread, room.mentions) for room_id, room in self.rooms.items()}
