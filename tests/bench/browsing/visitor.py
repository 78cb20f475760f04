"""Somebody's tab in a Chromium of its own context: what it opened, and how long until it had painted what it was to.

`shown` is the time from an event's own time stamp (of a click: when the button was let go) until the frame after the
one that drew what is waited for begins, as `probe.js` sees it: never before it was drawn, and within about a frame of
16.7 ms of the pixels. Beside its figures case `browser` prints those of pages that do nothing else.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, Request, WebSocket, sync_playwright

from tests.bench.bench import Broken
from tests.browser.conftest import browser_options
from tests.browser.people import Person

PROBE = (Path(__file__).parent / "probe.js").read_text()
WIDE = {"width": 1280, "height": 900}
PATIENCE_MS = 30_000
# From pressing a button to letting it go.
PRESSED_MS = 80
STEP_MS = 10
WELCOME, HEAD = '"type":"welcome"', 60
_MARK = "bench {"


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; raises `Broken`, which says what to install, where there is none, and for whatever it fails in."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(**browser_options())
        except Error as error:
            raise Broken(f"there is no Chromium to start (on Debian: apt-get install chromium): {error}") from error
        try:
            yield browser
        except Error as error:
            raise Broken(f"the browser failed: {error.message}") from error
        finally:
            browser.close()


@dataclass
class Visitor:
    """A tab: `sockets` and `loads` count the WebSockets and the documents it has opened, `welcomes` those let in."""

    page: Page
    sockets: int = 0
    welcomes: int = 0
    loads: int = 0
    answered: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("websocket", self._count_socket)
        self.page.on("request", self._count_load)
        self.page.on("requestfinished", self._keep)

    def _count_socket(self, socket: WebSocket) -> None:
        self.sockets += 1
        socket.on("framereceived", self._count_welcome)

    def _count_welcome(self, payload: str | bytes) -> None:
        self.welcomes += WELCOME in payload[:HEAD] if isinstance(payload, str) else 0

    def _count_load(self, request: Request) -> None:
        self.loads += request.is_navigation_request() and request.frame == self.page.main_frame

    def _keep(self, request: Request) -> None:
        self.answered.append(request)

    def open(self, room: str, newest: int) -> None:
        """Go to a room by its address, and wait until it is live."""
        before = self.welcomes
        self.page.goto(f"/rooms/{room}")
        self.until(lambda: self.welcomes > before)
        self.page.locator(f'.message[data-seq="{newest}"]').wait_for()
        self.page.wait_for_load_state()

    def link(self, room: str) -> Locator:
        """Its link in the sidebar, in view."""
        link = self.page.locator(f'room-list .room-link a[href="/rooms/{room}"]').first
        link.scroll_into_view_if_needed()
        return link

    def by_mouse(self, room: str, newest: int) -> float:
        """Milliseconds from a click on a room's link, by somebody's hand, until the room is painted."""
        link = self.link(room)
        return self.shown({"kind": "room", "room": room, "seq": newest, "on": "click"}, lambda: self.press(link))

    def by_script(self, room: str, newest: int) -> float:
        """The same of a click that no pointer announces."""
        link = self.link(room)
        wanted = {"kind": "room", "room": room, "seq": newest, "on": "click"}
        return self.shown(wanted, lambda: link.evaluate("link => setTimeout(() => link.click())"))

    def press(self, what: Locator) -> None:
        """Put the pointer on it, press, and let go a moment later."""
        box = what.bounding_box()
        if box is None:
            raise Broken("what was to be clicked is not to be seen")
        mouse = self.page.mouse
        mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        mouse.down()
        self.page.wait_for_timeout(PRESSED_MS)
        mouse.up()

    def shown(self, wanted: dict[str, Any], act: Callable[[], object]) -> float:
        """Milliseconds from the event `wanted["on"]`, which `act` causes, until what is wanted is painted."""
        began, painted = self.times(wanted, act)
        if began is None:
            raise Broken(f"there was no {wanted['on']}")
        return painted - began

    def times(self, wanted: dict[str, Any], act: Callable[[], object]) -> tuple[float | None, float]:
        """When it began (None: elsewhere) and when it was painted, in milliseconds of the machine's clock."""
        self.page.evaluate("wanted => bench.expect(wanted)", wanted)
        try:
            with self.page.expect_console_message(_is_ours, timeout=PATIENCE_MS) as said:
                act()
            found = json.loads(said.value.text.partition(" ")[2])
        except Error as error:
            raise Broken(f"{wanted} was not painted: {error.message.splitlines()[0]}") from error
        return found["began"], found["painted"]

    def until(self, is_so: Callable[[], object], milliseconds: float = PATIENCE_MS) -> None:
        """Let the page go on until something is so; raises `Broken` if it will not be."""
        while not is_so():
            self.page.wait_for_timeout(STEP_MS)
            milliseconds -= STEP_MS
            if milliseconds < 0:
                raise Broken("what was waited for did not come")


def _is_ours(message: ConsoleMessage) -> bool:
    return message.text.startswith(_MARK)


@contextmanager
def visiting(browser: Browser, url: str, person: Person | None = None) -> Iterator[Visitor]:
    """An empty tab with nothing in its caches, of `person` if that is given."""
    context = browser.new_context(base_url=url, viewport=WIDE)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    if person is not None:
        context.add_cookies([{"name": "session_token", "value": person.token, "url": url}])
    context.add_init_script(PROBE)
    try:
        yield Visitor(context.new_page())
    finally:
        context.close()
