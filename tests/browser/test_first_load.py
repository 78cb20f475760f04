"""The first load of a room, as the browser counts it."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from tests.browser.people import Person

MOST_REQUESTS = 12


def test_a_room_takes_few_requests(people: tuple[Person, Person], new_context: Callable[..., BrowserContext]) -> None:
    ada = people[0]
    room = str(ada.call("POST", "/api/rooms", {"name": "first", "kind": "open"})["id"])
    context = new_context()
    context.add_cookies([{"name": "session_token", "value": ada.token, "url": ada.server.url}])
    page = context.new_page()
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.on("websocket", lambda socket: seen.append(socket.url))
    page.goto(f"/rooms/{room}")
    expect(page.locator(".people-count")).to_have_text("1")
    ada.wait_until_present(room)
    page.wait_for_timeout(1500)
    assert any(url.startswith("ws") for url in seen), "the socket is counted"
    assert len(seen) <= MOST_REQUESTS, seen
