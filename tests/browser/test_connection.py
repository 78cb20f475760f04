"""What the page says while the connection comes, goes, falls behind or ends, and what becomes of what one writes."""

import json
import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, WebSocketRoute, expect

from tests.browser.people import PASSWORD, Person, invite, messages, write

NewContext = Callable[..., BrowserContext]
SOCKET = re.compile(r"/ws/")


@pytest.fixture
def room(people: tuple[Person, Person]) -> str:
    ada, ben = people
    body = {"name": f"room {uuid4().hex[:6]}", "kind": "open", "member_ids": [ben.id]}
    return str(ada.call("POST", "/api/rooms", body)["id"])


@pytest.fixture
def page(people: tuple[Person, Person], new_context: NewContext) -> Page:
    """Ada's browser, in no room yet."""
    ada = people[0]
    context = new_context(permissions=["clipboard-read", "clipboard-write"])
    ada.sign_in(context)
    return context.new_page()


def banner(page: Page) -> Locator:
    return page.locator("connection-banner")


class Wire:
    """Stands between a page and the server: `closes` with a code, is `silent`, `answers` for the server, or `holds`."""

    def __init__(self, page: Page) -> None:
        self.closes: int | None = None
        self.silent = False
        self.holds = ""
        self.held: list[tuple[WebSocketRoute, str]] = []
        self.answers: dict[str, dict[str, object]] = {}
        self.page_side: WebSocketRoute | None = None
        page.route_web_socket(SOCKET, self._opened)

    def _opened(self, socket: WebSocketRoute) -> None:
        self.page_side = socket
        if self.closes is not None:
            socket.close(code=self.closes)
        elif not self.silent:
            server = socket.connect_to_server()
            socket.on_message(lambda text: self._said(socket, server, str(text)))

    def _said(self, socket: WebSocketRoute, server: WebSocketRoute, text: str) -> None:
        frame = json.loads(text)
        if frame["type"] in self.answers:
            socket.send(json.dumps({**self.answers[frame["type"]], "ref": frame.get("ref")}))
        elif frame["type"] == self.holds:
            self.held.append((server, text))
        else:
            server.send(text)

    def release(self) -> None:
        self.holds = ""
        for server, text in self.held:
            server.send(text)


def test_connecting_is_said_after_a_second(room: str, page: Page) -> None:
    wire = Wire(page)
    wire.silent = True
    page.goto(f"/rooms/{room}")
    expect(banner(page)).to_be_hidden()
    expect(banner(page)).to_have_text("Connecting…")


def test_waiting_counts_down_and_can_be_cut_short(room: str, page: Page) -> None:
    page.clock.install()
    wire = Wire(page)
    wire.closes = 4001
    page.goto(f"/rooms/{room}")
    # From here on time passes where the test says so, and a busy machine does not use up the wait that is to be cut.
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 60)
    for _ in range(600):
        if "Reconnecting in" in (banner(page).text_content() or ""):
            break
        page.clock.run_for(500)
    expect(banner(page)).to_have_text(re.compile(r"Reconnecting in \d+ sTry now"))
    wire.closes = None
    page.get_by_role("button", name="Try now").click()
    page.clock.run_for(1000)
    page.clock.resume()
    expect(banner(page)).to_be_hidden()


def test_offline_goes_on_accepting(room: str, page: Page) -> None:
    page.goto(f"/rooms/{room}")
    expect(messages(page)).to_have_count(0)
    page.context.set_offline(True)
    expect(banner(page)).to_have_text("You’re offline. Messages will be sent when you’re back.")
    write(page, "later")
    expect(page.locator(".pending-messages .state")).to_have_text("Queued")
    page.context.set_offline(False)
    expect(messages(page)).to_have_text([re.compile("later")])
    expect(banner(page)).to_be_hidden()


def test_catching_up_says_how_much(people: tuple[Person, Person], room: str, page: Page) -> None:
    wire = Wire(page)
    page.goto(f"/rooms/{room}")
    expect(page.locator(".people-count")).to_have_text("1")
    page.context.set_offline(True)
    expect(banner(page)).to_contain_text("offline")
    eve = invite(people[0], "Eve")
    eve.call("POST", f"/api/rooms/{room}/join")
    for number in range(4):
        eve.say(room, f"missed {number}")
    wire.holds = "catch_up"
    page.context.set_offline(False)
    expect(banner(page)).to_have_text("Catching up 4 messages…")
    wire.release()
    expect(messages(page)).to_have_count(4)
    expect(banner(page)).to_be_hidden()


def test_what_is_written_before_scripts_run_is_a_draft(page: Page, room: str) -> None:
    box, untouched = page.locator("message-composer textarea"), []

    def write_first(route: Route) -> None:
        box.fill("half a thou")
        untouched.append(box.evaluate("box => box.required"))
        route.continue_()

    page.route(re.compile(r"/dist/app\.[^/]*js"), write_first)
    page.goto(f"/rooms/{room}")
    expect(box).not_to_have_attribute("required", "")
    assert untouched == [True], "no script had run"
    box.evaluate("box => box.value = ''")
    page.unroute_all()
    page.reload()
    expect(box).to_have_value("half a thou")


def test_signed_out_elsewhere_keeps_the_draft(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    ada = people[0]
    account = f"{uuid4().hex[:8]}@example.com"
    workspace = ada.call("GET", "/api/workspaces")["results"][0]["id"]
    code = ada.call("POST", f"/api/workspaces/{workspace}/invitations", {"role": "MEMBER"})["code"]
    page = new_context().new_page()
    page.goto(f"/join/{code}")
    page.get_by_label("Your name").fill("Fay")
    page.get_by_label("Email").fill(account)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    page.goto("/rooms/browse")
    page.locator("li", has_text=ada.call("GET", f"/api/rooms/{room}")["name"]).get_by_role("button").click()
    page.locator("message-composer textarea").fill("half a thou")
    other = page.context.new_page()
    other.goto("/search")
    other.get_by_role("button", name="Acme").click()
    other.get_by_role("button", name="Sign out").click()
    expect(banner(page)).to_contain_text("You are signed out. Your draft is kept.")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Email").fill(account)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("message-composer textarea")).to_have_value("half a thou")


@pytest.mark.parametrize(
    ("code", "says", "offers"),
    [
        (4502, "Your account is no longer active.", "Sign in"),
        (4504, "This page is no longer connected.", "Reload"),
        (4507, "Campfire is open in too many tabs.", "Reload"),
    ],
)
def test_what_is_over_is_said_and_not_tried_again(room: str, page: Page, code: int, says: str, offers: str) -> None:
    wire = Wire(page)
    page.goto(f"/rooms/{room}")
    expect(page.locator(".people-count")).to_have_text("1")
    wire.closes = code
    assert wire.page_side is not None
    wire.page_side.close(code=code)
    expect(banner(page)).to_contain_text(says)
    expect(banner(page).get_by_role("button", name=offers)).to_be_visible()


def test_an_update_is_offered_but_not_while_one_composes(room: str, page: Page) -> None:
    def newer(route: Route) -> None:
        route.fulfill(json={"version": "99.0.0"})

    page.route("**/version", newer)
    page.goto(f"/rooms/{room}")
    expect(banner(page)).to_contain_text("Campfire has been updated.")
    page.locator("message-composer textarea").fill("let me finish")
    expect(banner(page)).to_be_hidden()
    page.locator("message-composer textarea").fill("")
    page.unroute("**/version", newer)
    page.get_by_role("button", name="Reload").click()
    expect(banner(page)).to_be_hidden()


@pytest.mark.parametrize(
    ("code", "said"),
    [("rate_limited", "Too fast: sending in [1-5] s"), ("internal_error", "Not sent yet: retrying in [1-5] s")],
)
def test_what_may_be_tried_again_counts_down_and_is_sent(room: str, page: Page, code: str, said: str) -> None:
    wire = Wire(page)
    wire.answers["send_message"] = {"type": "error", "code": code, "message": "Not now", "retry_after": 5}
    page.goto(f"/rooms/{room}")
    write(page, "patience")
    row = page.locator(".pending-messages .message")
    expect(row.locator(".state")).to_have_text(re.compile(said))
    expect(row.locator(".body")).to_have_text("patience")
    wire.answers.clear()
    expect(messages(page).last).to_have_text(re.compile("patience"))


def test_what_was_refused_says_why_and_is_ones_own_to_decide(room: str, page: Page) -> None:
    wire = Wire(page)
    wire.answers["send_message"] = {"type": "error", "code": "forbidden", "message": "This room is archived."}
    page.goto(f"/rooms/{room}")
    for text in ("one", "two"):
        write(page, text)
    rows = page.locator(".pending-messages .message")
    expect(rows.locator(".state-text")).to_have_text(["Not sent: This room is archived."] * 2)
    page.reload()
    expect(rows).to_have_count(2)
    rows.first.get_by_role("button", name="Copy").click()
    assert page.evaluate("navigator.clipboard.readText()") == "one"
    rows.first.get_by_role("button", name="Discard").click()
    expect(rows).to_have_count(1)
    page.locator("message-composer textarea").press("ArrowUp")
    expect(page.locator("message-composer textarea")).to_have_value("two")
    expect(rows).to_have_count(0)
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    wire.answers.clear()
    rows.first.get_by_role("button", name="Retry").click()
    expect(messages(page)).to_have_text([re.compile("two")])
