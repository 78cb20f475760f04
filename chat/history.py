"""Pages of a room's past, by seq: each one index range, however large the room."""

from dataclasses import dataclass
from uuid import UUID

from campfire.errors import InvalidCursor, InvalidFrame
from chat.models import Message, Room

PAGE = 50
LARGEST = 500

Anchor = int | str | UUID


@dataclass(frozen=True, slots=True)
class Page:
    """Live messages, newest first, as of room version `version` (read before the rows)."""

    messages: list[Message]
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

    Deleted messages are left out but are valid anchors. Raises `InvalidFrame` for a limit out of range or more than
    one anchor, `InvalidCursor` for an anchor that is not of this room.
    """
    if not 1 <= limit <= LARGEST:
        raise InvalidFrame(errors={"limit": [f"Between 1 and {LARGEST}."]})
    if sum(anchor is not None for anchor in (before, after, around)) > 1:
        raise InvalidFrame("Use one of before, after and around.")
    version = Room.objects.values_list("version", flat=True).get(pk=room.pk)
    if around is not None:
        return _around(room, _seq(room, around), limit, version)
    if after is not None:
        rows, more = _newer(room, _seq(room, after), limit)
        return Page(rows, version, has_older=True, has_newer=more)
    seq = _seq(room, before) if before is not None else None
    rows, more = _older(room, seq, limit)
    return Page(rows, version, has_older=more, has_newer=seq is not None)


def _around(room: Room, seq: int, limit: int, version: int) -> Page:
    newer, has_newer = _newer(room, seq - 1, limit - limit // 2)
    older, has_older = _older(room, seq, limit - len(newer))
    return Page(newer + older, version, has_older, has_newer)


def _older(room: Room, seq: int | None, limit: int) -> tuple[list[Message], bool]:
    messages = room.messages.live().for_payload()
    rows = list((messages.order_by("-seq") if seq is None else messages.before(seq))[: limit + 1])
    return rows[:limit], len(rows) > limit


def _newer(room: Room, seq: int, limit: int) -> tuple[list[Message], bool]:
    rows = list(room.messages.live().for_payload().after(seq)[: limit + 1])
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
        raise InvalidCursor("There is no such message in this room.")
    return seq
