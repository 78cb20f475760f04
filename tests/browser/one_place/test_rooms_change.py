"""Rooms and pages change in place: nothing is loaded anew, no socket drops, and everything is where it was."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.one_place.ways import BOX, Watched, go, hold, link, places, text_of, timeline, wait_for
from tests.browser.people import Person, invite, messages, shown
from tests.browser.test_axe import violations
from tests.browser.test_connection import Wire

NewContext = Callable[..., BrowserContext]


def test_rooms_and_pages_change_around_one_socket(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    page = people[1].open(new_context, rooms[0])
    watched = Watched(page)
    for room in (rooms[1], rooms[2], rooms[0], rooms[1]):
        go(page, room)
        expect(page).to_have_url(re.compile(f"/rooms/{room}$"))
        expect(page).to_have_title(re.compile(page.locator("#room-name").inner_text()))
        expect(link(page, room)).to_have_attribute("aria-current", "page")
        expect(page.locator("room-list [aria-current]")).to_have_count(1)
        expect(page.locator("#announcer")).to_have_text(page.locator("#room-name").inner_text())
        assert all(room_name in page.locator("#room-name").inner_text() for room_name in [text_of(page, room)])
        people[1].wait_until_present(room)
    page.get_by_role("link", name="About this room").click()
    expect(page.get_by_role("heading", name="About this room")).to_be_focused()
    expect(page).to_have_title(re.compile("^About "))
    page.locator(".jump input").fill("alpha")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q=alpha$"))
    page.get_by_role("link", name="View in context").first.click()
    expect(page.locator(".message.target")).to_be_focused()
    page.go_back()
    expect(page).to_have_url(re.compile(r"/search\?q=alpha$"))
    page.go_back()
    page.go_back()
    expect(timeline(page, rooms[1])).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("heading", name="About this room")).to_be_visible()
    assert watched.loads == []
    assert watched.sockets == []


def test_a_room_is_left_when_another_is_opened(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    """Who is in a room is who has it open, and nobody is in two at once by one page."""
    ada, ben = people
    page = ben.open(new_context, rooms[0])
    go(page, rooms[1])
    ben.wait_until_present(rooms[1])
    for _ in range(600):
        if ben.id not in ada.call("GET", f"/api/rooms/{rooms[0]}/presence")["participants"]:
            break
        page.wait_for_timeout(50)
    assert ben.id not in ada.call("GET", f"/api/rooms/{rooms[0]}/presence")["participants"]


def test_what_was_said_meanwhile_is_there_at_once_with_a_line_above_it(
    people: tuple[Person, Person], eve: Person, rooms: list[str], new_context: NewContext
) -> None:
    ben = people[1]
    page = ben.open(new_context, rooms[0])
    go(page, rooms[1])
    edited = ben.history(rooms[0])[0]["id"]
    said = [eve.say(rooms[0], f"missed {number}") for number in range(3)]
    eve.call("PATCH", f"/api/messages/{edited}", {"content": "mended"})
    eve.call("DELETE", f"/api/messages/{said[1]['id']}")
    go(page, rooms[0])
    expect(messages(page).last.locator(".body")).to_have_text("missed 2")
    expect(page.locator(".new-line + .message .body")).to_have_text("missed 0")
    assert shown(page) == [(message["id"], message["content"]) for message in ben.history(rooms[0])]
    expect(page.locator(f".room-link[data-room-id='{rooms[0]}']")).not_to_have_class(re.compile("unread"))
    go(page, rooms[1])
    go(page, rooms[0])
    expect(page.locator(".new-line")).to_have_count(0)


def test_a_room_that_one_only_passes_through_stays_unread(
    people: tuple[Person, Person], eve: Person, rooms: list[str], new_context: NewContext
) -> None:
    ben = people[1]
    page = ben.open(new_context, rooms[0])
    go(page, rooms[1])
    go(page, rooms[0])
    eve.say(rooms[1], "for later")
    expect(page.locator(f".room-link[data-room-id='{rooms[1]}']")).to_have_class(re.compile("unread"))
    page.evaluate(
        """([one, other]) => {
            document.querySelector(`.room-link[data-room-id='${one}'] a`).click()
            document.querySelector(`.room-link[data-room-id='${other}'] a`).click()
        }""",
        [rooms[1], rooms[2]],
    )
    expect(timeline(page, rooms[2])).to_be_visible()
    page.wait_for_timeout(1000)
    assert ben.call("GET", f"/api/rooms/{rooms[1]}")["membership"]["unread_count"] == 1


def test_where_one_was_in_a_room_is_kept(
    people: tuple[Person, Person], eve: Person, rooms: list[str], new_context: NewContext
) -> None:
    ada, ben = people
    crowd = [eve, *(invite(ada, name) for name in ("Dora", "Emil", "Finn"))]
    for person in crowd[1:]:
        person.call("POST", f"/api/rooms/{rooms[0]}/join")
    for number in range(70):
        crowd[number % 4].say(rooms[0], f"a longer line, number {number}")
    ben.call("POST", "/api/rooms/read")
    page = ben.open(new_context, rooms[0])
    expect(messages(page).last.locator(".body")).to_have_text("a longer line, number 69")
    page.mouse.move(800, 400)
    page.mouse.wheel(0, -900)
    page.wait_for_timeout(500)
    before = places(page)
    assert before, "something is in view"
    go(page, rooms[1])
    eve.say(rooms[0], "at the end")
    go(page, rooms[0])
    expect(messages(page).filter(has_text="at the end")).to_have_count(1)
    after = places(page)
    for seq, top in before.items():
        assert abs(after[seq] - top) <= 2, (seq, top, after[seq])
    page.go_back()
    page.go_back()
    expect(timeline(page, rooms[0])).to_be_visible()
    for seq, top in before.items():
        assert abs(places(page)[seq] - top) <= 2


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_was_gone_to_breaks_no_rule_of_axe(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext, theme: str
) -> None:
    page = people[1].open(new_context, rooms[0])
    page.context.add_cookies([{"name": "theme", "value": theme, "url": people[1].server.url}])
    page.reload()
    held = hold(page, f"/rooms/{rooms[1]}$")
    link(page, rooms[1]).click()
    wait_for(page, held)
    assert violations(page) == [], "while it is on its way"
    held[0].continue_()
    expect(timeline(page, rooms[1])).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="About this room").click()
    expect(page.get_by_role("heading", name="About this room")).to_be_visible()
    assert violations(page) == []
    go(page, rooms[0])
    assert violations(page) == []


def test_an_unread_room_is_there_before_it_is_opened(
    people: tuple[Person, Person], eve: Person, rooms: list[str], new_context: NewContext
) -> None:
    ben = people[1]
    page = ben.open(new_context, rooms[0])
    watched = Watched(page)
    eve.say(rooms[1], "something new")
    with page.expect_response(re.compile(f"/rooms/{rooms[1]}$")):
        expect(page.locator(f".room-link[data-room-id='{rooms[1]}']")).to_have_class(re.compile("unread"))
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert cookies["last_room"] == rooms[0], "nobody has gone there yet"
    assert ben.call("GET", f"/api/rooms/{rooms[1]}")["membership"]["unread_count"] == 1
    eve.say(rooms[1], "and newer")
    watched.requests.clear()
    go(page, rooms[1])
    expect(messages(page).last.locator(".body")).to_have_text("and newer")
    assert [url for url in watched.requests if url.endswith(rooms[1])] == []
    expect(page.locator(".new-line + .message .body")).to_have_text("something new")
    expect(page.locator(f".room-link[data-room-id='{rooms[1]}']")).not_to_have_class(re.compile("unread"))


def test_unread_rooms_out_of_view_are_told_of(
    people: tuple[Person, Person], eve: Person, new_context: NewContext
) -> None:
    ada = people[0]
    ida = invite(ada, "Ida")
    made = [
        str(ada.call("POST", "/api/rooms", {"name": f"many {number:02}", "kind": "open", "member_ids": [ida.id]})["id"])
        for number in range(40)
    ]
    for room in made:
        eve.call("POST", f"/api/rooms/{room}/join")
    page = ida.open(new_context, made[0], viewport={"width": 1280, "height": 600})
    eve.say(made[38], "down here")
    eve.say(made[39], "and here")
    below = page.locator(".more-unread.below")
    expect(below).to_have_text("2 unread ↓")
    below.click()
    expect(link(page, made[38])).to_be_in_viewport()
    expect(link(page, made[38])).to_be_focused()
    page.keyboard.press("End")
    page.locator("room-list").evaluate("list => list.scrollTop = list.scrollHeight")
    expect(below).to_be_hidden()
    eve.say(made[0], "read already, as it is open")
    eve.say(made[1], "up there")
    expect(page.locator(".more-unread.above")).to_have_text("1 unread ↑")


def test_a_phone_goes_from_pane_to_pane(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = people[1].open(new_context, rooms[0], **phone)
    watched = Watched(page)
    page.get_by_role("link", name="Back to your rooms").click()
    expect(page).to_have_url(re.compile("/menu$"))
    expect(page.locator("#sidebar")).to_be_visible()
    link(page, rooms[1]).click()
    expect(timeline(page, rooms[1])).to_be_visible()
    expect(page.locator("#sidebar")).to_be_hidden()
    page.go_back()
    expect(page.locator("#sidebar")).to_be_visible()
    page.go_back()
    expect(timeline(page, rooms[0])).to_be_visible()
    assert watched.loads == []
    assert watched.sockets == []


def test_a_message_elsewhere_in_an_open_room_is_gone_to(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    ben = people[1]
    page = ben.open(new_context, rooms[0])
    go(page, rooms[1])
    seq = ben.history(rooms[0])[0]["seq"]
    page.evaluate(
        "address => dispatchEvent(new CustomEvent('visit', { detail: address, cancelable: true }))",
        f"/rooms/{rooms[0]}/@{seq}#m-{seq}",
    )
    expect(page.locator(".message.target")).to_be_focused()
    expect(page.locator(".message.target")).to_have_attribute("data-seq", str(seq))
    expect(page).to_have_url(re.compile(f"/rooms/{rooms[0]}/@{seq}#m-{seq}$"))
    link(page, rooms[0]).click()
    expect(page).to_have_url(re.compile(f"/rooms/{rooms[0]}$"))
    expect(page.locator(BOX)).to_be_focused()


def test_what_was_read_while_the_connection_broke_is_read_once_one_is_back(
    people: tuple[Person, Person], eve: Person, rooms: list[str], new_context: NewContext
) -> None:
    """In the room that is open by itself, in the room that was left as soon as one goes there again."""
    ben = people[1]
    page = ben.tab(new_context)
    wire = Wire(page)
    page.goto(f"/rooms/{rooms[1]}")
    expect(page.locator(".people-count")).to_have_text("1")
    wire.holds = "mark_read"
    for count, room in enumerate((rooms[0], rooms[1]), 1):
        go(page, room)
        eve.say(room, "read, but never told")
        expect(messages(page).last.locator(".body")).to_have_text("read, but never told")
        for _ in range(600):
            if len(wire.held) == count:
                break
            page.wait_for_timeout(50)
        assert len(wire.held) == count
    wire.holds = ""
    assert wire.page_side is not None
    wire.page_side.close(code=1012)
    unread = re.compile("unread")
    expect(page.locator(f".room-link[data-room-id='{rooms[1]}']")).not_to_have_class(unread)
    expect(page.locator(f".room-link[data-room-id='{rooms[0]}']")).to_have_class(unread)
    go(page, rooms[0])
    expect(page.locator(f".room-link[data-room-id='{rooms[0]}']")).not_to_have_class(unread)
    assert [ben.call("GET", f"/api/rooms/{room}")["membership"]["unread_count"] for room in rooms[:2]] == [0, 0]
