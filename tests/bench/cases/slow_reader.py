"""One of 200 sockets stops reading while 10,000 messages of 1 KB come: it is cut off, and nobody else notices.

The server's largest memory is held against that of a run just before in which everybody reads.
"""

import time
from dataclasses import dataclass
from threading import Event, Thread

from tests.bench.bench import Bench, Broken
from tests.bench.load import Sent
from tests.bench.processes import is_connected, memory
from tests.bench.subjects import Crowd, Subjects

MEGABYTE = 1_000_000
LOOK_SECONDS = 0.05
PATIENCE_S = 15
# A text of so many characters makes a frame of 1 KB.
TEXT = 217


@dataclass(frozen=True)
class Size:
    """How much is sent: `before` it so many messages that all read."""

    sockets: int
    messages: int
    before: int
    rate: float
    text: int


WHOLE = Size(sockets=200, messages=10_000, before=5_000, rate=250.0, text=TEXT)
# Larger frames, so that fewer of them are too many.
QUICK = Size(sockets=10, messages=600, before=50, rate=300.0, text=8 * TEXT)


def run(bench: Bench) -> None:
    size = QUICK if bench.quick else WHOLE
    grown, seconds, slowest = [], [], []
    with Subjects(bench) as subjects:
        campfire = subjects.campfire()
        for _ in bench.rounds(f"one of {size.sockets} readers stops"):
            # With the buffers that a browser's kernel would give it.
            with campfire.crowd(size.sockets, receive_buffer=0) as crowd:
                before = _all_read(crowd, size)
                watch = _Watch(crowd)
                sent = _one_stops(crowd, size, watch)
            if watch.cut_off is None:
                raise Broken("who had stopped reading was not cut off")
            grown.append((watch.most - before) / MEGABYTE)
            seconds.append(watch.cut_off)
            slowest.append(sent.ms["p99"])
    bench.note(campfire.name, "memory on top", grown, "MB", at_most=2.0)
    bench.note(campfire.name, "from its last reading until it is cut off", seconds, "s", at_most=5.0)
    bench.note(campfire.name, "p99 of all others", slowest, "ms", at_most=50.0)


def _all_read(crowd: Crowd, size: Size) -> int:
    """The server's memory at its largest."""
    watch = _Watch(crowd)
    with watch:
        crowd.send(rate=size.rate, count=size.before, size=size.text)
    return watch.most


def _one_stops(crowd: Crowd, size: Size, watch: "_Watch") -> Sent:
    """Of the others nobody misses anything."""
    crowd.load.pause([crowd.readers[0]])
    with watch:
        sent = crowd.send(rate=size.rate, count=size.messages, size=size.text, stopped=[crowd.readers[0]])
        watch.wait()
    return sent


class _Watch:
    """The server's memory at its largest, and after how many seconds the stopped reader's connection was gone."""

    def __init__(self, crowd: Crowd) -> None:
        server = crowd.subject.server
        self._pid, self._port = server.pid, server.port
        self._reader = crowd.load.state()[crowd.readers[0]]["port"]
        self._over = Event()
        self._thread = Thread(target=self._look)
        self.most = 0
        self.cut_off: float | None = None

    def __enter__(self) -> None:
        self._began = time.monotonic()
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def wait(self) -> None:
        """Until the connection is gone, or for so long that it will not be."""
        deadline = time.monotonic() + PATIENCE_S
        while self.cut_off is None and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)

    def _look(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            self.most = max(self.most, memory(self._pid))
            if self.cut_off is None and not is_connected(self._port, self._reader):
                self.cut_off = time.monotonic() - self._began
