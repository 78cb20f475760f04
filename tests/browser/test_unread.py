"""What is new and what has been read: marked by hand, on several devices, all at once; and who is connected."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.browser.people import Person, invite, messages, write

NewContext = Callable[..., BrowserContext]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def room(people: tuple[Person, Person]) -> str:
    """A new room with the two in it, in which somebody else has said five things."""
    ada, ben = people
    # What is unread in other rooms counts in titles too.
    ben.call("POST", "/api/rooms/read")
    # Not Ada, who would soon have said more than one person may.
    eve = invite(ada, "Eve")
    body = {"name": f"room {uuid4().hex[:6]}", "kind": "open", "member_ids": [ben.id, eve.id]}
    room = str(ada.call("POST", "/api/rooms", body)["id"])
    for number in range(1, 6):
        eve.say(room, f"line {number}")
    return room


def marker(person: Person, room: str) -> int:
    return int(person.call("GET", f"/api/rooms/{room}")["membership"]["last_read_seq"])


def wait_for_marker(person: Person, room: str, seq: int, page: Page) -> None:
    for _ in range(600):
        if marker(person, room) == seq:
            return
        page.wait_for_timeout(50)
    assert marker(person, room) == seq


def first_new(page: Page) -> Locator:
    return page.locator(".new-line + .message .body")


def test_marked_unread_stays_so_until_one_leaves_and_is_back(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    ada, ben = people
    page = ben.open(new_context, room)
    wait_for_marker(ben, room, 5, page)
    page.evaluate("navigator.setAppBadge = async (count) => { window.badge = count }")
    messages(page).nth(2).hover()
    page.get_by_role("button", name="Mark unread from here").click()
    expect(page.get_by_text("3 messages are unread.")).to_be_visible()
    expect(first_new(page)).to_have_text("line 3")
    expect(page).to_have_title(re.compile(r"^\(3\) "))
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("icon-unread"))
    assert page.evaluate("window.badge") == 3

    ada.say(room, "line 6")
    expect(messages(page)).to_have_count(6)
    expect(page.locator(".pill")).to_have_text("1 new message ↓")
    page.wait_for_timeout(600)
    assert marker(ben, room) == 2, "it is in view, and nothing reads it"

    page.reload()
    expect(first_new(page)).to_have_text("line 3")
    wait_for_marker(ben, room, 6, page)


def test_going_to_the_end_on_purpose_reads_again(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    _, ben = people
    page = ben.open(new_context, room)
    wait_for_marker(ben, room, 5, page)
    messages(page).nth(1).focus()
    page.keyboard.press("u")
    wait_for_marker(ben, room, 1, page)
    page.keyboard.press("Escape")
    wait_for_marker(ben, room, 5, page)


def test_what_is_unread_shows_before_the_rooms_have_been_asked_for(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    ada = people[0]
    fay = invite(ada, "Fay")
    fay.call("POST", f"/api/rooms/{room}/join")
    ada.say(room, "line 6")
    page = fay.tab(new_context)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/rooms", hold)
    with page.expect_request("**/api/rooms"):
        page.goto("/search")
    link = page.locator(f"room-list .room-link[data-room-id='{room}']")
    expect(link).to_have_class(re.compile("unread"))
    expect(link.locator(".count .number")).to_have_text("1")
    held[0].continue_()
    expect(page).to_have_title(re.compile(r"^\(\d+\) "))
    expect(link.locator(".count .number")).to_have_text("1")


def test_other_devices_follow(people: tuple[Person, Person], room: str, new_context: NewContext) -> None:
    _, ben = people
    desk, phone = ben.open(new_context, room), ben.open(new_context, room, **PHONE)
    wait_for_marker(ben, room, 5, desk)
    messages(phone).nth(3).locator(".body").dispatch_event("touchstart")
    phone.get_by_role("dialog").get_by_role("button", name="Mark unread from here").click()
    for page in (desk, phone):
        expect(first_new(page)).to_have_text("line 4")
        expect(page).to_have_title(re.compile(r"^\(2\) "))
    desk.wait_for_timeout(600)
    assert marker(ben, room) == 3, "the other device does not undo it"

    desk.locator("message-composer textarea").press("Escape")
    wait_for_marker(ben, room, 5, desk)
    expect(phone).not_to_have_title(re.compile(r"^\("))


def test_what_only_oneself_said_since_is_not_called_unread(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    _, ben = people
    page = ben.open(new_context, room)
    write(page, "mine")
    expect(messages(page)).to_have_count(6)
    messages(page).last.focus()
    page.keyboard.press("u")
    expect(page.get_by_text("There’s nothing newer from anyone else.")).to_be_visible()


def test_all_is_read_by_two_keys_and_by_the_menu(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    ada, ben = people
    other = str(ada.call("POST", "/api/rooms", {"name": "other", "kind": "open", "member_ids": [ben.id]})["id"])
    page = ben.open(new_context, room)
    ada.say(other, "hello @Ben Okafor")
    link = page.locator(f"room-list .room-link[data-room-id='{other}']")
    expect(link).to_have_class(re.compile("unread"))
    page.keyboard.press("Shift+Escape")
    expect(link).not_to_have_class(re.compile("unread"))
    expect(page.get_by_text("Everything is marked as read.")).to_be_visible()
    assert marker(ben, other) == 1

    page.goto("/search")
    ada.say(other, "again")
    expect(link).to_have_class(re.compile("unread"))
    page.get_by_role("button", name="Acme").click()
    page.get_by_role("button", name="Mark all as read").click()
    expect(link).not_to_have_class(re.compile("unread"))
    expect(page).to_have_url(re.compile("/search$"))


def test_many_are_read_at_once_only_after_a_question(people: tuple[Person, Person], new_context: NewContext) -> None:
    ada, ben = people
    crowd = [invite(ada, name) for name in ("Cleo", "Dora", "Emil")]
    ids = [person.id for person in (ben, *crowd)]
    room, busy = (
        str(ada.call("POST", "/api/rooms", {"name": name, "kind": "open", "member_ids": ids})["id"])
        for name in ("calm", "busy")
    )
    for number in range(51):
        crowd[number % 3].say(busy, f"line {number}")
    page = ben.open(new_context, room)
    expect(page).to_have_title(re.compile(r"^\(\d+\) "))
    page.locator("message-composer textarea").press("Shift+Escape")
    dialog = page.get_by_role("dialog", name="Mark everything as read?")
    dialog.get_by_role("button", name="Not now").click()
    expect(page.locator("message-composer textarea")).to_be_focused()
    assert marker(ben, busy) == 0
    page.keyboard.press("Shift+Escape")
    dialog.get_by_role("button", name="Mark all as read").click()
    wait_for_marker(ben, busy, 51, page)


def test_who_is_connected_shows_beside_their_name(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    ada, ben = people
    direct = str(ada.call("POST", "/api/directs", {"user_ids": [ben.id]})["id"])
    adas = ada.open(new_context, direct)
    place = adas.locator(f"room-list [data-presence-of='{ben.id}']")
    expect(place).to_contain_text("offline")
    expect(place.locator(".dot")).to_have_attribute("data-online", "false")

    ben.open(new_context, room)
    adas.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(place).to_contain_text("online")
    expect(place.locator(".dot")).to_have_attribute("data-online", "true")
    expect(adas.locator("header .presence-text")).to_have_text("online")


def test_a_new_name_shows_where_the_old_one_stood(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    ada, ben = people
    page = ben.open(new_context, room)
    ada.say(room, "Call me Byron")
    expect(messages(page).last.locator(".name")).to_have_text("Ada Lindqvist")
    ada.call("PATCH", "/api/users/me", {"name": "Ada Byron"})
    expect(messages(page).last.locator(".name")).to_have_text("Ada Byron")
    expect(messages(page).last.locator(".face")).to_have_text("AB")
    expect(page.locator(f"room-people li[data-user-id='{ada.id}'] bdi")).to_have_text("Ada Byron")
    ada.call("PATCH", "/api/users/me", {"name": "Ada Lindqvist"})
