"""How soon what is written is painted, here and elsewhere, and what a busy room does to somebody's keys and clicks."""

import time
from dataclasses import dataclass
from uuid import uuid4

from playwright.sync_api import Browser

from tests.bench.bench import Broken
from tests.bench.browsing.ground import Ground
from tests.bench.browsing.visitor import Visitor, visiting
from tests.bench.load import Load

PAUSE_MS = 150
RATE = 20.0
# As somebody types who does so every day.
KEY_MS = 60
TEXT = 80
WORDS = "Could somebody look at the importer "
COMPOSER = "message-composer textarea"


def send(browser: Browser, ground: Ground, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds from Enter until one's own text is painted, and until it is in somebody else's browser."""
    room, url = ground.rooms[1], ground.server.url
    ground.refresh()
    with visiting(browser, url, ground.reader) as here, visiting(browser, url, ground.writer) as there:
        for visitor in (here, there):
            visitor.open(room, ground.newest[room])
        for person in (ground.reader, ground.writer):
            person.wait_until_present(room)
        pairs = [_send_one(here, there) for _ in range(count)]
    return [own for own, _ in pairs], [elsewhere for _, elsewhere in pairs]


def _send_one(here: Visitor, there: Visitor) -> tuple[float, float]:
    text = f"{WORDS}{uuid4().hex[:12]}"
    here.page.locator(COMPOSER).fill(text)
    here.page.wait_for_timeout(PAUSE_MS)
    wanted = {"kind": "text", "text": text}
    own: list[tuple[float | None, float]] = []

    def write() -> None:
        own.append(here.times({**wanted, "on": "keydown"}, lambda: here.page.keyboard.press("Enter")))

    _, elsewhere = there.times(wanted, write)
    began, painted = own[0]
    if began is None:
        raise Broken("Enter was not heard")
    return painted - began, elsewhere - began


@dataclass(frozen=True)
class Interactions:
    """How many there were, and the milliseconds to the next paint of those that Event Timing tells of."""

    count: int
    longest: list[float]


def stay_busy(browser: Browser, ground: Ground, seconds: float, *, settle_ms: float) -> Interactions:
    """Type and change rooms by real keys and clicks while `RATE` messages a second arrive, `settle_ms` after a load.

    They are written by a socket. The reader types in their room, goes to another and comes back. It is not the large
    room, whose newest page is to be the same for every first load.
    """
    ground.refresh()
    busy, others = ground.rooms[3], ground.rooms[:3]
    with visiting(browser, ground.server.url, ground.reader) as visitor, Load() as load:
        visitor.open(busy, ground.newest[busy])
        load.connect(ground.server.url, 2, tokens=[ground.writer.token])
        load.join(busy, sockets=[1])
        visitor.page.wait_for_timeout(settle_ms)
        visitor.page.evaluate("bench.forget()")
        sending = load.begin_send(busy, senders=[0], rate=RATE, count=round(RATE * seconds), size=TEXT)
        ends, number = time.monotonic() + seconds, 0
        while time.monotonic() < ends:
            _type(visitor)
            for room in (others[number % len(others)], busy):
                _change(visitor, room)
            number += 1
        load.end_send(sending).check("20 messages a second")
        visitor.page.wait_for_timeout(PAUSE_MS)
        return Interactions(**visitor.page.evaluate("bench.interactions()"))


def _type(visitor: Visitor) -> None:
    """A line, by the keys, which is taken back."""
    composer = visitor.page.locator(COMPOSER)
    visitor.press(composer)
    visitor.page.keyboard.type(WORDS, delay=KEY_MS)
    visitor.page.keyboard.press("Control+A")
    visitor.page.keyboard.press("Delete")


def _change(visitor: Visitor, room: str) -> None:
    visitor.press(visitor.link(room))
    visitor.page.locator(f'room-list a[href="/rooms/{room}"][aria-current="page"]').wait_for()
    visitor.page.locator(COMPOSER).wait_for()
    visitor.page.wait_for_timeout(PAUSE_MS)
