"""Other tabs, a server or a network that is away, rooms that are gone, forms: what is not a plain link in place."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from tests.browser.one_place.ways import BOX, Watched, go, hold, link, text_of, timeline, wait_for
from tests.browser.people import PASSWORD, Person, invite, messages, write
from tests.browser.test_connection import Wire

NewContext = Callable[..., BrowserContext]


def test_a_new_tab_is_a_new_tab(people: tuple[Person, Person], rooms: list[str], new_context: NewContext) -> None:
    page = people[1].open(new_context, rooms[0])
    with page.context.expect_page() as opened:
        link(page, rooms[1]).click(modifiers=["Control"])
    expect(timeline(opened.value, rooms[1])).to_be_visible()
    expect(timeline(page, rooms[0])).to_be_visible()


@pytest.mark.parametrize("failure", ["aborted", "500", "a file", "another version"])
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
        elif failure == "a file":
            route.fulfill(content_type="application/zip", body="PK")
        else:
            body = '<title>x</title><meta name="build" content="99"><main class="pane" id="main"></main>'
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


def test_a_page_whose_socket_is_still_being_opened_follows_an_ordinary_link(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    """The server has just sent this page: that a part of one fails says nothing of the server."""
    ben = people[1]
    page = ben.tab(new_context)
    page.route_web_socket(re.compile("/ws"), lambda socket: None)
    page.route("**/*", lambda route: route.abort() if "x-campfire-part" in route.request.headers else route.continue_())
    page.goto(f"/rooms/{rooms[0]}")
    watched = Watched(page)
    page.get_by_role("link", name="Search in this room").click()
    expect(page.get_by_role("heading", name="Search", exact=True)).to_be_visible()
    page.wait_for_load_state()
    assert len(watched.loads) == 1


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
    account = gil.call("GET", "/api/users/me")["email"]
    page = gil.open(new_context, room)
    gil.call("POST", "/api/auth/logout")
    page.locator(BOX).fill("half a thought")
    page.get_by_role("link", name="Browse").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.locator("#sidebar")).to_have_count(0)
    page.get_by_label("Email").fill(account)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Browse rooms")).to_be_visible()
    go(page, room)
    expect(page.locator(BOX)).to_have_value("half a thought")


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
    page.get_by_role("button", name="Create room").click()
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


def test_a_page_that_is_gone_once_one_has_left_it_is_of_no_concern(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    page = people[1].open(new_context, rooms[0])
    go(page, rooms[1])
    page.get_by_role("link", name="About this room").click()
    expect(page.get_by_role("heading", name="About this room")).to_be_visible()
    watched = Watched(page)
    held = hold(page, f"/rooms/{rooms[1]}/settings$")
    people[0].call("PATCH", f"/api/rooms/{rooms[1]}", {"topic": "soon gone"})
    wait_for(page, held)
    go(page, rooms[0])
    with page.expect_event("requestfinished", lambda request: request.url == held[0].request.url):
        held[0].fulfill(status=404, content_type="text/html", body="<h1>There is nothing here</h1>")
    page.evaluate("new Promise((done) => setTimeout(done))")
    go(page, rooms[2])
    assert watched.loads == []


def test_what_is_looked_for_does_not_follow_to_another_page(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    page = people[1].open(new_context, rooms[0])
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    go(page, rooms[1])
    page.get_by_role("link", name="Browse").click()
    expect(page.get_by_role("heading", name="Browse rooms")).to_be_visible()
    # The second timer is later than the one that looks for it.
    page.evaluate(
        """room => {
            const field = document.querySelector("find-field input[type=search]")
            field.value = "some"
            field.dispatchEvent(new Event("input", { bubbles: true }))
            document.querySelector(`.room-link[data-room-id='${room}'] a`).click()
            return new Promise((done) => setTimeout(done, 250))
        }""",
        rooms[0],
    )
    expect(timeline(page, rooms[0])).to_be_visible()
    assert page.url.endswith(f"/rooms/{rooms[0]}")
    assert errors == []


def test_where_the_server_leads_is_the_address_and_one_step_of_the_history(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    page = people[1].open(new_context, rooms[0])
    watched = Watched(page)
    page.get_by_role("link", name="Browse").click()
    expect(page.get_by_role("heading", name="Browse rooms")).to_be_visible()
    page.evaluate("dispatchEvent(new CustomEvent('visit', { detail: '/', cancelable: true }))")
    expect(timeline(page, rooms[0])).to_be_visible()
    expect(page).to_have_url(re.compile(f"/rooms/{rooms[0]}$"))
    page.go_back()
    expect(page.get_by_role("heading", name="Browse rooms")).to_be_visible()
    assert watched.loads == []


def test_an_error_of_the_server_is_a_page_one_can_leave_by_back(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    page = people[1].open(new_context, rooms[0])
    page.locator(BOX).fill("half a thought")
    watched = Watched(page)
    page.route(
        re.compile(f"/rooms/{rooms[1]}$"),
        lambda route: route.fulfill(status=500, content_type="text/html", body="<h1>Something broke</h1>"),
    )
    link(page, rooms[1]).click()
    expect(page.get_by_role("heading", name="Something broke")).to_be_visible()
    page.go_back()
    expect(timeline(page, rooms[0])).to_be_visible()
    expect(page.locator(BOX)).to_have_value("half a thought")
    assert len(watched.loads) <= 2, "each page once"


def test_while_the_server_is_away_one_stays_and_a_room_comes_once_it_is_back(
    people: tuple[Person, Person], rooms: list[str], new_context: NewContext
) -> None:
    """The network is there, as far as the browser knows; an ordinary load would leave nothing but its error."""
    ben = people[1]
    page = ben.tab(new_context)
    wire = Wire(page)
    page.goto(f"/rooms/{rooms[0]}")
    expect(page.locator(".people-count")).to_have_text("1")
    watched = Watched(page)
    wire.closes = 1012
    assert wire.page_side is not None
    wire.page_side.close(code=1012)
    expect(page.locator("connection-banner")).to_be_visible()
    page.route(re.compile("/rooms/"), lambda route: route.abort("connectionrefused"))
    page.get_by_role("link", name="Browse").click()
    expect(page.get_by_text("This could not be loaded.")).to_be_visible()
    expect(timeline(page, rooms[0])).to_be_visible()
    link(page, rooms[1]).click()
    page.keyboard.type("not lost")
    expect(page.locator("#room-name")).to_have_text(text_of(page, rooms[1]))
    expect(page.get_by_text("This could not be loaded.")).to_be_visible()
    page.unroute_all()
    wire.closes = None
    expect(timeline(page, rooms[1])).to_be_visible()
    expect(page.locator(BOX)).to_have_value("not lost")
    assert watched.loads == []
