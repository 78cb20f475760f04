"""Finding `#room name` in a text. Pure: which rooms there are for the author is looked up by the caller."""

import re
from dataclasses import dataclass

_HASH = re.compile(r"(?<![\w&#/])#(?=[^\s#])")
_REFERENCE = re.compile(r'<a class="room-ref"[^>]*? data-room-id="([0-9a-f-]{36})"[^>]*>(.*?)</a>')


@dataclass(frozen=True, slots=True)
class NamedRoom:
    """A room that could be meant: public id and name as written."""

    uuid: str
    name: str


def names_rooms(content: str) -> bool:
    """Whether a room may be named at all."""
    return "#" in content and _HASH.search(content) is not None


def room_at(source: str, start: int, rooms: tuple[NamedRoom, ...]) -> tuple[NamedRoom, int] | None:
    """Which room is named at `source[start:]` (just behind the `#`), and where its name ends; the longest wins."""
    for room in sorted(rooms, key=lambda room: -len(room.name)):
        end = start + len(room.name)
        if source[start:end].casefold() == room.name.casefold() and not source[end : end + 1].isalnum():
            return room, end
    return None


def begins_at(source: str, position: int) -> bool:
    """Whether the `#` at `position` may name a room: at the beginning of a word."""
    return _HASH.match(source, position) is not None


def rooms_in(html: str) -> set[str]:
    """The ids of the rooms that rendered text links to."""
    return {match[1] for match in _REFERENCE.finditer(html)} if "room-ref" in html else set()


def without_rooms(html: str, hidden: set[str]) -> str:
    """Rendered text in which links to `hidden` rooms are text."""
    return _REFERENCE.sub(lambda match: match[2] if match[1] in hidden else match[0], html)
