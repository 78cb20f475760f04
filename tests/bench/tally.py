"""What one reader has got: every message once and in order, or how not."""

from array import array
from dataclasses import dataclass, field

from tests.bench.dialects import Said, understood
from tests.bench.websocket import TEXT, frames

MOST_KNOWN = 4096


@dataclass(slots=True)
class Tally:
    """The numbers one socket has read. `expected` is the next one; before the first, whatever comes.

    Those of `missing` have been overtaken; who is lost in the end is lost.
    """

    expected: int | None = None
    read: int = 0
    answers: int = 0
    replayed: int = 0
    doubled: int = 0
    disordered: int = 0
    missing: set[int] = field(default_factory=set)

    def take(self, said: Said) -> None:
        """Count a message. The answer to one's own may come late, and a replay may say again what is known."""
        number = said.number
        if self.expected is None or number == self.expected:
            self.expected = number + 1
        elif number > self.expected:
            self.missing.update(range(self.expected, number))
            self.expected = number + 1
        elif number in self.missing:
            self.missing.discard(number)
            self.disordered += not (said.is_answer or said.is_replay)
        else:
            self.doubled += not said.is_replay


@dataclass(frozen=True, slots=True)
class Chunk:
    """What some bytes hold: messages, other frames, and the beginning of a frame that is not whole yet.

    `first` and `after` bound their numbers if there are only messages that follow one another, none an answer or a
    replay; else both are 0, and each is looked at. `size` is that of the last message.
    """

    said: tuple[Said, ...]
    first: int
    after: int
    count: int
    size: int
    stamps: tuple[int, ...]
    others: tuple[tuple[int, bytes], ...]
    rest: bytes


def chunk(data: bytes) -> Chunk:
    said: list[Said] = []
    others: list[tuple[int, bytes]] = []
    end = 0
    for opcode, payload, upto in frames(data):
        end = upto
        message = understood(payload) if opcode == TEXT else None
        if message is None:
            others.append((opcode, payload))
        else:
            said.append(message)
    rest = data[end:]
    first, after = (0, 0) if others or rest else _bounds(said)
    size = said[-1].size if said else 0
    stamps = tuple(message.stamp for message in said if message.stamp and not message.is_answer)
    return Chunk(tuple(said), first, after, len(said), size, stamps, tuple(others), rest)


def _bounds(said: list[Said]) -> tuple[int, int]:
    numbers = [message.number for message in said]
    plain = not any(message.is_answer or message.is_replay for message in said)
    if not numbers or not plain or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return 0, 0
    return numbers[0], numbers[-1] + 1


class Known:
    """Chunks by their bytes. All readers of a room get the same ones, so that all but the first cost one look-up."""

    def __init__(self) -> None:
        self._chunks: dict[bytes, Chunk] = {}

    def __call__(self, data: bytes) -> Chunk:
        found = self._chunks.get(data)
        if found is None:
            found = chunk(data)
            if not found.rest:
                self._keep(data, found)
        return found

    def _keep(self, data: bytes, found: Chunk) -> None:
        if len(self._chunks) >= MOST_KNOWN:
            self._chunks.clear()
        self._chunks[data] = found


def quantiles(nanoseconds: "array[int]") -> dict[str, float]:
    """Milliseconds: the middle, the 95th and 99th hundredth, the mean and the largest."""
    if not nanoseconds:
        return {}
    ordered = sorted(nanoseconds)
    last = len(ordered) - 1
    found = {name: ordered[round(last * part)] / 1e6 for name, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))}
    return {**found, "mean": sum(ordered) / len(ordered) / 1e6, "max": ordered[-1] / 1e6}
