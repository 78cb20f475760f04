"""What a browser asks for before a room is there and live, as the browser itself counts it."""

import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import servers
from tests.bench.browsing.line import line_to
from tests.browser.people import Person, make_owner, messages

MOST_REQUESTS, MOST_SCRIPT, MOST_STYLE, MOST_SHIFT = 12, 60_000, 20_000, 0.02


@dataclass
class Network:
    """What a page has asked for: the kind of each request by its id, addresses, and bytes as they came."""

    kinds: dict[str, str] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)
    bytes: dict[str, int] = field(default_factory=dict)

    def watch(self, page: Page) -> None:
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.webSocketCreated", lambda event: self.addresses.append(event["url"]))
        session.on("Network.loadingFinished", self._came)
        session.send("Network.enable")

    def _asked(self, event: dict[str, Any]) -> None:
        self.kinds[event["requestId"]] = event["type"]
        self.addresses.append(event["request"]["url"])

    def _came(self, event: dict[str, Any]) -> None:
        kind = self.kinds.get(event["requestId"], "")
        self.bytes[kind] = self.bytes.get(kind, 0) + event["encodedDataLength"]

    def count(self, kind: str) -> int:
        return list(self.kinds.values()).count(kind)


@pytest.fixture
def network(page: Page) -> Network:
    network = Network()
    network.watch(page)
    return network


def open_room(page: Page, person: Person) -> None:
    """Open a new room and wait until all that its page asks for by itself has been asked for."""
    room = str(person.call("POST", "/api/rooms", {"name": "first", "kind": "open"})["id"])
    person.sign_in(page.context)
    page.goto(f"{person.server.url}/rooms/{room}", wait_until="networkidle")
    person.wait_until_present(room)
    # It comes by the socket, behind what the page was told first and asked for then.
    person.say(room, "Are you there?")
    expect(messages(page)).to_have_count(1)


def test_a_room_takes_few_requests_and_few_bytes(page: Page, network: Network, ada: Person) -> None:
    open_room(page, ada)
    assert any(address.startswith("ws") for address in network.addresses), "the socket is counted"
    assert len(network.addresses) <= MOST_REQUESTS, network.addresses
    assert (network.count("Script"), network.count("Stylesheet")) == (1, 1), network.addresses
    assert 5_000 < network.bytes["Script"] <= MOST_SCRIPT
    assert 2_000 < network.bytes["Stylesheet"] <= MOST_STYLE


WATCH = """
requestAnimationFrame(() => { window.whole = Boolean(document.getElementById("whole-page")) })
window.shifts = 0
new PerformanceObserver((list) => { for (const shift of list.getEntries()) window.shifts += shift.value })
  .observe({ type: "layout-shift", buffered: true })
"""


def test_on_a_slow_line_nothing_moves_once_it_is_shown(page: Page, ada: Person) -> None:
    """The page comes in pieces; the first of them are not shown before the rest has its place."""
    room = str(ada.call("POST", "/api/rooms", {"name": "long", "kind": "open"})["id"])
    for _ in range(18):
        # Nothing that compresses well.
        ada.say(room, " ".join(secrets.token_urlsafe(6) for _ in range(200)))
    ada.sign_in(page.context)
    page.add_init_script(WATCH)
    with line_to(ada.server.port) as line:
        # With the style sheet at hand.
        page.goto(f"{line.url}/rooms/{room}", wait_until="networkidle")
        page.goto(f"{line.url}/menu", wait_until="networkidle")
        line.slow(0.02, 20_000)
        page.goto(f"{line.url}/rooms/{room}", wait_until="networkidle")
        expect(messages(page)).to_have_count(18)
        expect(messages(page).last).to_be_in_viewport()

        assert page.evaluate("whole"), "the first frame was drawn of a part of the page"
        assert page.evaluate("shifts") <= MOST_SHIFT


@pytest.fixture
def debugged() -> Iterator[Person]:
    """Somebody on a server as developers have it."""
    with (
        tempfile.TemporaryDirectory(prefix="campfire-browser-") as data,
        servers.start_campfire(data=Path(data), env={"DEBUG": "true"}) as server,
    ):
        yield make_owner(server)


def test_with_debug_the_sources_do_the_same(page: Page, network: Network, debugged: Person) -> None:
    open_room(page, debugged)
    assert network.count("Script") > 30, "each module by itself"
    assert network.count("Stylesheet") > 10, "each sheet by itself"
    assert not [address for address in network.addresses if "/dist/" in address]
