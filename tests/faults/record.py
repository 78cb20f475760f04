"""What happened in an experiment: what clients sent and were told, and what the database says in the end.

Times are `time.time()`. People, rooms and messages are named by their ids on the wire; a reader is one device of a
person, under a name of its own.
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

State = Literal["sent", "acknowledged", "failed", "unknown"]
What = Literal["post", "edit", "delete"]
# What an application of a frame did to what its reader holds; "" for frames that are not about one message.
Effect = Literal["added", "updated", "removed", "ignored", ""]


class Answer(NamedTuple):
    """An acknowledgement. `seq` and `version` are the message's at that moment; `repeat`: it was stored before."""

    at: float
    message: str
    seq: int
    version: int
    repeat: bool = False


class Attempt(NamedTuple):
    """One try of an operation: `outcome` is "acknowledged", "disconnected", "unanswered" or an error code."""

    began: float
    ended: float
    outcome: str


@dataclass
class Operation:
    """A wish to change a room: a post is named by its client_message_id, an edit or deletion by its message's id.

    "unknown": it may have been stored. An operation that was answered with a clear no after a try whose end is not
    known stays unknown. `is_over`: it will not be tried again.
    """

    person: str
    room: str
    key: str
    content: str
    what: What = "post"
    began: float = field(default_factory=time.time)
    state: State = "sent"
    is_over: bool = False
    answers: list[Answer] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def acknowledged_at(self) -> float:
        """When the first acknowledgement came; infinite before."""
        return self.answers[0].at if self.answers else float("inf")

    def acknowledge(
        self, message: str, seq: int, version: int, *, at: float | None = None, repeat: bool = False
    ) -> None:
        self.answers.append(Answer(time.time() if at is None else at, message, seq, version, repeat))
        self.state, self.is_over = "acknowledged", True

    def refuse(self) -> None:
        """A clear no: nothing of this try was stored."""
        self.is_over = True
        if self.state == "sent":
            self.state = "failed"

    def doubt(self) -> None:
        """No answer, or one that leaves open whether it was stored."""
        if self.state == "sent":
            self.state = "unknown"


class Told(NamedTuple):
    """A frame about a room that reached a reader (or, of kind "history", a message on a page it loaded).

    `session` counts the reader's connections. `live`: neither replayed nor the answer to something of its own, so it
    must come in order of version. It was read at `at`, and sent no earlier than `since`: a reader that was kept
    from looking, and a line that held it up, make no server late (tests/faults/ticking.py, proxy.py).
    """

    at: float
    session: int
    room: str
    kind: str
    message: str = ""
    version: int = 0
    live: bool = False
    effect: Effect = ""
    since: float | None = None

    @property
    def earliest(self) -> float:
        """When it may have come, at the earliest."""
        return self.at if self.since is None else self.since


class Held(NamedTuple):
    """What a reader shows of a message, or the database keeps of it."""

    message: str
    seq: int
    version: int
    sender: str
    key: str
    content: str


class Row(NamedTuple):
    """A message in the database."""

    message: str
    seq: int
    created_version: int
    version: int
    sender: str
    key: str
    content: str
    is_deleted: bool

    @property
    def held(self) -> Held:
        return Held(self.message, self.seq, self.version, self.sender, self.key, self.content)


@dataclass(frozen=True)
class History:
    """A room in the database, rows in order of seq."""

    seq: int
    version: int
    rows: tuple[Row, ...]


@dataclass
class Period:
    """A time as a member: from before the addition was asked for until after the removal was answered."""

    person: str
    room: str
    began: float = 0.0
    ended: float = float("inf")


@dataclass
class Reader:
    """A device: `told` in the order it came, `holds` and `cursor` what it shows of each room in the end."""

    name: str
    person: str
    told: list[Told] = field(default_factory=list)
    holds: dict[str, dict[str, Held]] = field(default_factory=dict)
    cursor: dict[str, int] = field(default_factory=dict)


@dataclass
class Record:
    """Everything the checker needs."""

    operations: list[Operation] = field(default_factory=list)
    readers: dict[str, Reader] = field(default_factory=dict)
    periods: list[Period] = field(default_factory=list)
    histories: dict[str, History] = field(default_factory=dict)

    def operation(self, person: str, room: str, key: str, content: str, what: What = "post") -> Operation:
        """A new operation, sent now."""
        operation = Operation(person, room, key, content, what)
        self.operations.append(operation)
        return operation

    def reader(self, name: str, person: str) -> Reader:
        return self.readers.setdefault(name, Reader(name, person))

    def member(self, room: str, *people: str, since: float = 0.0) -> None:
        """`people` are in `room` from now on (from `since`, taken before the addition was asked for)."""
        self.periods += [Period(person, room, since) for person in people]

    def removed(self, room: str, person: str, *, at: float | None = None) -> None:
        """The removal has committed by `at`, now if not given."""
        for period in self._open(room, person):
            period.ended = time.time() if at is None else at

    def is_member(self, room: str, person: str) -> bool:
        """Whether somebody is in a room at the end."""
        return any(self._open(room, person))

    def _open(self, room: str, person: str) -> Iterable[Period]:
        return (
            period
            for period in self.periods
            if (period.room, period.person) == (room, person) and period.ended == float("inf")
        )

    def posts(self, state: State | None = None) -> list[Operation]:
        return [each for each in self.operations if each.what == "post" and state in (None, each.state)]

    def states(self) -> Mapping[str, int]:
        """How many operations ended how."""
        return Counter(operation.state for operation in self.operations)

    def outcomes(self) -> Mapping[str, int]:
        """How many tries ended how."""
        return Counter(attempt.outcome for operation in self.operations for attempt in operation.attempts)

    def took(self, outcome: str | None = None) -> list[float]:
        """Seconds until each try was answered; of one outcome only, if given."""
        attempts = [attempt for operation in self.operations for attempt in operation.attempts]
        return [each.ended - each.began for each in attempts if outcome in (None, each.outcome)]

    def delays(self, since: float = 0.0) -> list[float]:
        """Seconds from each first acknowledgement after `since` until each reader had the message (0 if earlier)."""
        acknowledged = {
            operation.answers[0].message: operation.acknowledged_at
            for operation in self.posts()
            if operation.answers and operation.acknowledged_at >= since
        }
        found: list[float] = []
        for reader in self.readers.values():
            first: dict[str, float] = {}
            for told in reader.told:
                if told.message in acknowledged:
                    first.setdefault(told.message, told.at)
            found += [max(0.0, at - acknowledged[message]) for message, at in first.items()]
        return found


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which `share` (0 to 1) of `values` lie; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
