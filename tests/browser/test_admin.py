"""An operator in Django admin in one browser, a member in another: what one does, the other sees without a reload."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from tests.browser.people import PASSWORD, Person, invite, messages

NewContext = Callable[..., BrowserContext]
NOUNS = ["accounts/user", "accounts/workspace", "accounts/member", "accounts/invitation", "accounts/session"]
NOUNS += ["chat/room", "chat/membership", "chat/message"]


@pytest.fixture
def ben(ada: Person) -> Person:
    """A member who came for this test."""
    return invite(ada, f"Ben {uuid4().hex[:6]}")


@pytest.fixture
def room(ada: Person, ben: Person) -> dict[str, str]:
    workspace = ada.call("GET", "/api/workspaces")["results"][0]["id"]
    body = {"name": f"room {uuid4().hex[:6]}", "kind": "open", "member_ids": [ben.id], "workspace_id": workspace}
    return dict(ada.call("POST", "/api/rooms", body))


@pytest.fixture
def admin(ada: Person, page: Page) -> Page:
    """Ada in admin. Breaches of the policy fail the test."""
    ada.sign_in(page.context)
    return page


def find(admin: Page, noun: str, query: str) -> None:
    """Open the page of the one row that is found."""
    admin.goto(f"/admin/{noun}/?q={query}")
    admin.locator("#result_list tbody tr").first.locator("th a, td a").first.click()


def choose(admin: Page, path: str, action: str) -> None:
    """Do `action` to the first row of a list, and confirm it."""
    admin.goto(path)
    admin.locator("#result_list tbody input.action-select").first.check()
    admin.locator("select[name=action]").select_option(label=action)
    admin.get_by_role("button", name="Go").click()
    confirm(admin)
    expect(admin.locator(".messagelist .success")).to_be_visible()


def confirm(admin: Page) -> None:
    """Say yes on the page that asks, once that is the page."""
    admin.locator(".delete-confirmation input[type=submit]").last.click()


def number(href: str | None) -> str:
    """The row id in an address of admin."""
    found = re.search(r"/(\d+)/change/", href or "")
    assert found
    return found[1]


def key(admin: Page, noun: str, query: str) -> str:
    admin.goto(f"/admin/{noun}/?q={query}")
    return number(admin.locator("#result_list tbody a[href*='/change/']").first.get_attribute("href"))


def test_the_way_in_is_the_products_own(ada: Person, page: Page) -> None:
    page.goto("/admin/chat/room/")
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    page.locator("input[type=email], input[name=login]").fill("ada@example.com")
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main button, main input[type=submit]").first.click()
    expect(page).to_have_url(re.compile("/admin/chat/room/$"))
    expect(page.locator("#site-name")).to_have_text("Campfire")
    page.get_by_role("link", name="Back to the chat").click()
    page.wait_for_url(re.compile("/rooms/"))
    expect(page.locator("#main-menu a[href='/admin/']")).to_have_count(1)


def test_staff_alone_are_offered_the_way(ben: Person, room: dict[str, str], new_context: NewContext) -> None:
    bens = ben.open(new_context, room["id"])
    expect(bens.locator("#main-menu a[href='/admin/']")).to_have_count(0)
    answer = bens.goto("/admin/")
    assert answer is not None
    assert answer.status == 403


def test_every_page_keeps_to_the_policy_and_the_screen(
    ada: Person, ben: Person, room: dict[str, str], new_context: NewContext
) -> None:
    ada.say(room["id"], "Something to look at, " + "x" * 300)
    context = new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
    ada.sign_in(context)
    page = context.new_page()
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    paths = ["", *(f"{noun}/" for noun in NOUNS)]
    paths += [f"{noun}/add/" for noun in ("accounts/workspace", "accounts/member", "accounts/invitation")]
    paths += ["chat/membership/add/"]
    for noun in NOUNS:
        page.goto(f"/admin/{noun}/")
        link = page.locator("#result_list tbody a[href*='/change/']")
        paths += [href.removeprefix("/admin/") for href in [link.first.get_attribute("href")] if link.count() and href]
    for path in paths:
        answer = page.goto(f"/admin/{path}")
        assert answer is not None
        assert answer.status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    assert complaints == []


def test_people_are_picked_by_typing(ada: Person, ben: Person, room: dict[str, str], admin: Page) -> None:
    newcomer = invite(ada, f"Eve {uuid4().hex[:6]}")
    admin.goto("/admin/chat/membership/add/")
    for field, wanted in (("room", room["name"]), ("user", newcomer.name)):
        admin.locator(f".field-{field} .select2-selection").click()
        admin.locator(".select2-search__field").fill(wanted)
        admin.locator(".select2-results__option", has_text=wanted).first.click()
    admin.locator("input[name=_save]").click()
    expect(admin.locator(".messagelist .success")).to_be_visible()
    assert newcomer.call("GET", f"/api/rooms/{room['id']}")["id"] == room["id"]


def test_a_deleted_message_goes(
    ada: Person, ben: Person, room: dict[str, str], admin: Page, new_context: NewContext
) -> None:
    ada.say(room["id"], "It stays")
    ben.say(room["id"], "It goes")
    bens = ben.open(new_context, room["id"])
    expect(messages(bens)).to_have_count(2)
    choose(admin, f"/admin/chat/message/?room__id__exact={key(admin, 'chat/room', room['name'])}", "Delete")
    expect(messages(bens)).to_have_count(1)
    expect(messages(bens).last.locator(".body")).to_have_text("It stays")


def test_a_new_name_and_an_archived_room_are_seen(
    ben: Person, room: dict[str, str], admin: Page, new_context: NewContext
) -> None:
    bens = ben.open(new_context, room["id"])
    find(admin, "chat/room", room["name"])
    name = f"renamed {uuid4().hex[:6]}"
    admin.locator("input[name=name]").fill(name)
    admin.locator("input[name=_continue]").click()
    expect(bens.get_by_text(name).first).to_be_attached()
    admin.get_by_role("button", name="Archive", exact=True).click()
    confirm(admin)
    expect(admin.get_by_role("button", name="Unarchive")).to_be_visible()
    expect(bens.get_by_text("This room is archived.")).to_be_visible()


def test_who_is_removed_sees_the_room_go(
    ben: Person, room: dict[str, str], admin: Page, new_context: NewContext
) -> None:
    bens = ben.open(new_context, room["id"])
    link = bens.locator(f"a[href='/rooms/{room['id']}']")
    expect(link.first).to_be_attached()
    admin.goto(f"/admin/chat/membership/?q={ben.name}&room__id__exact={key(admin, 'chat/room', room['name'])}")
    choose(admin, admin.url, "Remove from the room")
    expect(link).to_have_count(0)


@pytest.mark.parametrize(
    ("action", "words"),
    [("Deactivate", "Your account is no longer active."), ("End all sessions", "You are signed out.")],
)
def test_who_is_shut_out_is_told(
    ben: Person, room: dict[str, str], admin: Page, new_context: NewContext, action: str, words: str
) -> None:
    bens = ben.open(new_context, room["id"])
    find(admin, "accounts/user", ben.name)
    admin.get_by_role("button", name=action).click()
    confirm(admin)
    expect(bens.get_by_text(words)).to_be_visible()


def test_one_session_of_several_is_ended(
    ben: Person, room: dict[str, str], admin: Page, new_context: NewContext
) -> None:
    bens = ben.open(new_context, room["id"])
    choose(admin, f"/admin/accounts/session/?q={ben.name}", "End")
    expect(bens.get_by_text("You are signed out")).to_be_visible()
