"""What is measured side by side: Campfire and what stands beside it, each with a way to fill it with sockets."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from tests.bench.baselines import starting
from tests.bench.bench import Bench
from tests.bench.load import WELCOME, Load, Sent
from tests.bench.people import House, make_house
from tests.servers import Campfire, NotInstalled, Server, start_campfire, start_redis

# As long as the message that the figures of docs/performance.md are about.
SIZE = 185
# Of Campfire's messages only the text can be chosen: one as long as that of the others.
TEXT = 100
PEOPLE = 20
# Frames of one socket take effect one after the other, so that a single sender would wait for each commit.
WRITERS = 8
ENGINE_IO = "/socket.io/?EIO=4&transport=websocket"
Kind = Literal["uvicorn", "daphne"]


@dataclass
class Subject:
    """A running server. `window` messages may be on their way at once when it is to go as fast as it can."""

    name: str
    server: Server
    dialect: str
    window: int = 32
    writers: int = 1
    size: int = SIZE
    path: str = "/ws/"
    hello: tuple[str, ...] = ()
    until: str = ""
    house: House | None = None
    quick: bool = False
    said: int = field(default=0, init=False)

    @contextmanager
    def crowd(self, sockets: int, **how: Any) -> Iterator["Crowd"]:
        """So many readers in one room, and beside them who writes; `how` as `Load.connect` takes it."""
        with Load() as load:
            tokens = self.house.tokens if self.house else ()
            count = self.writers + sockets
            how = {"hello": self.hello, "until": self.until, "path": self.path, **how}
            load.connect(self.server.url, count, tokens=tokens, **how)
            readers = range(self.writers, count)
            if self.house:
                load.join(self.house.room, sockets=readers)
            else:
                load.expect(sockets=readers, number=self.said + 1)
            yield Crowd(self, load, readers)


@dataclass
class Crowd:
    """The `readers` among the sockets of a `load`, and before them those who write, in turn."""

    subject: Subject
    load: Load
    readers: range

    def send(self, **how: Any) -> Sent:
        """As `Load.send`, with the server's processor time; `Broken` also where the client was not fast enough."""
        subject, room = self.subject, self.subject.house.room if self.subject.house else ""
        chosen = {"dialect": subject.dialect, "size": subject.size, "watch": subject.server.pid, **how}
        number = self.load.begin_send(room, senders=range(subject.writers), first=subject.said + 1, **chosen)
        sent = self.load.end_send(number).check(subject.name)
        subject.said += sent.messages
        # A quick run is too short to say, and may share the machine with a whole suite of tests.
        return sent if subject.quick else sent.check_client(subject.name)

    def flood(self, seconds: float, *, size: int = 0) -> Sent:
        """As fast as it goes, after a moment to warm up. The client reads seldom, so that it is not in the way."""
        how = {"window": self.subject.window, "nap": 0.01, "size": size or self.subject.size}
        self.send(seconds=seconds / 6, **how)
        return self.send(seconds=seconds, **how)

    def steady(self, rate: float, seconds: float, *, size: int = 0) -> Sent:
        """`rate` messages a second, after a moment to warm up."""
        size = size or self.subject.size
        self.send(rate=rate, count=max(1, round(rate / 4)), size=size)
        return self.send(rate=rate, count=max(2, round(rate * seconds)), size=size)


class Subjects:
    """Starts servers, which do little for nobody and may run beside one another. All end with it.

    In a quick run they stay for the cases that follow, as most of it would be starting.
    """

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self._stack = bench.lasting if bench.quick else ExitStack()
        self._known: dict[str, Any] = bench.shared if bench.quick else {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if not self.bench.quick:
            self._stack.close()

    def campfire(self, kind: Kind = "uvicorn") -> Subject:
        """The whole product."""
        return self._once(f"Campfire on {kind.capitalize()}", lambda name: self._campfire(name, kind))

    def unstored(self) -> Subject:
        """The same without the database behind it."""
        return self._once("Campfire, storing nothing", self._unstored)

    def raw(self) -> Subject:
        return self._once("raw uvloop", self._raw)

    def tutorial_on_daphne(self) -> Subject:
        return self._once("tutorial, in memory, Daphne", self._tutorial_on_daphne)

    def tutorial_on_uvicorn(self) -> Subject:
        return self._once("tutorial, Redis, Uvicorn", self._tutorial_on_uvicorn)

    def on_node(self) -> list[Subject]:
        """`ws` and Socket.IO; none, which is said, where there is no Node or nothing to install them from."""
        if self.bench.quick and not starting.has_packages():
            self.bench.say("nothing on Node: a quick run installs nothing")
            return []
        try:
            return [self._once("node ws", self._ws), self._once("Socket.IO", self._socket_io)]
        except NotInstalled as error:
            self.bench.say(f"nothing on Node: {error}")
            return []

    def _once(self, name: str, start: Callable[[str], Subject]) -> Subject:
        if name not in self._known:
            self._known[name] = start(name)
            self._known[name].quick = self.bench.quick
        subject: Subject = self._known[name]
        return subject

    def _folder(self, name: str) -> Path:
        return self._stack.enter_context(self.bench.own_folder(name))

    def _campfire(self, name: str, kind: Kind) -> Subject:
        data, env = self._folder(f"campfire-{kind}"), {"RATE_LIMITS": "off"}
        return _inhabited(name, self._stack.enter_context(start_campfire(kind, data=data, env=env)))

    def _unstored(self, name: str) -> Subject:
        return _inhabited(name, self._stack.enter_context(starting.start_unstored(self._folder("unstored"))))

    def _raw(self, name: str) -> Subject:
        return Subject(name, self._stack.enter_context(starting.start_raw(self._folder("raw"))), "verbatim")

    def _tutorial_on_daphne(self, name: str) -> Subject:
        server = self._stack.enter_context(starting.start_tutorial_on_daphne(self._folder("tutorial")))
        return Subject(name, server, "tutorial", window=3)

    def _tutorial_on_uvicorn(self, name: str) -> Subject:
        redis = self._stack.enter_context(start_redis())
        server = self._stack.enter_context(starting.start_tutorial_on_uvicorn(self._folder("tutorial"), redis.url))
        return Subject(name, server, "tutorial", window=3)

    def _ws(self, name: str) -> Subject:
        return Subject(name, self._stack.enter_context(starting.start_node("ws.js", self._folder("node"))), "verbatim")

    def _socket_io(self, name: str) -> Subject:
        server = self._stack.enter_context(starting.start_node("socket_io.js", self._folder("node")))
        return Subject(name, server, "socket.io", path=ENGINE_IO, hello=("40",), until="40{")


def _inhabited(name: str, server: Campfire) -> Subject:
    house = make_house(server, people=PEOPLE)
    return Subject(name, server, "campfire", writers=WRITERS, size=TEXT, until=WELCOME, house=house)
