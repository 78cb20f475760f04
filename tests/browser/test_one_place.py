"""Going from room to room and page to page: nothing is loaded anew, no socket drops, and everything is where it was."""

import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Request, Route, WebSocket, expect

from tests.browser.people import Person, invite, messages, shown, write
from tests.browser.test_axe import violations
from tests.browser.test_connection import Wire
from tests.servers import Campfire, start_campfire

NewContext = Callable[..., BrowserContext]
BOX = "message-composer textarea"


@pytest.fixture(scope="module")
def server() -> Iterator[Campfire]:
    """Without limits on how often one may speak: the few people here say what a whole team would."""
    with (
        tempfile.TemporaryDirectory(prefix="campfire-browser-") as data,
        start_campfire(data=Path(data), env={"RATE_LIMITS": "off"}) as server,
    ):
        yield server


@pytest.fixture(scope="module")
def eve(ada: Person) -> Person:
    """Somebody who talks, so that others find something new."""
    return invite(ada, "Eve Moreau")


@pytest.fixture
def rooms(people: tuple[Person, Person], eve: Person) -> list[str]:
    """Three new rooms with everybody in them; in each a few things have been said, and Ben has read them."""
    made = [make_room(people, eve, f"{name} {uuid4().hex[:4]}") for name in ("alpha", "beta", "gamma")]
    people[1].call("POST", "/api/rooms/read")
    return made


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


def text_of(page: Page, room: str) -> str:
    return link(page, room).locator(".room-name").inner_text()


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


def places(page: Page) -> dict[str, float]:
    """How far below the top each message in view begins, by its seq."""
    return dict(
        page.evaluate(
            """() => {
                const box = document.querySelector("message-timeline").getBoundingClientRect()
                return [...document.querySelectorAll("article.message[data-seq]:not([data-seq=''])")]
                    .map((row) => [row.dataset.seq, row.getBoundingClientRect()])
                    .filter(([, at]) => at.top >= box.top && at.bottom <= box.bottom)
                    .map(([seq, at]) => [seq, at.top])
            }"""
        )
    )


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
    context = new_context()
    context.add_cookies([{"name": "session_token", "value": ben.token, "url": ben.server.url}])
    page = context.new_page()
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


def test_a_slow_answer_does_not_overtake_a_later_click(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    page = people[1].open(new_context, rooms[0])
    held = hold(page, f"/rooms/{rooms[1]}$")
    link(page, rooms[1]).click()
    wait_for(page, held)
    go(page, rooms[2])
    held[0].continue_()
    page.wait_for_timeout(500)
    expect(timeline(page, rooms[2])).to_be_visible()
    expect(page).to_have_url(re.compile(f"/rooms/{rooms[2]}$"))
    expect(link(page, rooms[2])).to_have_attribute("aria-current", "page")
    page.go_back()
    page.go_back()
    expect(timeline(page, rooms[0])).to_be_visible()


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


def test_a_new_tab_is_a_new_tab(people: tuple[Person, Person], rooms: list[str], new_context: NewContext) -> None:
    page = people[1].open(new_context, rooms[0])
    with page.context.expect_page() as opened:
        link(page, rooms[1]).click(modifiers=["Control"])
    expect(timeline(opened.value, rooms[1])).to_be_visible()
    expect(timeline(page, rooms[0])).to_be_visible()


@pytest.mark.parametrize("failure", ["aborted", "500", "another version"])
def test_what_cannot_be_fetched_is_an_ordinary_link(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext, failure: str
) -> None:
    page = people[1].open(new_context, rooms[0])
    watched = Watched(page)

    def answer(route: Route) -> None:
        if "x-campfire-part" not in route.request.headers:
            route.continue_()
        elif failure == "aborted":
            route.abort()
        elif failure == "500":
            route.fulfill(status=500, content_type="text/html", body="<h1>Something broke</h1>")
        else:
            body = '<title>x</title><meta name="version" content="99"><main class="pane" id="main"></main>'
            route.fulfill(content_type="text/html", body=body)

    page.route(re.compile(f"/rooms/{rooms[1]}|/search"), answer)
    link(page, rooms[1]).click()
    expect(timeline(page, rooms[1])).to_be_visible()
    page.wait_for_load_state()
    assert watched.loads == [f"{people[1].server.url}/rooms/{rooms[1]}"]
    page.get_by_role("link", name="Search in this room").click()
    expect(page.get_by_role("heading", name="Search", exact=True)).to_be_visible()
    page.wait_for_load_state()
    assert len(watched.loads) == 2


def test_offline_one_stays_and_is_told(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    page = people[1].open(new_context, rooms[0])
    go(page, rooms[1])
    page.context.set_offline(True)
    expect(page.locator("connection-banner")).to_contain_text("offline")
    link(page, rooms[2]).click()
    expect(page.get_by_text("This could not be loaded.")).to_be_visible()
    expect(timeline(page, rooms[1])).to_be_visible()
    go(page, rooms[0])
    write(page, "written offline")
    page.context.set_offline(False)
    expect(messages(page).last.locator(".body")).to_have_text("written offline")


def test_who_is_signed_out_meanwhile_comes_to_sign_in(people: tuple[Person, Person], new_context: NewContext) -> None:
    ada = people[0]
    gil = invite(ada, "Gil")
    room = str(ada.call("POST", "/api/rooms", {"name": "a", "kind": "closed", "member_ids": [gil.id]})["id"])
    page = gil.open(new_context, room)
    gil.call("POST", "/api/auth/logout")
    page.get_by_role("link", name="Browse").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.locator("#sidebar")).to_have_count(0)


def test_who_was_taken_out_meanwhile_finds_nothing(
    people: tuple[Person, Person], eve: Person, rooms: list[str], new_context: NewContext
) -> None:
    ada, ben = people
    closed = str(ada.call("POST", "/api/rooms", {"name": "vault", "kind": "closed", "member_ids": [ben.id]})["id"])
    ada.say(closed, "for insiders")
    page = ben.open(new_context, rooms[0])
    go(page, closed)
    go(page, rooms[0])
    ada.call("DELETE", f"/api/rooms/{closed}/members/{ben.id}")
    expect(link(page, closed)).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    expect(page.get_by_text("for insiders")).to_have_count(0)


def test_forms_are_answered_without_a_reload(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    ada = people[0]
    page = ada.open(new_context, rooms[0])
    watched = Watched(page)
    page.get_by_role("link", name="About this room").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("")
    page.locator("[required]").evaluate_all("fields => fields.forEach(field => field.required = false)")
    page.locator("#room-part").get_by_role("button", name="Save").click()
    expect(page.locator(".field.wrong input")).to_be_focused()
    page.get_by_role("textbox", name="Name", exact=True).fill("renamed here")
    page.locator("#room-part").get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_have_text("Saved.")
    expect(page.locator("#announcer")).to_have_text("Saved.")
    page.go_back()
    expect(page.locator("#room-name")).to_have_text("renamed here")
    page.get_by_role("link", name="New room").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("made here")
    page.get_by_role("button", name="Make the room").click()
    expect(page.locator("#room-name")).to_have_text("made here")
    expect(link(page, page.url.rsplit("/", 1)[-1])).to_be_visible()
    assert watched.loads == []
    assert watched.sockets == []


def test_a_form_that_fails_on_the_way_keeps_what_was_written(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    page = people[0].open(new_context, rooms[0])
    page.get_by_role("link", name="About this room").click()
    page.route("**/settings", lambda route: route.abort())
    page.get_by_role("textbox", name="Name", exact=True).fill("not lost")
    page.locator("#room-part").get_by_role("button", name="Save").click()
    expect(page.get_by_text("The server could not be reached.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("not lost")


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


def test_a_room_that_is_waited_for_comes_when_the_network_is_back(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    ben = people[1]
    page = ben.open(new_context, rooms[0])
    watched = Watched(page)
    held = hold(page, f"/rooms/{rooms[1]}$")
    link(page, rooms[1]).click()
    page.keyboard.type("not lost")
    wait_for(page, held)
    page.context.set_offline(True)
    held[0].abort()
    expect(page.get_by_text("This could not be loaded.")).to_be_visible()
    expect(page.locator(BOX)).to_have_value("not lost")
    page.unroute_all()
    page.context.set_offline(False)
    expect(timeline(page, rooms[1])).to_be_visible()
    expect(page.locator(BOX)).to_have_value("not lost")
    page.locator(BOX).press("Enter")
    expect(messages(page).last.locator(".body")).to_have_text("not lost")
    assert watched.loads == []


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
