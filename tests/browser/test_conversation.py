"""Two people, two browsers, one room; and what happens to them when the network or the server goes away."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.people import Person, invite, messages, shown, write
from tests.servers import Campfire

NewContext = Callable[..., BrowserContext]


@pytest.fixture
def room(people: tuple[Person, Person]) -> str:
    """A new room with the two in it."""
    ada, ben = people
    workspace = ada.call("GET", "/api/workspaces")["results"][0]["id"]
    body = {"name": f"room {uuid4().hex[:6]}", "kind": "open", "member_ids": [ben.id], "workspace_id": workspace}
    return str(ada.call("POST", "/api/rooms", body)["id"])


def join(person: Person, room: str) -> Person:
    person.call("POST", f"/api/rooms/{room}/join")
    return person


def wait_until_equal(page: Page, person: Person, room: str) -> None:
    """The page shows exactly what the database has, by id and in order."""
    stored = [(message["id"], message["content"]) for message in person.history(room)]
    expect(messages(page)).to_have_count(len(stored))
    page.wait_for_function(
        """stored => {
            const rows = [...document.querySelectorAll("article.message[data-seq]:not([data-seq=''])")]
            return rows.length === stored.length && rows.every((row, index) =>
                row.dataset.id === stored[index][0] &&
                row.querySelector('.body').textContent.trim() === stored[index][1])
        }""",
        arg=[list(pair) for pair in stored],
    )
    assert shown(page) == stored


def test_what_one_sends_the_other_sees(people: tuple[Person, Person], room: str, new_context: NewContext) -> None:
    ada, ben = people
    adas, bens = ada.open(new_context, room), ben.open(new_context, room)

    write(adas, "Hello Ben")
    expect(messages(bens).last.locator(".body")).to_have_text("Hello Ben")
    write(bens, "Hello Ada")
    expect(messages(adas).last.locator(".body")).to_have_text("Hello Ada")

    wait_until_equal(adas, ada, room)
    wait_until_equal(bens, ben, room)


def test_typing_and_presence_are_seen(people: tuple[Person, Person], room: str, new_context: NewContext) -> None:
    ada, ben = people
    adas = ada.open(new_context, room)
    bens_dot = adas.locator(f"room-people li[data-user-id='{ben.id}'] .dot")
    expect(bens_dot).to_have_attribute("data-online", "false")

    bens = ben.open(new_context, room)
    expect(bens_dot).to_have_attribute("data-online", "true")
    bens.locator("message-composer textarea").press_sequentially("thinking")
    expect(adas.locator(".typing")).to_contain_text("Ben")

    bens.close()
    expect(bens_dot).to_have_attribute("data-online", "false")
    expect(adas.locator(".typing")).to_have_text("")


def test_edits_and_deletions_arrive(people: tuple[Person, Person], room: str, new_context: NewContext) -> None:
    ada, ben = people
    adas, bens = ada.open(new_context, room), ben.open(new_context, room)
    write(adas, "frist")
    row = messages(bens).last
    expect(row.locator(".body")).to_have_text("frist")

    adas.locator("message-composer textarea").press("ArrowUp")
    editor = adas.locator("article.message .editor textarea")
    editor.fill("first")
    editor.press("Enter")
    expect(row.locator(".body")).to_have_text("first")
    expect(row.locator(".edited")).to_be_visible()

    ada.call("DELETE", f"/api/messages/{row.get_attribute('data-id')}")
    expect(messages(bens)).to_have_count(0)
    expect(messages(adas)).to_have_count(0)


def test_whoever_was_offline_gets_exactly_what_was_missed(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    ada, ben = people
    bens = ben.open(new_context, room)
    loads: list[Page] = []
    bens.on("load", lambda page: loads.append(page))  # noqa: PLW0108  (Playwright marks what it is given)
    before = ada.say(room, "before")
    expect(messages(bens).last.locator(".body")).to_have_text("before")

    bens.context.set_offline(True)
    write(bens, "written offline")
    # One person may send twenty at once; so four say fifteen each.
    crowd = [ada, *(join(invite(ada, name), room) for name in ("Cleo", "Dora", "Emil"))]
    said = [crowd[number % 4].say(room, f"missed {number}") for number in range(60)]
    ada.call("PATCH", f"/api/messages/{said[8]['id']}", {"content": "missed, then mended"})
    ada.call("DELETE", f"/api/messages/{before['id']}")
    assert messages(bens).count() == 1, "nothing reached the page while it was offline"

    bens.context.set_offline(False)
    expect(messages(bens).filter(has_text="written offline")).to_have_count(1)
    wait_until_equal(bens, ben, room)
    assert [message["content"] for message in ben.history(room)] == [
        "missed, then mended" if number == 8 else f"missed {number}" for number in range(60)
    ] + ["written offline"]
    assert loads == [], "all that without a reload"


def test_a_conversation_survives_the_death_of_the_server(
    people: tuple[Person, Person], room: str, new_context: NewContext, server: Campfire
) -> None:
    ada, ben = people
    adas, bens = ada.open(new_context, room), ben.open(new_context, room)
    for number in range(3):
        write(adas, f"Ada {number}")
        write(bens, f"Ben {number}")

    server.kill()
    for number in range(3, 6):
        write(adas, f"Ada {number}")
        write(bens, f"Ben {number}")
    expect(adas.locator("connection-banner")).to_be_visible()
    server.start()

    for page, name in ((adas, "Ada"), (bens, "Ben")):
        expect(messages(page).filter(has_text=f"{name} 5")).to_have_count(1, timeout=60_000)
    write(adas, "Ada 6")
    expect(messages(bens).filter(has_text="Ada 6")).to_have_count(1)
    wait_until_equal(adas, ada, room)
    wait_until_equal(bens, ben, room)
    contents = [message["content"] for message in ada.history(room)]
    assert sorted(contents) == sorted([f"Ada {n}" for n in range(7)] + [f"Ben {n}" for n in range(6)])
    for name in ("Ada", "Ben"):
        assert [text for text in contents if text.startswith(name)] == sorted(
            text for text in contents if text.startswith(name)
        ), "each in the order they were written"


def test_unread_rooms_show_on_pages_without_a_room(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    ada, ben = people
    bens = ben.open(new_context, room)
    bens.goto("/search")
    link = bens.locator(f"room-list .room-link[data-room-id='{room}']")
    expect(link).not_to_have_class(re.compile("unread"))

    ada.say(room, "Come back")

    expect(link).to_have_class(re.compile("unread"))
    expect(bens).to_have_title(re.compile(r"^\(\d+\) "))


def test_the_last_message_is_edited_as_soon_as_it_is_there(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    ada, _ = people
    page = ada.open(new_context, room)
    box = page.locator("message-composer textarea")
    # Both keys before the server can have answered.
    box.fill("quikc")
    box.evaluate(
        """box => {
            const press = (key) => box.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
            press('Enter')
            press('ArrowUp')
        }"""
    )
    editor = page.locator(".editor textarea")
    expect(editor).to_have_value("quikc")
    editor.fill("quick")
    editor.press("Enter")
    expect(messages(page).last.locator(".body")).to_have_text("quick")


def test_whoever_goes_on_writing_is_not_interrupted_by_the_editor(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    ada, _ = people
    page = ada.open(new_context, room)
    page.context.set_offline(True)
    write(page, "written offline")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_text("You can edit it as soon as it is sent.")).to_be_visible()
    page.keyboard.type("next")
    page.context.set_offline(False)
    expect(messages(page).filter(has_text="written offline")).to_have_count(1)
    expect(page.locator("message-composer textarea")).to_have_value("next")
    expect(page.locator(".editor")).to_have_count(0)


def test_words_survive_the_message_they_were_to_replace(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    ada, _ = people
    page = ada.open(new_context, room)
    said = [ada.say(room, text) for text in ("first", "second")]
    expect(messages(page)).to_have_count(2)
    page.keyboard.press("ArrowUp")
    page.locator(".editor textarea").fill("second, at length")
    ada.call("DELETE", f"/api/messages/{said[1]['id']}")
    expect(page.locator("message-composer textarea")).to_have_value("second, at length")
    expect(page.locator("message-composer textarea")).to_be_focused()
    expect(page.get_by_text("Your text is kept.")).to_be_visible()


def test_a_draft_is_kept_and_shows_in_the_sidebar_until_it_is_sent(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    ada, _ = people
    page = ada.open(new_context, room)
    page.locator("message-composer textarea").fill("half a thought")
    page.goto("/search")
    mark = page.locator(f"room-list .room-link[data-room-id='{room}'] .draft")
    expect(mark).to_be_visible()
    expect(mark).to_contain_text("Draft")

    page.goto(f"/rooms/{room}")
    expect(page.locator("message-composer textarea")).to_have_value("half a thought")
    page.locator("message-composer textarea").press("Enter")
    expect(messages(page)).to_have_count(1)
    page.goto("/search")
    expect(mark).to_be_hidden()
