"""The first minutes: an empty room, its invitation, a closed room and its people; what went wrong is said."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from tests.browser.people import Person, invite, messages, write

NewContext = Callable[..., BrowserContext]
WORKSPACES = "/api/workspaces"


def make_room(ada: Person, name: str, kind: str = "open") -> str:
    workspace = ada.call("GET", WORKSPACES)["results"][0]["id"]
    return str(ada.call("POST", "/api/rooms", {"name": name, "kind": kind, "workspace_id": workspace})["id"])


def test_an_empty_room_leads_to_a_link_and_then_shows_it(ada: Person, new_context: NewContext) -> None:
    room = make_room(ada, "first")
    page = ada.open(new_context, room, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Create an invitation link").click()
    expect(page.get_by_role("img", name="The link as a QR code")).to_be_visible()

    page.goto(f"/rooms/{room}")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.get_by_label("Invitation link").input_value()
    page.goto(link)
    expect(page.get_by_role("heading", name="Join Acme")).to_be_visible()


def test_people_are_added_from_the_list_of_those_in_the_room(ada: Person, new_context: NewContext) -> None:
    ben = invite(ada, "Ben Okafor")
    page = ada.open(new_context, make_room(ada, "plans", "closed"), viewport={"width": 390, "height": 844})
    page.get_by_role("button", name="1 person here").click()
    page.locator("#people").get_by_role("link", name="Add people").click()
    page.get_by_label("Ben Okafor").check()
    page.get_by_role("button", name="Add to the room").click()
    expect(page.locator(f"room-people li[data-user-id='{ben.id}']")).to_have_count(1)


def test_edited_stands_in_the_line_where_the_text_ends(ada: Person, new_context: NewContext) -> None:
    page = ada.open(new_context, make_room(ada, "edits"))
    write(page, "one line\n\nand anothr")
    row = messages(page).last
    expect(row.locator(".body p").last).to_have_text("and anothr")
    page.locator("message-composer textarea").press("ArrowUp")
    editor = page.locator(".editor textarea")
    editor.fill("one line\n\nand another")
    editor.press("Enter")
    expect(row.locator(".edited")).to_be_visible()
    text, edited = row.locator(".body p").last.bounding_box(), row.locator(".edited").bounding_box()
    assert text is not None
    assert edited is not None
    assert text["y"] <= edited["y"] < text["y"] + text["height"]
    assert edited["x"] >= text["x"] + text["width"]


def test_history_that_cannot_be_loaded_says_so_and_is_loaded_on_demand(ada: Person, new_context: NewContext) -> None:
    room = make_room(ada, "long")
    crowd = [ada, *(invite(ada, name) for name in ("Cleo", "Dora", "Emil"))]
    for person in crowd[1:]:
        person.call("POST", f"/api/rooms/{room}/join")
    for number in range(60):
        crowd[number % 4].say(room, f"line {number}")
    page = ada.open(new_context, room)
    fail, pages = (lambda route: route.abort()), "**/api/rooms/*/messages?*"
    page.route(pages, fail)
    page.goto(f"/rooms/{room}/@45")
    page.locator("message-timeline").evaluate("timeline => timeline.scrollTop = -timeline.scrollHeight")
    notice = page.get_by_role("alert").filter(has_text="Could not load more messages.")
    expect(notice).to_be_visible()

    page.unroute(pages, fail)
    notice.get_by_role("button", name="Try again").click()
    expect(notice).to_have_count(0)
    expect(messages(page)).to_have_count(60)


def test_what_an_action_led_to_is_seen(ada: Person, new_context: NewContext) -> None:
    page = ada.open(new_context, make_room(ada, "links"), permissions=["clipboard-read", "clipboard-write"])
    write(page, "one")
    write(page, "two")
    first, second = messages(page).first, messages(page).nth(1)
    expect(second).to_be_visible()
    first.hover()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Link copied.")).to_have_class("toast")

    page.get_by_role("button", name="Delete").click()
    page.keyboard.press("Escape")
    expect(first).to_be_focused()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(messages(page)).to_have_count(1)
    expect(messages(page)).to_be_focused()


def test_code_wider_than_its_message_can_be_reached_by_keys(ada: Person, new_context: NewContext) -> None:
    page = ada.open(new_context, make_room(ada, "code"))
    write(page, "```\nshort\n```")
    write(page, "```\n" + "wide " * 80 + "\n```")
    expect(page.locator(".body pre").first).to_have_attribute("tabindex", "-1")
    expect(page.locator(".body pre").last).to_have_attribute("tabindex", "0")
