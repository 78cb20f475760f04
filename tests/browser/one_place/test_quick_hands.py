"""Double clicks, several at once, a pointer that runs over everything: what is done quickly ends where one meant."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.one_place.ways import Watched, go, hold, link, text_of, timeline, wait_for
from tests.browser.people import Person, invite, messages, shown

NewContext = Callable[..., BrowserContext]


def test_a_double_click_is_one_step_back(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    page = people[1].open(new_context, rooms[0])
    watched = Watched(page)
    link(page, rooms[1]).dblclick()
    expect(timeline(page, rooms[1])).to_be_visible()
    page.get_by_role("link", name="Browse").dblclick()
    expect(page.get_by_role("heading", name="Browse rooms")).to_be_visible()
    link(page, rooms[0]).dblclick()
    expect(timeline(page, rooms[0])).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Browse rooms")).to_be_visible()
    page.go_back()
    expect(timeline(page, rooms[1])).to_be_visible()
    page.go_back()
    expect(timeline(page, rooms[0])).to_be_visible()
    expect(page).to_have_url(re.compile(f"/rooms/{rooms[0]}$"))
    assert watched.loads == []


def test_a_form_that_is_sent_twice_is_sent_once(people: tuple[Person, Person], new_context: NewContext) -> None:
    ada = people[0]
    page = ada.open(new_context, str(ada.call("GET", "/api/rooms")["results"][0]["id"]))
    page.get_by_role("link", name="New room").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("made just once")
    held = hold(page, "/rooms/new")
    page.get_by_role("button", name="Create room").dblclick()
    wait_for(page, held)
    page.wait_for_timeout(200)
    assert len(held) == 1
    held[0].continue_()
    expect(page.locator("#room-name")).to_have_text("made just once")
    named = [room for room in ada.call("GET", "/api/rooms?limit=100")["results"] if room["name"] == "made just once"]
    assert len(named) == 1


def test_several_clicks_end_in_the_room_of_the_last(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    """None of these rooms has been open before, and each address is one step of the history."""
    ben = people[1]
    page = ben.open(new_context, rooms[2])
    watched = Watched(page)
    page.evaluate(
        """rooms => {
            for (const room of rooms) document.querySelector(`.room-link[data-room-id='${room}'] a`).click()
            history.back()
        }""",
        [rooms[0], rooms[1], rooms[2], rooms[0]],
    )
    _is_whole(page, ben, rooms[2])
    page.go_forward()
    _is_whole(page, ben, rooms[0])
    page.evaluate("history.go(-2)")
    _is_whole(page, ben, rooms[1])
    assert watched.loads == []
    assert watched.sockets == []


def _is_whole(page: Page, person: Person, room: str) -> None:
    """The room is shown, and everything says so."""
    expect(timeline(page, room)).to_be_visible()
    expect(page).to_have_url(re.compile(f"/rooms/{room}$"))
    expect(page.locator("#room-name")).to_have_text(text_of(page, room))
    expect(page).to_have_title(re.compile(re.escape(text_of(page, room))))
    expect(link(page, room)).to_have_attribute("aria-current", "page")
    history = [(message["id"], message["content"]) for message in person.history(room)]
    expect(messages(page)).to_have_count(len(history))
    assert shown(page) == history


def test_a_pointer_that_runs_over_the_list_asks_for_nothing(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    page = people[1].open(new_context, rooms[0])
    watched = Watched(page)
    page.evaluate(
        """links => {
            const over = new PointerEvent("pointerover", { pointerType: "mouse", bubbles: true })
            const elements = links.map((selector) => document.querySelector(selector))
            for (let times = 0; times < 70; times++) for (const element of elements) element.dispatchEvent(over)
            document.querySelector("#announcer").dispatchEvent(over)
        }""",
        [f".room-link[data-room-id='{room}'] a" for room in rooms],
    )
    page.wait_for_timeout(300)
    assert [url for url in watched.requests if "/rooms/" in url] == []
    link(page, rooms[1]).hover()
    with page.expect_request(re.compile(f"/rooms/{rooms[1]}$")):
        pass


def test_who_saves_data_fetches_nothing_ahead(
    people: tuple[Person, Person], eve: Person, rooms: list[str], new_context: NewContext
) -> None:
    ben = people[1]
    page = ben.tab(new_context)
    page.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
    page.goto(f"/rooms/{rooms[0]}")
    ben.wait_until_present(rooms[0])
    watched = Watched(page)
    eve.say(rooms[1], "something new")
    expect(page.locator(f".room-link[data-room-id='{rooms[1]}']")).to_have_class(re.compile("unread"))
    link(page, rooms[2]).hover()
    # A finger that scrolls the list.
    link(page, rooms[2]).dispatch_event("pointerdown", {"pointerType": "touch"})
    page.wait_for_timeout(2500)
    assert [url for url in watched.requests if "/rooms/" in url] == []
    go(page, rooms[1])


@pytest.mark.parametrize("status", [401, 429, 503])
def test_what_is_refused_ahead_is_not_seen(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext, status: int
) -> None:
    page = people[1].open(new_context, rooms[0])
    watched = Watched(page)
    refused: list[str] = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.fulfill(status=status, content_type="text/html", body="<h1>Not now</h1>")

    page.route(re.compile(f"/rooms/{rooms[1]}$"), refuse)
    link(page, rooms[1]).hover()
    page.wait_for_timeout(500)
    assert len(refused) == 1
    expect(timeline(page, rooms[0])).to_be_visible()
    page.unroute_all()
    go(page, rooms[1])
    assert watched.loads == []


def test_the_list_stays_where_it_was_scrolled_to(
    people: tuple[Person, Person], eve: Person, new_context: NewContext
) -> None:
    ada = people[0]
    kim = invite(ada, "Kim")
    bodies = [{"name": f"far {n:02}", "kind": "open", "member_ids": [kim.id, eve.id]} for n in range(40)]
    made = [str(ada.call("POST", "/api/rooms", body)["id"]) for body in bodies]
    page = kim.open(new_context, made[0], viewport={"width": 1280, "height": 600})
    link(page, made[30]).scroll_into_view_if_needed()
    before = page.locator("room-list").evaluate("list => list.scrollTop")
    assert before > 0
    go(page, made[30])
    assert page.locator("room-list").evaluate("list => list.scrollTop") == before
    eve.say(made[5], "up there")
    expect(page).to_have_title(re.compile(r"^\(1\) far 30"))
    page.go_back()
    expect(page).to_have_title(re.compile(r"^\(1\) far 00"))
    expect(link(page, made[0])).to_be_in_viewport()
    go(page, made[5])
    expect(page).to_have_title(re.compile("^far 05"))


def test_what_one_only_rests_on_is_fetched_one_at_a_time(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    """A browser asks a server for few things at once: what is clicked must not wait for what is not."""
    page = people[1].open(new_context, rooms[0])
    held = hold(page, "/rooms/(?!new)[^/]*$")
    link(page, rooms[1]).hover()
    wait_for(page, held)
    for target in (link(page, rooms[2]), page.get_by_role("link", name="Browse")):
        target.hover()
        page.evaluate("new Promise((done) => setTimeout(done, 100))")
    assert [route.request.url.rsplit("/", 1)[1] for route in held] == [rooms[1]]
    link(page, rooms[2]).click()
    wait_for(page, held, 2)
    held[1].continue_()
    expect(timeline(page, rooms[2])).to_be_visible()


def test_what_is_not_wanted_any_more_is_not_waited_for(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    """Whoever runs through many rooms has the last one next."""
    page = people[1].open(new_context, rooms[0])
    held = hold(page, f"/rooms/{rooms[1]}$")
    link(page, rooms[1]).click()
    wait_for(page, held)
    with page.expect_event("requestfailed", lambda request: request.url.endswith(rooms[1])):
        link(page, rooms[2]).click()
    expect(timeline(page, rooms[2])).to_be_visible()
    page.unroute_all()
    go(page, rooms[1])


def test_a_double_click_asks_once(people: tuple[Person, Person], rooms: list[str], new_context: NewContext) -> None:
    page = people[1].open(new_context, rooms[0])
    held = hold(page, f"/rooms/{rooms[1]}$")
    link(page, rooms[1]).dblclick()
    wait_for(page, held)
    page.evaluate("new Promise((done) => setTimeout(done, 300))")
    assert len(held) == 1
    others = hold(page, "/rooms/browse$")
    page.evaluate(
        """() => {
            const link = document.querySelector("room-list a[href='/rooms/browse']")
            for (const type of ["pointerover", "pointerdown"]) {
                link.dispatchEvent(new PointerEvent(type, { pointerType: "mouse", bubbles: true }))
            }
            link.click()
            return new Promise((done) => setTimeout(done, 150))
        }"""
    )
    wait_for(page, others)
    link(page, rooms[1]).click()
    others[0].continue_()
    held[0].continue_()
    expect(timeline(page, rooms[1])).to_be_visible()
    page.evaluate("new Promise((done) => setTimeout(done, 100))")
    expect(page).to_have_url(re.compile(f"/rooms/{rooms[1]}$"))
    assert len(others) == 1, "resting before the click asks for nothing more"


def test_whoever_runs_through_rooms_asks_for_the_one_where_they_stop(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    """Each would cost the server a page, and tell everybody in it of somebody who comes and goes."""
    ben = people[1]
    page = ben.open(new_context, rooms[1])
    go(page, rooms[0])
    ben.wait_until_present(rooms[0])
    watched = Watched(page)
    page.evaluate(
        """([one, other]) => {
            const { send } = WebSocket.prototype
            window.joined = []
            WebSocket.prototype.send = function (text) {
                const frame = JSON.parse(text)
                if (frame.type === "join_room") joined.push(frame.room_id)
                return send.call(this, text)
            }
            for (const room of [one, other, one, other, one, other, one]) {
                document.querySelector(`.room-link[data-room-id='${room}'] a`).click()
            }
        }""",
        [rooms[1], rooms[2]],
    )
    ben.wait_until_present(rooms[1])
    _is_whole(page, ben, rooms[1])
    assert set(page.evaluate("joined")) == {rooms[1]}
    assert len(page.evaluate("joined")) <= 2, "the first at once, the last when one stops"
    assert [url for url in watched.requests if url.endswith(f"/rooms/{rooms[2]}")] == []
