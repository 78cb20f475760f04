"""A browser: Chromium on a real server, in a team of three with thirty rooms and 200,000 messages in one of them.

From click to painted counts from the click's own time stamp (a hand lets the button go 80 ms after it pressed it) until
the frame after the one that drew the room's newest message begins, within about a frame (17 ms) of the pixels; in a
script's click no pointer comes before. Rooms “open before” are among the last 20 of the tab. The slow line is the fault
tests' proxy: a round trip of 100 ms, one more to open a connection, 10 Mbit/s for all connections together. The first
rows are the machine at that moment, with pages that hold one line: what is measured costs that much at least.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field

from playwright.sync_api import Browser

from tests.bench.bench import Bench
from tests.bench.browsing import opening, returning, switching, writing
from tests.bench.browsing.arithmetic import QUICK_MS, next_paint, percentile
from tests.bench.browsing.calibration import calibrate
from tests.bench.browsing.ground import MANY, MANY_QUICK, Ground, prepared
from tests.bench.browsing.line import line_to
from tests.bench.browsing.visitor import chromium

KNOWN_MS, OTHER_MS, SENT_MS, NEXT_PAINT_MS, CAUGHT_UP_MS = 50, 150, 100, 100, 1000
REQUESTS, SCRIPTS_KB, STYLES_KB, LCP_MS, CLS = 12, 60, 20, 800, 0.02
WELCOME_MS, WELCOME_SLOWLY_MS = 400, 1500
GROWTH = 1.2
HERE = "this checkout"


@dataclass(frozen=True)
class Size:
    """How often each thing is done in a round, and how long.

    Of a page's first three seconds Event Timing says that frames came up to a second late that had come in time: what
    keys and clicks take is measured `settle_ms` after it is there.
    """

    calibrations: int
    loads: int
    sent: int
    switches: int
    settle_ms: float
    busy_s: float
    missed: int


WHOLE = Size(calibrations=15, loads=3, sent=40, switches=200, settle_ms=3000, busy_s=20, missed=500)
QUICK = Size(calibrations=2, loads=1, sent=3, switches=8, settle_ms=0, busy_s=1, missed=50)

# What a row is about, its metric, its unit and the most it may be.
Row = tuple[str, str, str, float | None]


@dataclass
class Found:
    """The rows in order, each with a value for each time. `name` says of which of several checkouts."""

    name: str = ""
    rows: dict[Row, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, subject: str, metric: str, value: float, unit: str = "", most: float | None = None) -> None:
        subject = f"{self.name}: {subject}" if self.name else subject
        self.rows[subject, metric, unit, most].append(value)

    def add_times(self, subject: str, times: list[float], most: float | None = None) -> None:
        """Half of the times and nearly all of them, which may be `most` milliseconds."""
        self.add(subject, "p50", percentile(times, 50), "ms")
        self.add(subject, "p95", percentile(times, 95), "ms", most)


def run(bench: Bench) -> None:
    size = QUICK if bench.quick else WHOLE
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())
        machine = Found("the machine")
        grounds = [stack.enter_context(ground) for ground in _grounds(bench)]
        founds = [Found(ground.name) for ground in grounds]
        # What was found until something broke is shown.
        for found in reversed((machine, *founds)):
            stack.callback(_note, bench, found, is_held=found is founds[0])
        for _ in bench.rounds(f"Chromium {browser.version}"):
            for what, times in calibrate(browser, size.calibrations).items():
                machine.add_times(what, times)
            for measure in (_open, _switch, _send, _busy, _return):
                for ground, found in zip(grounds, founds, strict=True):
                    bench.say(f"   {measure.__name__.strip('_')} {ground.name}".rstrip())
                    measure(browser, ground, found, size)
        _measure_crowded(bench, browser, grounds, founds, size)


def _measure_crowded(bench: Bench, browser: Browser, grounds: list[Ground], founds: list[Found], size: Size) -> None:
    """The last, as those rooms stay."""
    rooms = MANY_QUICK if bench.quick else MANY
    bench.say(f"making {rooms} rooms of them")
    for ground in grounds:
        ground.crowd(rooms)
    for _ in bench.rounds(f"{rooms} rooms"):
        for ground, found in zip(grounds, founds, strict=True):
            trail = switching.walk(browser, ground, size.switches)
            _note_clicks(found, f"{rooms} rooms: click → painted", trail)


def _note(bench: Bench, found: Found, *, is_held: bool) -> None:
    """Put the rows into the report. Another checkout is there to be compared with, not to meet goals."""
    for (subject, metric, unit, most), values in found.rows.items():
        bench.note(subject, metric, values, unit, at_most=most if is_held and not bench.quick else None)


def _grounds(bench: Bench) -> Iterator[AbstractContextManager[Ground]]:
    if bench.against is None:
        yield prepared(bench, "")
    else:
        yield prepared(bench, HERE)
        yield prepared(bench, bench.against.name, bench.against)


def _open(browser: Browser, ground: Ground, found: Found, size: Size) -> None:
    with line_to(ground.server.port) as line:
        line.slow()
        for _ in range(size.loads):
            quick = opening.open_first(browser, ground, ground.server.url)
            slow = opening.open_first(browser, ground, line.url)
            _note_size(found, quick)
            _note_times(found, "first load", quick, WELCOME_MS)
            _note_times(found, "first load, slow line", slow, WELCOME_SLOWLY_MS)


def _note_size(found: Found, opened: opening.Opened) -> None:
    subject = "first load"
    found.add(subject, "requests", opened.requests, most=REQUESTS)
    found.add(subject, "JavaScript, compressed", opened.scripts, "KB", SCRIPTS_KB)
    found.add(subject, "CSS, compressed", opened.styles, "KB", STYLES_KB)
    found.add(subject, "everything, with headers", opened.everything, "KB")
    found.add(subject, "CLS", opened.cls, most=CLS)


def _note_times(found: Found, subject: str, opened: opening.Opened, most_welcome: float) -> None:
    # The goal of the first paint is that of a line that does not count.
    most_lcp = LCP_MS if most_welcome == WELCOME_MS else None
    found.add(subject, "LCP", opened.lcp, "ms", most_lcp)
    found.add(subject, "first byte → welcome", opened.welcome, "ms", most_welcome)


def _switch(browser: Browser, ground: Ground, found: Found, size: Size) -> None:
    trail = switching.walk(browser, ground, size.switches)
    _note_clicks(found, "click → painted", trail)
    subject = f"{size.switches} switches"
    found.add(subject, "sockets opened", trail.sockets, most=1)
    found.add(subject, "documents loaded", trail.loads, most=1)
    counts = [0, *(round(size.switches * share) for share in switching.LOOKS)]
    for count, memory in zip(counts, trail.memory, strict=True):
        found.add(subject, f"heap after {count}", memory.heap, "MB")
        found.add(subject, f"DOM nodes after {count}", memory.nodes)
    early, late = trail.memory[-2:]
    found.add(subject, f"heap after {counts[-1]} ÷ after {counts[-2]}", late.heap / early.heap, most=GROWTH)
    found.add(subject, f"DOM nodes after {counts[-1]} ÷ after {counts[-2]}", late.nodes / early.nodes, most=GROWTH)


def _note_clicks(found: Found, click: str, trail: switching.Trail) -> None:
    found.add_times(f"{click}, open before", trail.known_by_mouse, KNOWN_MS)
    found.add_times(f"{click}, open before, by script", trail.known_by_script, KNOWN_MS)
    found.add_times(f"{click}, another room", trail.new_by_mouse, OTHER_MS)
    found.add_times(f"{click}, another room, by script", trail.new_by_script, OTHER_MS)


def _send(browser: Browser, ground: Ground, found: Found, size: Size) -> None:
    own, elsewhere = writing.send(browser, ground, size.sent)
    found.add_times("Enter → painted", own, SENT_MS)
    found.add_times("Enter → painted in another browser", elsewhere, SENT_MS)


def _busy(browser: Browser, ground: Ground, found: Found, size: Size) -> None:
    subject = f"{writing.RATE:.0f} messages/s arrive"
    busy = writing.stay_busy(browser, ground, size.busy_s, settle_ms=size.settle_ms)
    found.add(subject, "INP", next_paint(busy.longest, busy.count), "ms", NEXT_PAINT_MS)
    found.add(subject, "the slowest interaction", max(busy.longest, default=QUICK_MS), "ms")
    found.add(subject, "interactions", busy.count)


def _return(browser: Browser, ground: Ground, found: Found, size: Size) -> None:
    took = returning.come_back(browser, ground, size.missed)
    found.add(f"{size.missed} missed messages", "online → painted", took, "ms", CAUGHT_UP_MS)
