"""Reading, writing, paging, searching, joining and marking as read in a browser that runs no scripts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.people import PASSWORD, Person, invite, messages

NewContext = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def room(ada: Person) -> str:
    """An open room in which four people have said sixty things."""
    room = str(ada.call("POST", "/api/rooms", {"name": "plans", "kind": "open"})["id"])
    crowd = [ada, *(invite(ada, name) for name in ("Cleo", "Dora", "Emil"))]
    for person in crowd[1:]:
        person.call("POST", f"/api/rooms/{room}/join")
    for number in range(1, 61):
        crowd[number % 4].say(room, f"line {number}")
    return room


@pytest.fixture
def page(ada: Person, room: str, new_context: NewContext) -> Page:
    """Somebody new, who came in by an invitation."""
    workspace = ada.call("GET", "/api/workspaces")["results"][0]["id"]
    code = ada.call("POST", f"/api/workspaces/{workspace}/invitations", {"role": "MEMBER"})["code"]
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"/join/{code}")
    page.get_by_label("Your name").fill("Ben Okafor")
    page.get_by_label("Email").fill(f"{code[:8].lower().strip('-_')}@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    page.goto("/rooms/browse")
    page.get_by_role("button", name="Join plans").click()
    expect(page).to_have_url(f"/rooms/{room}")
    return page


def test_a_whole_day(ada: Person, room: str, page: Page) -> None:
    expect(messages(page).last).to_be_in_viewport()
    page.get_by_role("textbox", name="Message plans").fill("Hello **all**")
    page.get_by_role("button", name="Send").click()
    expect(messages(page).last.locator("strong")).to_have_text("all")
    expect(messages(page).last).to_be_in_viewport()

    page.get_by_role("link", name="Older messages").click()
    expect(messages(page).first.locator(".body")).to_have_text("line 1")
    page.get_by_role("link", name="Newer messages").click()
    expect(messages(page).last.locator(".body")).to_have_text("Hello all")

    page.locator(".jump input").fill("line 17")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="View in context").click()
    target = page.locator(".message:target")
    expect(target.locator(".body")).to_have_text("line 17")
    expect(target).to_be_in_viewport()
    expect(target).to_have_css(
        "background-color", page.locator(".message.target").evaluate("e => getComputedStyle(e).backgroundColor")
    )

    ada.say(room, "Something new")
    page.goto("/menu")
    link = page.locator(f"[data-room-id='{room}']")
    expect(link).to_have_class(re.compile("unread"))
    page.get_by_role("button", name="Acme").click()
    page.get_by_role("button", name="Mark all as read").click()
    expect(page).to_have_url("/menu")
    expect(link).not_to_have_class(re.compile("unread"))

    page.get_by_role("button", name="Acme").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_bare_address_of_a_message_shows_it(room: str, page: Page) -> None:
    page.goto(f"/rooms/{room}/@3")
    target = page.locator(".message.target")
    expect(target.locator(".body")).to_have_text("line 3")
    expect(target).to_be_in_viewport()


def test_what_is_refused_stays_in_the_box(room: str, page: Page) -> None:
    box = page.get_by_role("textbox", name="Message plans")
    box.fill("x" * 10_001)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#composer-note")).to_contain_text("too long")
    expect(box).to_have_value("x" * 10_001)


def test_keys_and_other_things_that_need_a_script_are_not_offered(page: Page) -> None:
    page.get_by_role("button", name="Acme").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    expect(page.get_by_role("button", name="Keyboard shortcuts")).to_be_hidden()
