"""When messages reached whom: how late, and from when on all is as before."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tests.faults.client import Client
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


def arrivals(record: Record, clients: Iterable[Client]) -> Iterator[Arrival]:
    """Of every acknowledged message at each of `clients`."""
    sent = {each.answers[0].message: each for each in record.posts() if each.answers}
    for client in clients:
        first: dict[str, float] = {}
        for told in client.reader.told:
            first.setdefault(told.message, told.at)
        for message, operation in sent.items():
            at = first.get(message, float("inf"))
            yield Arrival(client.name, message, operation.began, operation.acknowledged_at, at)


def healed_after(record: Record, clients: Iterable[Client], moment: float) -> float:
    """Seconds from `moment` until the last of `clients` had the last message that was sent before it."""
    late = [each.at - moment for each in arrivals(record, clients) if each.sent_at < moment]
    return max([0.0, *late])


def live_after(record: Record, client: Client, people: Iterable[str], moment: float) -> float:
    """Seconds from `moment` until `client` was told of a message of one of `people` that was broadcast, not looked up.

    Infinite if never.
    """
    theirs, known = set(people), {each.answers[0].message: each.person for each in record.posts() if each.answers}
    return min(
        (
            told.at - moment
            for told in client.reader.told
            if told.live and told.at > moment and known.get(told.message) in theirs
        ),
        default=float("inf"),
    )


def failed(record: Record) -> int:
    """Tries that were answered with an error."""
    outcomes = record.outcomes()
    return sum(outcomes.values()) - outcomes.get("acknowledged", 0) - outcomes.get("disconnected", 0)
