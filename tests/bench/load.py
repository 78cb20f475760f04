"""Load from a process of its own, told what to do from here.

    with Load() as load:
        load.connect(server.url, 1000, tokens=tokens)
        load.join(room)
        sent = load.send(room, senders=[0], seconds=3, window=32)

Sockets are numbered as they were connected. Whatever was lost, doubled or out of order raises `Broken`, and so does a
client that was itself the bottleneck.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

from tests.bench.bench import Broken
from tests.servers import ROOT

TOO_BUSY = 0.9
PATIENCE_S = 20.0
# Of many small segments a kernel with less room throws some away (netstat: RcvPruned), after which that one socket
# stands still for 200 ms or more, whatever the server does.
RECEIVE_BUFFER = 4 * 1024 * 1024
WELCOME = '"type":"welcome"'
JOINED = '"type":"room_joined"'

Milliseconds = dict[str, float]


@dataclass(frozen=True)
class Connected:
    """`first` is the number of the first of these sockets; `ms` the time each took, by p50, p95, p99, mean and max."""

    first: int
    seconds: float
    failed: list[str]
    ms: Milliseconds


@dataclass(frozen=True)
class Sent:
    """What came of a sending: from the first message to the last that was read were `seconds`.

    Milliseconds are by p50, p95, p99, mean and max: `ms` from sending to each reader's reading, `answer_ms` to the
    sender's answer, `late_ms` how late a message went out that was due. `server_seconds` is the processor time of the
    watched process, `client_busy` the client's share of a core, `frame_size` the bytes of a message as it was read,
    `codes` those with which readers were closed.
    """

    messages: int
    readers: int
    deliveries: int
    seconds: float
    lost: int
    doubled: int
    disordered: int
    closed: int
    answers: int
    server_seconds: float
    client_busy: float
    frame_size: int
    ms: Milliseconds
    answer_ms: Milliseconds
    late_ms: Milliseconds
    codes: list[int] = field(default_factory=list)
    oddities: list[str] = field(default_factory=list)

    @property
    def deliveries_per_second(self) -> float:
        return self.deliveries / self.seconds

    @property
    def server_us_per_delivery(self) -> float:
        return self.server_seconds * 1e6 / self.deliveries

    def check(self, what: str = "the server") -> Self:
        """Raise `Broken` unless every reader has every message once and in order, and the client kept up."""
        wrong = {"lost": self.lost, "doubled": self.doubled, "out of order": self.disordered, "closed": self.closed}
        if any(wrong.values()) or self.oddities:
            told = ", ".join(f"{count} {name}" for name, count in wrong.items() if count)
            why = " ".join([*map(str, self.codes), *self.oddities])
            raise Broken(f"{what}: of {self.messages} messages to {self.readers} readers {told} {why}".rstrip())
        return self

    def check_client(self, what: str = "the server") -> Self:
        """Raise `Broken` if the figures say more about the client than about the server."""
        if self.client_busy > TOO_BUSY:
            raise Broken(f"{what}: the load client was the bottleneck ({self.client_busy:.0%} of a core)")
        return self


class Load:
    """The client's process, from `with` to the end of it."""

    def __init__(self) -> None:
        self._asked = 0
        self._answers: dict[int, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.client"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        return self

    def __exit__(self, *_: object) -> None:
        with self._process as process:
            with suppress(BrokenPipeError):
                process.stdin.close()  # type: ignore[union-attr]
            try:
                process.wait(10)
            finally:
                process.kill()

    @property
    def pid(self) -> int:
        return self._process.pid

    def begin(self, do: str, **order: Any) -> int:
        """Give an order; `end` waits for its answer."""
        self._asked += 1
        line = json.dumps({"id": self._asked, "do": do, **order}) + "\n"
        self._process.stdin.write(line.encode())  # type: ignore[union-attr]
        self._process.stdin.flush()  # type: ignore[union-attr]
        return self._asked

    def end(self, number: int) -> dict[str, Any]:
        while number not in self._answers:
            line = self._process.stdout.readline()  # type: ignore[union-attr]
            if not line:
                raise Broken("the load client has ended; what it said is above")
            answer = json.loads(line)
            self._answers[answer.pop("id")] = answer
        answer = self._answers.pop(number)
        if "error" in answer:
            raise Broken(f"the load client could not {answer['error']}")
        return answer

    def _do(self, do: str, **order: Any) -> dict[str, Any]:
        return self.end(self.begin(do, **order))

    def connect(
        self,
        url: str,
        count: int,
        *,
        tokens: Sequence[str] = (),
        hello: Sequence[str] = (),
        until: str = WELCOME,
        path: str = "/ws/",
        at_once: int = 50,
        by_cookie: bool = False,
        receive_buffer: int = RECEIVE_BUFFER,
    ) -> Connected:
        """Open `count` sockets with the `tokens` in turn, up to `at_once` at a time.

        Each says the frames `hello` as soon as it is open, and is ready when it hears a frame with `until` in it; with
        "" at once. A token is a bearer's, or `by_cookie` a browser's. `receive_buffer` has so many bytes, with 0
        as many as the kernel finds right. Raises `Broken` if one was refused.
        """
        parts = urlsplit(url)
        found = Connected(
            **self._do(
                "connect",
                host=parts.hostname,
                port=parts.port,
                path=path,
                tokens=list(tokens),
                count=count,
                hello=list(hello),
                until=until,
                at_once=at_once,
                by_cookie=by_cookie,
                receive_buffer=receive_buffer,
            )
        )
        if found.failed:
            raise Broken(f"{len(found.failed)} of {count} sockets were not let in: {found.failed[0]}")
        return found

    def ask(self, text: str, until: str, *, sockets: Sequence[int] | None = None) -> float:
        """Have sockets (all) say a frame; the seconds until each has heard one with `until` in it."""
        found = self._do("ask", which=None if sockets is None else list(sockets), text=text, until=until)
        return float(found["seconds"])

    def join(self, room: str, *, sockets: Sequence[int] | None = None) -> float:
        """Have sockets (all) join a room of Campfire, whose readers they are from now on."""
        text = json.dumps({"type": "join_room", "room_id": room}, separators=(",", ":"))
        return self.ask(text, JOINED, sockets=sockets)

    def expect(self, *, sockets: Sequence[int] | None = None, number: int = 1) -> None:
        """Have sockets (all) count as readers of a server that knows no joining; the next message bears `number`."""
        self._do("expect", which=None if sockets is None else list(sockets), number=number)

    def begin_send(
        self,
        room: str | Sequence[str] = "",
        *,
        senders: Sequence[int],
        count: int = 0,
        seconds: float = 0,
        rate: float = 0,
        window: int = 1,
        answered: bool = False,
        dialect: str = "campfire",
        size: int = 100,
        first: int = 1,
        stopped: Sequence[int] = (),
        patience: float = PATIENCE_S,
        watch: int | None = None,
        nap: float = 0,
    ) -> int:
        """Begin to send `count` messages, or for `seconds`, by the sockets `senders` in turn; `end_send` awaits it.

        At `rate` messages a second, or with at most `window` on their way: together, to all readers, or with
        `answered` each sender's own that are not acknowledged. Of several rooms each sender has one. `size` is that of
        the text, in other dialects than Campfire's of the whole message, numbered from `first`. Nothing is expected of
        `stopped` readers. `watch` is a process whose processor time is measured. Nothing for `patience` seconds means:
        lost. With `nap` seconds the client reads only so often, which costs it less and says nothing of latency.
        """
        return self.begin(
            "send",
            room=room if isinstance(room, str) else list(room),
            senders=list(senders),
            count=count,
            seconds=seconds,
            rate=rate,
            window=window,
            answered=answered,
            dialect=dialect,
            size=size,
            first=first,
            stopped=list(stopped),
            patience=patience,
            watch=watch,
            nap=nap,
        )

    def end_send(self, number: int) -> Sent:
        return Sent(**self.end(number))

    def send(self, room: str | Sequence[str] = "", **how: Any) -> Sent:
        """`begin_send` and `end_send`; `Broken` if anything was lost, doubled or out of order."""
        return self.end_send(self.begin_send(room, **how)).check()

    def drop(self, *, sockets: Sequence[int] | None = None) -> None:
        """Cut connections off; without `sockets` all, and numbers begin at 0 again."""
        self._do("drop", which=None if sockets is None else list(sockets))

    def pause(self, sockets: Sequence[int]) -> None:
        """Have sockets stop reading."""
        self._do("pause", which=list(sockets))

    def resume(self, sockets: Sequence[int]) -> None:
        self._do("resume", which=list(sockets))

    def state(self) -> list[dict[str, Any]]:
        """Of each socket: is_open, code, port, read, answers, replayed, doubled, disordered, missing."""
        return list(self._do("state")["sockets"])
