"""Messages on their way: as fast as they are read or answered, or at a steady rate."""

import asyncio
import time
from array import array
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tests.bench.dialects import DIALECTS, Message
from tests.bench.tally import quantiles

if TYPE_CHECKING:
    from tests.bench.client import Client, Socket

LOOK_SECONDS = 0.25


class Sending:
    """`count` messages, or as many as go out in `seconds`, by the sockets `senders` in turn.

    With `rate`, so many a second, with `answered` until all are acknowledged too. Else with `answered`, each sender has
    up to `window` unanswered ones; without, all together have up to `window` that readers have not read. Of several
    rooms each sender has one. It is `done` when every reader that is not `stopped` has every message, or when nothing
    has come for `patience` seconds. With `nap` it reads only every so many seconds: what has gathered by then costs the
    client less than frame by frame, which says nothing of how long they took.
    """

    def __init__(
        self,
        client: "Client",
        *,
        senders: list[int],
        stopped: list[int],
        room: str | list[str],
        dialect: str,
        size: int,
        first: int,
        count: int,
        seconds: float,
        rate: float,
        window: int,
        answered: bool,
        patience: float,
        nap: float,
    ) -> None:
        self.client = client
        self.loop = client.loop
        self.senders = [client.sockets[number] for number in senders]
        self.readers = [socket for number, socket in enumerate(client.sockets) if socket.is_reader]
        for number in stopped:
            self.readers.remove(client.sockets[number])
        self.speak = DIALECTS[dialect]
        self.size, self.first = size, first
        rooms = [room] if isinstance(room, str) else room
        self.rooms = {id(socket): rooms[number % len(rooms)] for number, socket in enumerate(self.senders)}
        self.count, self.rate, self.window, self.patience = count, rate, window, patience
        self.by_answers, self.nap = answered, nap
        self.sent = 0
        self.began = time.monotonic_ns()
        self.ends = self.began + int(seconds * 1e9) if seconds else None
        self.over = False
        self.before = {id(socket): socket.tally.read for socket in self.readers}
        self.base = client.read
        self.answers = 0
        self.open: dict[int, int] = defaultdict(int)
        self.answer_times: array[int] = array("q")
        self.late: array[int] = array("q")
        self.done: asyncio.Future[None] = self.loop.create_future()
        for socket in self.senders:
            socket.sending = self
        self.progress = (time.monotonic(), -1)
        self._look()
        self._start()
        if nap:
            self._nap()

    def _start(self) -> None:
        if self.rate:
            self._tick()
        elif self.by_answers:
            for _ in range(self.window):
                for socket in self.senders:
                    self._say(socket)
            self._set_end()
        else:
            self.go_on()

    def _nap(self) -> None:
        if not self.done.done():
            time.sleep(self.nap)
            self.loop.call_soon(self._nap)

    def go_on(self) -> None:
        """Readers have come so far that more may be said, or that all is read."""
        while not self.over and not self.rate and not self.by_answers and self._lag() < self.window:
            self._say(self.senders[self.sent % len(self.senders)])
        self._set_end()

    def _lag(self) -> float:
        return self.sent - (self.client.read - self.base) / max(1, len(self.readers))

    def _set_end(self) -> None:
        """Say when to be called again."""
        if not self.over:
            steps = self.sent - self.window + 1
            self.client.wake_at = self.base + max(1, steps * len(self.readers)) if not self.by_answers else 1 << 62
            return
        self.client.wake_at = self.base + self.sent * len(self.readers)
        if self.client.read >= self.client.wake_at and not self.done.done() and self._is_whole():
            self.done.set_result(None)

    def _is_whole(self) -> bool:
        answered = not self.by_answers or self.answers >= self.sent
        return answered and all(socket.tally.read - self.before[id(socket)] >= self.sent for socket in self.readers)

    def _tick(self) -> None:
        """Say what is due, and come back for the next."""
        while not self.over:
            due = self.began + int(self.sent * 1e9 / self.rate)
            now = time.monotonic_ns()
            if now < due:
                self.loop.call_later((due - now) / 1e9, self._tick)
                return
            if self.sent:
                self.late.append(now - due)
            self._say(self.senders[self.sent % len(self.senders)])
        self._set_end()

    def _say(self, socket: "Socket") -> None:
        now = time.monotonic_ns()
        if self.over:
            return
        self.sent += 1
        message = Message(self.rooms[id(socket)], self.first + self.sent - 1, now, self.size)
        socket.say(self.speak(message).encode())
        self.over = self.sent >= self.count if self.count else bool(self.ends and now >= self.ends)

    def answered(self, socket: "Socket", nanoseconds: int) -> None:
        """A sender's message was acknowledged."""
        self.answers += 1
        self.answer_times.append(nanoseconds)
        if self.by_answers:
            if not self.rate:
                self._say(socket)
            self._set_end()

    def _look(self) -> None:
        """Give up when nothing comes any more."""
        if self.done.done():
            return
        state = self.client.read + self.answers + self.sent
        if state != self.progress[1]:
            self.progress = (time.monotonic(), state)
        elif time.monotonic() - self.progress[0] > self.patience:
            self.done.set_result(None)
            return
        self._set_end()
        self.loop.call_later(LOOK_SECONDS, self._look)

    def found(self) -> dict[str, Any]:
        """What came of it."""
        tallies = [socket.tally for socket in self.readers]
        short = sum(max(0, self.sent - (socket.tally.read - self.before[id(socket)])) for socket in self.readers)
        seconds = (max(self.client.latest, self.began + 1) - self.began) / 1e9
        read = sum(socket.tally.read - self.before[id(socket)] for socket in self.readers)
        return {
            "messages": self.sent,
            "readers": len(self.readers),
            "deliveries": read,
            "seconds": seconds,
            "lost": max(short, sum(len(tally.missing) for tally in tallies)),
            "doubled": sum(tally.doubled for tally in tallies),
            "disordered": sum(tally.disordered for tally in tallies),
            "closed": sum(not socket.is_open for socket in self.readers),
            "codes": sorted({socket.code for socket in self.readers if socket.code is not None}),
            "answers": self.answers,
            "answer_ms": quantiles(self.answer_times),
            "late_ms": quantiles(self.late),
        }
