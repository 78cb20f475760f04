"""Who is where: several sockets are one person, several processes one house.

`Presence` is the interface; `MemoryPresence` serves one process, `presence_redis.RedisPresence` many. Both pass the
same suite of tests.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

PresenceStatus = Literal["online", "offline"]

# The place everybody is in who has a socket at all.
ANYWHERE = ""
# In a larger crowd nobody is named, only counted (protocol: the socket).
MOST_NAMED = 200
# Clocks may be set back by more than this, when another Redis takes over; a message is never so late.
LATEST_MICROSECONDS = 60_000_000


@dataclass(frozen=True, slots=True)
class Transition:
    """What a coming or going did: whether the person's state `changed`, and how many people are there now.

    `at` is when, in microseconds of the clock that all processes share; 0 where there is none.
    """

    changed: bool
    count: int
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class PresenceChange:
    """What readers of `room` have not been told yet: `user` is online or offline there, among `count`, as of `at`."""

    room: str
    user: str
    status: PresenceStatus
    count: int
    at: int = field(default=0, compare=False)


class LatestPresence:
    """Orders the presence changes of one room from several processes by their time: the last writer wins.

    A change older than what was told of that person is dropped; one older than what was told of anybody gets the newer
    number. Without a shared clock (`at` is 0) each is taken as it comes.
    """

    def __init__(self) -> None:
        self._told: dict[str, int] = {}
        self._pruned = 0
        self._last = PresenceChange("", "", "offline", 0)

    def take(self, change: PresenceChange) -> PresenceChange | None:
        """What is to be told of `change` now, if anything."""
        if not change.at:
            return change
        if _is_older(change.at, self._told.get(change.user, 0)):
            return None
        if change.at - self._pruned > LATEST_MICROSECONDS:
            self._told = {user: at for user, at in self._told.items() if _is_older(at - 1, change.at)}
            self._pruned = change.at
        self._told[change.user] = change.at
        if _is_older(change.at, self._last.at):
            return replace(change, count=self._last.count)
        self._last = change
        return change


def _is_older(at: int, told: int) -> bool:
    return 0 < told - at < LATEST_MICROSECONDS


class Presence(Protocol):
    async def enter(self, room: str, user: str) -> Transition:
        """One more socket of `user` is in `room`; changed by the first."""
        ...

    async def leave(self, room: str, user: str) -> Transition:
        """One socket of `user` less is in `room`; changed by the last. Leaving more often than entering is ignored."""
        ...

    async def participants(self, room: str) -> list[str]:
        """The people in `room`, each once, in a stable order."""
        ...

    async def count(self, room: str) -> int:
        """How many people are in `room`, without naming them."""
        ...

    async def online(self, users: Iterable[str]) -> list[str]:
        """Those of `users` who have a socket anywhere."""
        ...

    async def renew(self) -> list[PresenceChange]:
        """Say that this process lives; returns what others missed meanwhile, for the caller to announce.

        To be called every `presence_redis.RENEW_SECONDS`.
        """
        ...

    async def sweep(self) -> list[PresenceChange]:
        """Remove the people of processes that died; each is returned once, to one caller, who announces it."""
        ...

    async def close(self) -> None:
        """This process ends; its people are removed without being announced."""
        ...


async def named(presence: Presence, room: str) -> tuple[list[str], int]:
    """The people in `room` and how many they are; of more than 200 the number alone, which is all that is asked for."""
    number = await presence.count(room)
    if number > MOST_NAMED:
        return [], number
    people = await presence.participants(room)
    return people, len(people)


class MemoryPresence:
    """Presence within one process: sockets counted by room and person."""

    def __init__(self) -> None:
        self._rooms: defaultdict[str, dict[str, int]] = defaultdict(dict)

    async def enter(self, room: str, user: str) -> Transition:
        return self.count_in(room, user)

    async def leave(self, room: str, user: str) -> Transition:
        return self.count_out(room, user)

    def count_in(self, room: str, user: str) -> Transition:
        people = self._rooms[room]
        people[user] = people.get(user, 0) + 1
        return Transition(people[user] == 1, len(people))

    def count_out(self, room: str, user: str) -> Transition:
        people = self._rooms.get(room, {})
        if user not in people:
            return Transition(False, len(people))
        people[user] -= 1
        gone = people[user] == 0
        if gone:
            del people[user]
        if not people:
            self._rooms.pop(room, None)
        return Transition(gone, len(people))

    def pairs(self) -> list[tuple[str, str]]:
        """Every (room, person) of this process."""
        return [(room, user) for room, people in self._rooms.items() for user in people]

    def holds(self, room: str, user: str) -> bool:
        return user in self._rooms.get(room, ())

    def people(self, room: str) -> list[str]:
        return sorted(self._rooms.get(room, ()))

    def number(self, room: str) -> int:
        return len(self._rooms.get(room, ()))

    async def participants(self, room: str) -> list[str]:
        return self.people(room)

    async def count(self, room: str) -> int:
        return self.number(room)

    async def online(self, users: Iterable[str]) -> list[str]:
        connected = self._rooms.get(ANYWHERE, {})
        return [user for user in users if user in connected]

    async def renew(self) -> list[PresenceChange]:
        return []

    async def sweep(self) -> list[PresenceChange]:
        return []

    async def close(self) -> None:
        self._rooms.clear()
