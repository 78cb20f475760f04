"""With the keyboard alone: a whole conversation, the regions of the page, the help, and where the focus goes."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.people import PASSWORD, Person, messages
from tests.browser.test_axe import violations

NewContext = Callable[..., BrowserContext]
FOCUSED = "document.activeElement"


@pytest.fixture(scope="module")
def room(people: tuple[Person, Person]) -> str:
    ada, ben = people
    room = str(ada.call("POST", "/api/rooms", {"name": "telescope", "kind": "open", "member_ids": [ben.id]})["id"])
    for text in ("The mirror is aligned", "The [dome](https://dome.example) opens at nine", "Good night"):
        ben.say(room, text)
    return room


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is called `name` has the focus."""
    for _ in range(40):
        label = page.evaluate(f"({FOCUSED}.ariaLabel || {FOCUSED}.textContent || '').trim()")
        if re.fullmatch(name, label):
            return
        press(page, "Tab")
    raise AssertionError(f"Tab does not come to {name}")


def composer(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message telescope")


def region(page: Page) -> str:
    """Which part of the page has the focus."""
    parts = {"sidebar": "#sidebar", "header": "#main > .bar", "timeline": "message-timeline", "composer": ".foot"}
    held = [name for name, part in parts.items() if page.evaluate(f"!!{FOCUSED}.closest({part!r})")]
    return held[0] if held else ""


def test_a_whole_conversation(people: tuple[Person, Person], room: str, new_context: NewContext) -> None:
    page = new_context().new_page()
    sign_in(page)
    choose_the_room(page, room)
    people[0].wait_until_present(room)
    write_and_edit(page)
    delete_the_last(page)
    press(page, "k", "u")
    expect(page.locator(".new-line + .message .body")).to_contain_text("The dome opens")
    expect(page.get_by_text("2 messages are unread.")).to_be_visible()
    find(page, "mirror")
    expect(page.locator(".message.target .body")).to_have_text("The mirror is aligned")
    expect(page.locator(".message.target")).to_be_focused()
    sign_out(page)


def sign_in(page: Page) -> None:
    page.goto("/sign-in")
    if page.evaluate(f"{FOCUSED}.type") != "email":
        press(page, "Tab")
    page.keyboard.type("ada@example.com")
    press(page, "Tab")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    page.wait_for_url("**/rooms/**")


def choose_the_room(page: Page, room: str) -> None:
    press(page, "F6")
    tab_to(page, r"(?s)#?\s*telescope.*")
    press(page, "Enter")
    page.wait_for_url(f"**/rooms/{room}")
    expect(page.get_by_role("heading", name="telescope", exact=True)).to_be_focused()


def write_and_edit(page: Page) -> None:
    page.keyboard.type("Frist light tonight")
    press(page, "Enter")
    mine = messages(page).last
    expect(mine.locator(".body")).to_have_text("Frist light tonight")
    press(page, "ArrowUp")
    expect(page.locator(".editor textarea")).to_be_focused()
    press(page, "Control+a")
    page.keyboard.type("First light tonight")
    press(page, "Enter")
    expect(mine.locator(".body")).to_have_text("First light tonight")
    expect(composer(page)).to_be_focused()


def delete_the_last(page: Page) -> None:
    mine = messages(page).last
    press(page, "Shift+F6")
    expect(mine).to_be_focused()
    press(page, "Home")
    expect(messages(page).first).to_be_focused()
    press(page, "End", "e")
    expect(page.locator(".editor textarea")).to_be_focused()
    press(page, "Escape")
    press(page, "Shift+F6", "Delete")
    dialog = page.get_by_role("dialog", name="Delete this message?")
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    press(page, "Escape")
    expect(mine).to_be_focused()
    press(page, "Delete", "Tab", "Enter")
    expect(messages(page)).to_have_count(3)
    expect(messages(page).last).to_be_focused()


def find(page: Page, word: str) -> None:
    press(page, "/")
    page.keyboard.type(word)
    press(page, "Enter")
    page.wait_for_url(f"**/search?q={word}")
    press(page, "F6", "F6")
    tab_to(page, r"(?s)View in context.*")
    press(page, "Enter")


def sign_out(page: Page) -> None:
    press(page, "F6", "F6")
    tab_to(page, r"(?s)Acme.*")
    press(page, "Enter", "Tab")
    tab_to(page, "Sign out")
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_f6_goes_round_the_regions_and_back(people: tuple[Person, Person], room: str, new_context: NewContext) -> None:
    page = people[0].open(new_context, room)
    round_trip = ["composer", "sidebar", "header", "timeline"]
    for name in round_trip:
        assert region(page) == name
        press(page, "F6")
    for name in ["composer", *round_trip[:0:-1]]:
        assert region(page) == name
        press(page, "Shift+F6")


def test_the_timeline_is_one_tab_stop_at_its_newest_message(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    ada, ben = people
    page = ada.open(new_context, room)
    ben.say(room, "One more")
    newest = messages(page).filter(has_text="One more")
    expect(newest).to_have_attribute("tabindex", "0")
    assert page.locator("message-timeline [tabindex='0']").count() == 1
    press(page, "Shift+Tab")
    expect(newest).to_be_focused()

    press(page, "k", "k")
    active = messages(page).nth(messages(page).count() - 3)
    expect(active).to_be_focused()
    ben.say(room, "And another")
    expect(messages(page).filter(has_text="And another")).to_be_visible()
    expect(active).to_be_focused()
    expect(active).to_have_attribute("tabindex", "0")


def test_a_question_asked_again_at_once_is_answered(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    """The browser tells of a dialog's closing later, when the next question may be open already."""
    ada = people[0]
    ada.say(room, "Only a moment")
    page = ada.open(new_context, room)
    mine = messages(page).filter(has_text="Only a moment")
    mine.focus()
    press(page, "Delete")
    dialog = page.get_by_role("dialog", name="Delete this message?")
    expect(dialog).to_be_visible()
    page.evaluate("""() => {
        document.getElementById("confirm-delete").close()
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Delete", bubbles: true }))
    }""")
    page.wait_for_timeout(100)
    dialog.get_by_role("button", name="Delete").click()
    expect(mine).to_have_count(0)


def test_enter_goes_into_a_message_and_escape_out_of_it(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    page = people[0].open(new_context, room)
    message = messages(page).nth(1)
    message.focus()
    press(page, "Enter")
    expect(page.get_by_role("button", name="Copy link")).to_be_focused()
    press(page, "ArrowRight")
    expect(page.get_by_role("button", name="Mark unread from here")).to_be_focused()
    press(page, "ArrowRight", "ArrowRight")
    expect(message.get_by_role("link", name="dome")).to_be_focused()
    press(page, "Escape")
    expect(message).to_be_focused()
    press(page, "Escape")
    expect(composer(page)).to_be_focused()


@pytest.mark.parametrize("address", ["room", "/search", "/rooms/browse"])
def test_a_question_mark_lists_the_keys(
    people: tuple[Person, Person], room: str, new_context: NewContext, address: str
) -> None:
    page = people[0].open(new_context, room)
    page.goto(f"/rooms/{room}" if address == "room" else address)
    page.locator("#sidebar .space").focus()
    press(page, "?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    press(page, "?", "/", "Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("#sidebar .space")).to_be_focused()

    press(page, "Enter")
    page.get_by_role("button", name="Keyboard shortcuts").focus()
    press(page, "Enter")
    expect(dialog).to_be_visible()
    press(page, "Enter")
    expect(page.locator("#sidebar .space")).to_be_focused()


def test_a_question_mark_in_a_sentence_is_one(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    page = people[0].open(new_context, room)
    page.keyboard.type("Who? a/b")
    expect(composer(page)).to_have_value("Who? a/b")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_dialogs_and_what_shows_only_sometimes_break_no_rule_of_axe(
    people: tuple[Person, Person], room: str, new_context: NewContext, theme: str
) -> None:
    ada, ben = people
    ada.call("POST", "/api/directs", {"user_ids": [ben.id]})
    page = ada.open(new_context, room)
    page.context.add_cookies([{"name": "theme", "value": theme, "url": ada.server.url}])
    page.reload()
    expect(page.locator("room-list .presence")).to_be_visible()
    messages(page).nth(1).focus()
    press(page, "u")
    expect(page.locator(".new-line")).to_be_visible()
    assert violations(page) == []
    press(page, "?")
    assert violations(page) == []
    press(page, "Escape")
    page.evaluate("document.getElementById('confirm-read-all').showModal()")
    assert violations(page) == []
    press(page, "Escape", "e")
    page.locator("message-composer textarea").focus()
    page.context.set_offline(True)
    page.keyboard.type("Later")
    press(page, "Enter")
    expect(page.locator(".pending-messages .state")).to_be_visible()
    expect(page.locator("connection-banner")).to_be_visible()
    assert violations(page) == []
