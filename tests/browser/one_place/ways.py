"""What tests of going from place to place do and look at."""

import re

from playwright.sync_api import Locator, Page, Request, Route, WebSocket, expect

from tests.browser.people import Person

BOX = "message-composer textarea"


def make_room(people: tuple[Person, Person], eve: Person, name: str, lines: int = 3) -> str:
    ada, ben = people
    room = str(ada.call("POST", "/api/rooms", {"name": name, "kind": "open", "member_ids": [ben.id, eve.id]})["id"])
    for number in range(lines):
        eve.say(room, f"{name} line {number}")
    return room


class Watched:
    """What a page loads and connects while it is watched."""

    def __init__(self, page: Page) -> None:
        page.wait_for_load_state()
        # What has happened until now has been told by now.
        page.evaluate("0")
        self.loads: list[str] = []
        self.sockets: list[WebSocket] = []
        # Of the sockets those that the server answered.
        self.connected: set[WebSocket] = set()
        self.requests: list[str] = []
        page.on("load", lambda page: self.loads.append(page.url))
        page.on("websocket", self._opened)
        page.on("request", self._requested)

    def _opened(self, socket: WebSocket) -> None:
        self.sockets.append(socket)
        socket.on("framereceived", lambda _: self.connected.add(socket))

    def _requested(self, request: Request) -> None:
        self.requests.append(request.url)


def link(page: Page, room: str) -> Locator:
    return page.locator(f"room-list .room-link[data-room-id='{room}'] a")


def go(page: Page, room: str) -> None:
    """Click on the room and see it."""
    link(page, room).click()
    expect(timeline(page, room)).to_be_visible()


def timeline(page: Page, room: str) -> Locator:
    return page.locator(f"message-timeline[data-room-id='{room}']")


def hold(page: Page, address: str) -> list[Route]:
    """Have requests for `address` wait until the test lets them go on."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(re.compile(address), keep)
    return held


def wait_for(page: Page, held: list[Route], count: int = 1) -> None:
    for _ in range(600):
        if len(held) >= count:
            return
        page.wait_for_timeout(50)
    raise AssertionError("nothing was asked for")


def text_of(page: Page, room: str) -> str:
    return link(page, room).locator(".room-name").inner_text()


def places(page: Page) -> dict[str, float]:
    """How far below the top each message in view begins, by its seq; once nothing moves any more."""
    return dict(
        page.evaluate(
            """async () => {
                const measured = () => {
                    const box = document.querySelector("message-timeline").getBoundingClientRect()
                    return [...document.querySelectorAll("article.message[data-seq]:not([data-seq=''])")]
                        .map((row) => [row.dataset.seq, row.getBoundingClientRect()])
                        .filter(([, at]) => at.top >= box.top && at.bottom <= box.bottom)
                        .map(([seq, at]) => [seq, at.top])
                }
                let before, now = measured()
                do {
                    before = now
                    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame)
                    now = measured()
                } while (JSON.stringify(before) !== JSON.stringify(now))
                return now
            }"""
        )
    )
