"""Back and Forward lead to the place where one was, not only to its address."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.one_place.ways import go, link, places, timeline
from tests.browser.people import Person, messages

NewContext = Callable[..., BrowserContext]
VISIT = "address => dispatchEvent(new CustomEvent('visit', { detail: address, cancelable: true }))"


def is_at(page: Page, before: dict[str, float]) -> None:
    """What was in view is where it was, within two pixels."""
    page.wait_for_function(
        """before => Object.entries(before).every(([seq, top]) => {
            const row = document.querySelector(`article.message[data-seq='${seq}']`)
            return row && Math.abs(row.getBoundingClientRect().top - top) <= 2
        })""",
        arg=before,
    )


@pytest.fixture
def long_room(people: tuple[Person, Person], eve: Person, rooms: list[str]) -> str:
    """Twice as long as a page of it."""
    for number in range(80):
        eve.say(rooms[0], f"a longer line, number {number}")
    people[1].call("POST", "/api/rooms/read")
    return rooms[0]


def test_back_from_a_message_of_the_same_room(
    people: tuple[Person, Person], long_room: str, new_context: NewContext
) -> None:
    page = people[1].open(new_context, long_room)
    expect(messages(page).last).to_be_in_viewport()
    at_the_end = places(page)
    page.evaluate(VISIT, f"/rooms/{long_room}/@60#m-60")
    expect(page.locator(".message.target")).to_be_focused()
    near = places(page)
    page.evaluate(VISIT, f"/rooms/{long_room}/@5#m-5")
    expect(page.locator(".message.target")).to_have_attribute("data-seq", "5")
    expect(page.locator(".message.target")).to_be_focused()
    page.go_back()
    expect(page).to_have_url(re.compile("/@60#m-60$"))
    is_at(page, near)
    page.go_back()
    expect(page).to_have_url(re.compile(f"/rooms/{long_room}$"))
    is_at(page, at_the_end)
    page.go_forward()
    is_at(page, near)


def test_back_to_the_end_of_a_room_follows_it(
    people: tuple[Person, Person], eve: Person, long_room: str, rooms: list[str], new_context: NewContext
) -> None:
    page = people[1].open(new_context, long_room)
    page.evaluate(VISIT, f"/rooms/{long_room}/@5#m-5")
    expect(page.locator(".message.target")).to_be_focused()
    go(page, rooms[1])
    eve.say(long_room, "said meanwhile")
    page.evaluate("history.go(-2)")
    expect(page).to_have_url(re.compile(f"/rooms/{long_room}$"))
    expect(messages(page).last).to_be_in_viewport()
    expect(messages(page).last.locator(".body")).to_have_text("said meanwhile")
    eve.say(long_room, "said now")
    expect(messages(page).last.locator(".body")).to_have_text("said now")
    expect(messages(page).last).to_be_in_viewport()


def test_what_cannot_be_gone_back_to_leaves_the_history_as_it_is(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    page = people[1].open(new_context, rooms[0])
    page.evaluate(VISIT, "/rooms/browse")
    expect(page.get_by_role("heading", name="Browse rooms")).to_be_visible()
    go(page, rooms[1])
    page.evaluate("history.go(-2)")
    expect(timeline(page, rooms[0])).to_be_visible()
    page.context.set_offline(True)
    expect(page.locator("connection-banner")).to_contain_text("offline")
    page.evaluate("history.forward()")
    expect(page.get_by_text("This could not be loaded.")).to_be_visible()
    expect(page).to_have_url(re.compile(f"/rooms/{rooms[0]}$"))
    page.evaluate("history.go(2)")
    expect(timeline(page, rooms[1])).to_be_visible()
    expect(link(page, rooms[1])).to_have_attribute("aria-current", "page")
    page.context.set_offline(False)


def test_back_to_a_page_leads_to_where_it_was_scrolled_to(
    people: tuple[Person, Person], long_room: str, new_context: NewContext
) -> None:
    page = people[1].open(new_context, long_room)
    page.evaluate(VISIT, "/search?q=longer")
    expect(page.get_by_text("Showing the newest 50 messages.")).to_be_visible()
    page.locator(".scroll.page").evaluate("page => page.scrollTop = 700")
    page.get_by_role("link", name="View in context").nth(10).click()
    expect(page.locator(".message.target")).to_be_focused()
    page.go_back()
    expect(page.get_by_text("Showing the newest 50 messages.")).to_be_attached()
    assert abs(page.locator(".scroll.page").evaluate("page => page.scrollTop") - 700) <= 2
