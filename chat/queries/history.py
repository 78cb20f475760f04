"""Pages of a room's past, by seq: each one index range, however large the room."""

from dataclasses import dataclass
from uuid import UUID

from campfire.errors import InvalidCursor, InvalidFrame
from chat.models import Room
from chat.queries.messages import StoredMessage, read

PAGE = 50
LARGEST = 500
_LIVE = "m.room_id = %s AND m.deleted_at IS NULL"
# Above every seq there will be.
_BEYOND = 2**63 - 1

Anchor = int | str | UUID


@dataclass(frozen=True, slots=True)
class Page:
    """Live messages, newest first, as of room version `version` (read before the rows)."""

    messages: list[StoredMessage]
    version: int
    has_older: bool
    has_newer: bool


def page(
    room: Room,
    *,
    before: Anchor | None = None,
    after: Anchor | None = None,
    around: Anchor | None = None,
    limit: int = PAGE,
) -> Page:
    """At most `limit` (1–500) messages next to one anchor, a seq or an id; without one the newest.

    `room` has just been read: the page is as of its `version`. Deleted messages are left out but are valid anchors.
    Raises `InvalidFrame` for a limit out of range or more than
    one anchor, `InvalidCursor` for an anchor that is not of this room.
    """
    if not 1 <= limit <= LARGEST:
        raise InvalidFrame(errors={"limit": [f"Between 1 and {LARGEST}."]})
    if sum(anchor is not None for anchor in (before, after, around)) > 1:
        raise InvalidFrame("Use only one of before, after and around.")
    if around is not None:
        return _around(room, _seq(room, around), limit)
    if after is not None:
        rows, more = _newer(room, _seq(room, after), limit)
        return Page(rows, room.version, has_older=True, has_newer=more)
    seq = _BEYOND if before is None else _seq(room, before)
    rows, more = _older(room, seq, limit)
    return Page(rows, room.version, has_older=more, has_newer=before is not None)


def _around(room: Room, seq: int, limit: int) -> Page:
    newer, has_newer = _newer(room, seq - 1, limit - limit // 2)
    older, has_older = _older(room, seq, limit - len(newer))
    return Page(newer + older, room.version, has_older, has_newer)


def _older(room: Room, seq: int, limit: int) -> tuple[list[StoredMessage], bool]:
    rows = read(f"{_LIVE} AND m.seq < %s", [room.pk, seq], order="m.seq DESC", limit=limit + 1)
    return rows[:limit], len(rows) > limit


def _newer(room: Room, seq: int, limit: int) -> tuple[list[StoredMessage], bool]:
    rows = read(f"{_LIVE} AND m.seq > %s", [room.pk, seq], order="m.seq", limit=limit + 1)
    return rows[:limit][::-1], len(rows) > limit


def _seq(room: Room, anchor: Anchor) -> int:
    """The seq an anchor stands for: itself, or that of the message of this id."""
    text = str(anchor)
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    try:
        uuid = UUID(text)
    except ValueError:
        raise InvalidCursor from None
    seq = room.messages.filter(uuid=uuid).values_list("seq", flat=True).first()
    if seq is None:
        raise InvalidCursor("This message is not in this room.")
    return seq
