"""The hub's port to the database: the queries that are injected into it, and the values that they return."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from chat.realtime.room_channel import Replay


@dataclass(frozen=True, slots=True)
class AccessChange:
    """A change of what someone may access; fields that do not apply are empty. `id` is 0 where there is no row yet."""

    kind: str
    user: str = ""
    session: str = ""
    room: str = ""
    workspace: str = ""
    membership: int = 0
    reason: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Admission:
    """A granted subscription: the membership's row, the room's version at that moment, the `room_added` frame."""

    membership: int
    version: int
    frame: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A frame for all sockets of some people; `room` if it names one, which they must be in."""

    frame: str
    people: frozenset[str]
    room: str = ""


@dataclass(frozen=True, slots=True)
class HubQueries:
    """The queries that the hub needs; `access_changes` returns those of the last so many seconds."""

    replay: Callable[[str, int], Awaitable[Replay | None]]
    versions: Callable[[Sequence[str]], Awaitable[dict[str, int]]]
    access_changes: Callable[[float], Awaitable[list[AccessChange]]]
    admission: Callable[[str, str], Awaitable[Admission | None]]
    notice: Callable[[AccessChange], Awaitable[Notice | None]]
