"""What one writes stays with its room and goes where the eye is; so does the focus."""

import re
from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import BrowserContext, expect

from tests.browser.one_place.ways import BOX, go, hold, link, text_of, timeline, wait_for
from tests.browser.people import Person, messages, write
from tests.browser.test_connection import Wire

NewContext = Callable[..., BrowserContext]


def test_drafts_stay_with_their_rooms(people: tuple[Person, Person], rooms: list[str], new_context: NewContext) -> None:
    ben = people[1]
    page = ben.open(new_context, rooms[0])
    page.locator(BOX).fill("half a thought")
    go(page, rooms[1])
    expect(page.locator(BOX)).to_have_value("")
    expect(page.locator(f".room-link[data-room-id='{rooms[0]}'] .draft")).to_be_visible()
    page.locator(BOX).fill("another")
    go(page, rooms[0])
    expect(page.locator(BOX)).to_have_value("half a thought")
    expect(page.locator(f".room-link[data-room-id='{rooms[0]}'] .draft")).to_be_hidden()
    page.locator(BOX).press("Enter")
    expect(messages(page).last.locator(".body")).to_have_text("half a thought")
    go(page, rooms[1])
    expect(page.locator(BOX)).to_have_value("another")
    assert [message["content"] for message in ben.history(rooms[1])][-1] != "half a thought"


def test_what_is_typed_and_sent_at_once_goes_where_the_eye_is(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    """The room has never been open and takes its time to come; whoever writes does not wait for it."""
    ben = people[1]
    page = ben.open(new_context, rooms[0])
    held = hold(page, f"/rooms/{rooms[1]}$")
    link(page, rooms[1]).click()
    page.keyboard.type("for beta")
    page.keyboard.press("Enter")
    page.keyboard.type("and more")
    expect(page.locator("#room-name")).to_have_text(text_of(page, rooms[1]))
    wait_for(page, held)
    held[0].continue_()
    expect(messages(page).last.locator(".body")).to_have_text("for beta")
    expect(page.locator(BOX)).to_have_value("and more")
    expect(page.locator(BOX)).to_be_focused()
    assert "for beta" not in [message["content"] for message in ben.history(rooms[0])]
    assert [message["content"] for message in ben.history(rooms[1])].count("for beta") == 1


def test_a_failed_message_comes_back_to_its_own_room(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    ben = people[1]
    page = ben.tab(new_context)
    wire = Wire(page)
    wire.holds = "send_message"
    page.goto(f"/rooms/{rooms[0]}")
    expect(page.locator(".people-count")).to_have_text("1")
    write(page, "refused")
    go(page, rooms[1])
    for server, text in wire.held:
        server.send(text.replace(rooms[0], str(uuid4())))
    mark = page.locator(f".room-link[data-room-id='{rooms[0]}'] .not-sent")
    expect(mark).to_be_visible()
    expect(page.locator(".pending-messages .message")).to_have_count(0)
    expect(page.locator(BOX)).to_have_value("")
    go(page, rooms[0])
    row = page.locator(".pending-messages .message")
    expect(row.locator(".body")).to_have_text("refused")
    row.get_by_role("button", name="Discard").click()
    expect(mark).to_be_hidden()


def test_with_the_keys_the_heading_is_next_and_typing_goes_to_the_box(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    page = people[1].open(new_context, rooms[0])
    link(page, rooms[1]).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".room-title")).to_be_focused()
    page.keyboard.type("hello")
    expect(page.locator(BOX)).to_be_focused()
    expect(page.locator(BOX)).to_have_value("hello")
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(BOX)).to_have_value("")
    expect(page.locator(".room-title")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(BOX)).to_have_value("hello")


def test_with_the_mouse_the_box_is_next(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    page = people[1].open(new_context, rooms[0])
    for room in (rooms[1], rooms[0]):
        go(page, room)
        expect(page.locator(BOX)).to_be_focused()
    page.go_back()
    expect(timeline(page, rooms[1])).to_be_visible()
    expect(page.locator(BOX)).to_be_focused()
    page.get_by_role("link", name="Browse").click()
    expect(page.get_by_role("heading", name="Browse rooms")).to_be_focused()
    page.go_back()
    expect(page.locator(BOX)).to_be_focused()


def test_who_types_in_the_room_just_left_is_not_shown(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    ada, ben = people
    adas, bens = ada.open(new_context, rooms[0]), ben.open(new_context, rooms[0])
    adas.locator(BOX).press_sequentially("well")
    expect(bens.locator(".typing")).to_contain_text("Ada")
    go(bens, rooms[1])
    expect(bens.locator(".typing")).to_have_text("")
    bens.locator(BOX).press_sequentially("hm")
    go(bens, rooms[2])
    go(adas, rooms[1])
    expect(adas.locator(".typing")).to_have_text("")


def test_an_editor_stays_open_where_it_was_opened(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    page = people[1].open(new_context, rooms[0])
    write(page, "to be mended")
    expect(messages(page).last.locator(".body")).to_have_text("to be mended")
    page.keyboard.press("ArrowUp")
    page.locator(".editor textarea").fill("half mended")
    go(page, rooms[1])
    expect(page.locator(".editor")).to_have_count(0)
    go(page, rooms[0])
    expect(page.locator(".editor textarea")).to_have_value("half mended")
    page.locator(".editor textarea").press("Enter")
    expect(messages(page).last.locator(".body")).to_have_text("half mended")


def test_menus_and_dialogs_go_with_their_room(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    page = people[1].open(new_context, rooms[0])
    write(page, "mine")
    expect(messages(page).last.locator(".body")).to_have_text("mine")
    page.locator(".people-button").click()
    expect(page.locator("#people")).to_be_visible()
    page.go_back()
    page.goto(f"/rooms/{rooms[0]}")
    go(page, rooms[1])
    messages(page).last.hover()
    expect(page.locator("#tools")).to_be_visible()
    go(page, rooms[0])
    messages(page).last.focus()
    page.keyboard.press("Delete")
    dialog = page.get_by_role("dialog", name="Delete this message?")
    expect(dialog).to_be_visible()
    page.evaluate("history.back()")
    expect(timeline(page, rooms[1])).to_be_visible()
    expect(dialog).to_be_hidden()
    go(page, rooms[0])
    expect(messages(page).filter(has_text="mine")).to_have_count(1)


def test_links_to_rooms_are_text_for_those_who_do_not_see_them(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    ada, ben = people
    secret, library = (
        str(ada.call("POST", "/api/rooms", {"name": name, "kind": kind})["id"])
        for name, kind in (("the vault", "closed"), ("the library", "open"))
    )
    page = ben.open(new_context, rooms[0])
    ada.say(rooms[0], "in #the vault and #the library")
    body = messages(page).last.locator(".body")
    expect(body).to_have_text("in #the vault and #the library")
    expect(body.locator("a")).to_have_count(1)
    expect(body.locator("a")).to_have_attribute("data-room-id", library)
    assert secret not in body.inner_html()
    body.locator("a").click()
    expect(page).to_have_url(re.compile("/rooms/browse"))
    page.get_by_role("button", name="Join the library").click()
    expect(page.locator("#room-name")).to_have_text("the library")


def test_who_goes_on_before_the_rooms_have_been_asked_for_writes_where_the_eye_is(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    """Until then, the list as the server rendered it knows what a room is called."""
    ben = people[1]
    page = ben.tab(new_context)
    asked = hold(page, r"/api/rooms(\?.*)?$")
    held = hold(page, f"/rooms/{rooms[1]}$")
    page.goto(f"/rooms/{rooms[0]}")
    wait_for(page, asked)
    link(page, rooms[1]).click()
    page.keyboard.type("for beta")
    page.keyboard.press("Enter")
    page.keyboard.type("and more")
    expect(page.locator("#room-name")).to_have_text(text_of(page, rooms[1]))
    expect(page).to_have_title(re.compile(re.escape(text_of(page, rooms[1]))))
    wait_for(page, held)
    for route in [*held, *asked]:
        route.continue_()
    page.unroute_all()
    expect(messages(page).last.locator(".body")).to_have_text("for beta")
    expect(page.locator(BOX)).to_have_value("and more")
    assert "for beta" not in [message["content"] for message in ben.history(rooms[0])]


def test_an_editor_stays_open_however_much_is_said_meanwhile(
    people: tuple[Person, Person], eve: Person, rooms: list[str], new_context: NewContext
) -> None:
    """So much that the room would be fetched anew, but for what is being written in it."""
    page = people[1].open(new_context, rooms[0])
    write(page, "to be mended")
    expect(messages(page).last.locator(".body")).to_have_text("to be mended")
    page.keyboard.press("ArrowUp")
    page.locator(".editor textarea").fill("half mended")
    go(page, rooms[1])
    for number in range(45):
        eve.say(rooms[0], f"meanwhile {number}")
    expect(page.locator(f".room-link[data-room-id='{rooms[0]}'] .number").first).to_have_text("45")
    go(page, rooms[0])
    expect(page.locator(".editor textarea")).to_have_value("half mended")
    expect(messages(page).filter(has_text="meanwhile")).to_have_count(45)


def test_what_is_open_around_the_rooms_closes_when_one_goes_on(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    page = people[1].open(new_context, rooms[0])
    go(page, rooms[1])
    menu = page.locator("#main-menu")
    page.get_by_role("button", name="Acme").click()
    menu.get_by_role("link", name="New room").click()
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_be_focused()
    expect(menu).to_be_hidden()
    page.go_back()
    page.get_by_role("button", name="Acme").click()
    menu.get_by_role("button", name="Keyboard shortcuts").click()
    expect(page.locator("#keys")).to_be_visible()
    page.evaluate("history.back()")
    expect(timeline(page, rooms[0])).to_be_visible()
    expect(page.locator("#keys")).to_be_hidden()
    expect(page.locator(BOX)).to_be_focused()


def test_the_name_of_a_room_is_said_and_not_shown_as_news(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    page = people[1].open(new_context, rooms[0])
    page.keyboard.press("Shift+Escape")
    page.wait_for_function("() => document.querySelector('#announcer').className === 'toast'")
    go(page, rooms[1])
    assert page.locator("#announcer").get_attribute("class") == "visually-hidden"
    expect(page.locator("#announcer")).to_have_text(text_of(page, rooms[1]))


def test_an_edit_that_is_refused_once_one_has_gone_on_waits_where_it_was_made(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    ben = people[1]
    page = ben.tab(new_context)
    wire = Wire(page)
    page.goto(f"/rooms/{rooms[0]}")
    expect(page.locator(".people-count")).to_have_text("1")
    write(page, "to be mended")
    expect(messages(page).last.locator(".body")).to_have_text("to be mended")
    page.keyboard.press("ArrowUp")
    page.locator(".editor textarea").fill("mended")
    wire.holds = "edit_message"
    page.keyboard.press("Enter")
    go(page, rooms[1])
    page.keyboard.type("meanwhile")
    server, text = wire.held[0]
    server.send(text.replace(ben.history(rooms[0])[-1]["id"], str(uuid4())))
    page.keyboard.type(" here")
    expect(page.locator(BOX)).to_have_value("meanwhile here")
    go(page, rooms[0])
    expect(page.locator(".editor textarea")).to_have_value("mended")
    expect(page.locator(".editor-note")).not_to_have_text("")
    wire.holds = ""
    page.locator(".editor textarea").press("Enter")
    expect(messages(page).last.locator(".body")).to_have_text("mended")
