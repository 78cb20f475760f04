"""What a change of rooms costs does not grow with the number of rooms."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page

from tests.browser.one_place.ways import go, make_room
from tests.browser.people import Person

NewContext = Callable[..., BrowserContext]

MORE = 40
TRACE = {"categories": "devtools.timeline", "transferMode": "ReportEvents"}


def test_the_sidebar_is_not_styled_anew_when_another_room_is_shown(
    people: tuple[Person, Person], eve: Person, rooms: list[str], new_context: NewContext
) -> None:
    few = _styled(people[1], rooms, new_context)
    for number in range(MORE):
        make_room(people, eve, f"another {number}", lines=0)
    many = _styled(people[1], rooms, new_context)
    # Each link in the sidebar is a dozen elements.
    assert many < few + MORE, f"{few} elements with {len(rooms)} rooms, {many} with {MORE} more"


def _styled(person: Person, rooms: list[str], new_context: NewContext) -> int:
    """Of how many elements the style is worked out when the page goes from the first room to the second and back."""
    page = person.open(new_context, rooms[0])
    for room in (rooms[1], rooms[0]):
        go(page, room)
        page.wait_for_timeout(500)
    session = page.context.new_cdp_session(page)
    session.send("Tracing.start", TRACE)
    for room in (rooms[1], rooms[0]):
        go(page, room)
        page.wait_for_timeout(500)
    events = _end(page, session)
    return sum(event["args"].get("elementCount", 0) for event in events if event["name"] == "UpdateLayoutTree")


def _end(page: Page, session: CDPSession) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    ended: list[object] = []
    session.on("Tracing.dataCollected", lambda data: events.extend(data["value"]))
    session.on("Tracing.tracingComplete", lambda _: ended.append(True))
    session.send("Tracing.end")
    for _ in range(600):
        if ended:
            return events
        page.wait_for_timeout(50)
    raise AssertionError("the trace did not end")
