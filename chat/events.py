"""What happened in rooms: frozen dataclasses of ids and ready payloads, no rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MessagePosted:
    """A new message. `origin` is the socket that sent it, which is answered instead of told."""

    room: str
    version: int
    message: Payload
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class MessageUpdated:
    """An edit, or anything else that shows in the message."""

    room: str
    version: int
    message: Payload
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    room: str
    version: int
    message: Payload
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class RoomUpdated:
    """The room itself changed: name, topic, kind, archive."""

    room: str
    version: int
    payload: Payload


@dataclass(frozen=True, slots=True)
class RoomDeleted:
    room: str


@dataclass(frozen=True, slots=True)
class MembershipAdded:
    room: str
    user: str
    membership: int


@dataclass(frozen=True, slots=True)
class MembershipRemoved:
    """`reason` is `removed` or `left`."""

    room: str
    user: str
    membership: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReadStateChanged:
    """The read marker moved: for that person's other sockets."""

    room: str
    user: str
    payload: Payload
    origin: str | None = None
