"""A tab whose line was cut, and what was said meanwhile: how soon it has painted all of it."""

from playwright.sync_api import Browser

from tests.bench.bench import Broken
from tests.bench.browsing.ground import Ground
from tests.bench.browsing.line import line_to
from tests.bench.browsing.visitor import visiting
from tests.bench.load import Load

AT_ONCE = 8
TEXT = 80
# One's own that are not stored yet have none.
SEQS = "messages => messages.map((message) => Number(message.dataset.seq)).filter(Boolean)"


def come_back(browser: Browser, ground: Ground, missed: int) -> float:
    """Milliseconds from the browser's "online" until the newest of `missed` messages is painted, none left out."""
    room = ground.rooms[2]
    ground.refresh()
    with line_to(ground.server.port) as line, visiting(browser, line.url, ground.reader) as visitor:
        visitor.open(room, ground.newest[room])
        visitor.page.context.set_offline(True)
        line.cut()
        _say(ground, room, missed)
        newest = ground.newest[room] + missed

        def heal() -> None:
            line.heal()
            visitor.page.context.set_offline(False)

        took = visitor.shown({"kind": "room", "room": room, "seq": newest, "on": "online"}, heal)
        shown = visitor.page.locator("#main .message[data-seq]").evaluate_all(SEQS)
    _check(shown, newest)
    return took


def _say(ground: Ground, room: str, count: int) -> None:
    with Load() as load:
        load.connect(ground.server.url, AT_ONCE + 1, tokens=[ground.writer.token])
        load.join(room, sockets=[AT_ONCE])
        load.send(room, senders=range(AT_ONCE), count=count, window=AT_ONCE, size=TEXT)


def _check(shown: list[int], newest: int) -> None:
    if shown != list(range(newest - len(shown) + 1, newest + 1)):
        raise Broken(f"of the {len(shown)} messages before {newest} some are missing or out of order")
