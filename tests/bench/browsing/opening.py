"""The first load of a room in a browser that has never been there: what it asks for, and how soon it is there and live.

Bytes are those of the bodies as they came, compressed; all of them with their headers. Requests are those by HTTP until
a second after the socket's welcome, without the socket's handshake.
"""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser

from tests.bench.bench import Broken
from tests.bench.browsing.ground import Ground
from tests.bench.browsing.visitor import HEAD, WELCOME, Visitor, visiting

SILENCE_MS = 1000
KILOBYTE = 1000


@dataclass(frozen=True)
class Opened:
    """Kilobytes and milliseconds; `welcome` counts from the page's first byte."""

    requests: float
    scripts: float
    styles: float
    everything: float
    lcp: float
    cls: float
    welcome: float


@dataclass
class _Wire:
    """When the page's first byte came and when the socket's welcome, by the browser's clock in seconds."""

    first_byte: float = 0.0
    welcome: float = 0.0

    def responded(self, event: dict[str, Any]) -> None:
        if event["type"] == "Document" and not self.first_byte:
            timing = event["response"]["timing"]
            self.first_byte = timing["requestTime"] + timing["receiveHeadersStart"] / 1000

    def framed(self, event: dict[str, Any]) -> None:
        if not self.welcome and WELCOME in event["response"]["payloadData"][:HEAD]:
            self.welcome = event["timestamp"]


def open_first(browser: Browser, ground: Ground, url: str) -> Opened:
    """Open the large room at `url`, which leads to the ground's server."""
    room = ground.rooms[0]
    with visiting(browser, url, ground.reader) as visitor:
        wire, session = _Wire(), visitor.page.context.new_cdp_session(visitor.page)
        session.on("Network.responseReceived", wire.responded)
        session.on("Network.webSocketFrameReceived", wire.framed)
        session.send("Network.enable")
        visitor.open(room, ground.newest[room])
        visitor.page.wait_for_timeout(SILENCE_MS)
        visitor.until(lambda: wire.welcome)
        return _opened(visitor, wire)


def _opened(visitor: Visitor, wire: _Wire) -> Opened:
    sizes = [(request.resource_type, request.sizes()) for request in visitor.answered]
    load = visitor.page.evaluate("bench.load")
    if not load["lcp"]:
        raise Broken("the page has painted nothing")

    def kilobytes(kind: str) -> float:
        return sum(size["responseBodySize"] for what, size in sizes if what == kind) / KILOBYTE

    everything = sum(size["responseBodySize"] + size["responseHeadersSize"] for _, size in sizes) / KILOBYTE
    return Opened(
        requests=len(sizes),
        scripts=kilobytes("script"),
        styles=kilobytes("stylesheet"),
        everything=everything,
        lcp=load["lcp"],
        cls=load["cls"],
        welcome=(wire.welcome - wire.first_byte) * 1000,
    )
