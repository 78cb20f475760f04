"""Which rooms are looked in, and the newest messages of all of them together."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from accounts.models import User
from chat.models import Room


@dataclass(frozen=True, slots=True)
class Newest:
    """About so many of the newest messages of some rooms, of each room its share: those above a seq."""

    above: dict[int, int]

    @property
    def after(self) -> str:
        """The row id above which nothing is left out, as SQL: seqs have no gaps, and row ids grow with them."""
        ends = [(room, seq) for room, seq in self.above.items() if seq]
        if not ends:
            return "0"
        return (
            "(WITH ending(room, seq) AS (VALUES "  # noqa: S608
            + _values(ends)
            + ") SELECT MAX(e.id) FROM ending JOIN chat_message e ON e.room_id = ending.room AND e.seq = ending.seq)"
        )

    @property
    def is_everything(self) -> bool:
        return not any(self.above.values())

    @property
    def values(self) -> str:
        """The rooms with their seqs, as SQL."""
        return _values(list(self.above.items()))


@dataclass(frozen=True, slots=True)
class Scope:
    """`condition` holds for a message `m` of these rooms. `seqs` are how many messages each has had, where known."""

    condition: str
    seqs: dict[int, int] | None = None

    def newest(self, count: int) -> Newest:
        """The newest messages, at least `count` if there are so many."""
        seqs = self.seqs or {}
        # In their proportion, so that in rooms that are as lively as ever all shares begin at about the same time.
        total = max(1, sum(seqs.values()))
        return Newest({room: max(0, seq - -(-seq * count // total)) for room, seq in seqs.items()})


def own_rooms(user: User) -> Scope:
    """All rooms that `user` is in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.id, r.seq FROM chat_membership k JOIN chat_room r ON r.id = k.room_id WHERE k.user_id = %s",
            [user.pk],
        )
        return _scope(cursor.fetchall())


def one_room(room: Room) -> Scope:
    """A room that has just been looked up."""
    return _scope([(room.pk, room.seq)])


def all_but_directs(room_id: int | None) -> Scope:
    """For operators: every room that is there but directs, or the one of this row id if it is one of those."""
    kind = Room.Kind.DIRECT.value
    there = f"m.room_id NOT IN (SELECT id FROM chat_room WHERE kind = '{kind}' OR deleted_at IS NOT NULL)"  # noqa: S608
    return Scope(there if room_id is None else f"m.room_id = {int(room_id)} AND {there}")


def _scope(seqs: Sequence[tuple[int, int]]) -> Scope:
    # Of no room at all nothing is found.
    rooms = ", ".join(str(room) for room, _ in seqs) or "NULL"
    return Scope(f"m.room_id IN ({rooms})", dict(seqs))


def _values(numbers: Sequence[tuple[int, int]]) -> str:
    """Rows of our own numbers, which need no quoting."""
    return ", ".join(f"({room}, {seq})" for room, seq in numbers)
