"""When messages reached whom: how late, and from when on as it should be again."""

from collections.abc import Iterator
from typing import NamedTuple

from tests.faults.record import Record


class Arrival(NamedTuple):
    """A message at a reader, for the first time. Times are `time.time()`; `at` is infinite if it never came."""

    reader: str
    message: str
    sent_at: float
    acknowledged_at: float
    at: float

    @property
    def delay(self) -> float:
        """Seconds from the acknowledgement to the reader; 0 if that was earlier."""
        return max(0.0, self.at - self.acknowledged_at)


def arrivals(record: Record, *readers: str) -> Iterator[Arrival]:
    """Of every acknowledged message, at all readers or those named."""
    sent = {each.answers[0].message: each for each in record.posts() if each.answers}
    for name in readers or record.readers:
        first: dict[str, float] = {}
        for told in record.readers[name].told:
            first.setdefault(told.message, told.at)
        for message, operation in sent.items():
            at = first.get(message, float("inf"))
            yield Arrival(name, message, operation.began, operation.acknowledged_at, at)


def healed_after(record: Record, moment: float, *readers: str) -> float:
    """Seconds from `moment` until the last reader had the last message that was sent before it."""
    late = [each.at - moment for each in arrivals(record, *readers) if each.sent_at < moment]
    return max(0.0, *late) if late else 0.0


def at_once_after(record: Record, moment: float, within: float = 0.5) -> float:
    """Seconds from `moment` on after which every message reached every reader `within` seconds."""
    late = [each.acknowledged_at - moment for each in arrivals(record) if each.delay > within]
    return max(0.0, *late) if late else 0.0


def failed(record: Record) -> int:
    """Tries that were answered with an error."""
    outcomes = record.outcomes()
    return sum(outcomes.values()) - outcomes.get("acknowledged", 0) - outcomes.get("disconnected", 0)
