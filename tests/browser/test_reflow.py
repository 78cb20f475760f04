"""No page scrolls sideways at 320 px, from left to right or from right to left, with words and names that never end."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.people import Person, invite, messages

NewContext = Callable[..., BrowserContext]
NARROW = {"viewport": {"width": 320, "height": 640}}
ENDLESS = "Donaudampfschifffahrtsgesellschaftskapitaensmuetze" * 2
SAID = [
    ENDLESS,
    f"https://a.example/{ENDLESS}",
    "| a | b |\n|---|---|\n| " + "c " * 60 + "| d |",
    f"`{ENDLESS}`",
    "صباح الخير",
]
# What reaches over the edge, but for what is hidden from sight or scrolls in a box of its own.
TOO_WIDE = """() => {
    const hidden = (element) => element.closest('pre, table, .clip *, .visually-hidden, [popover]:not(:popover-open)')
    const edge = (box) => box.right > innerWidth + 1 || box.left < -1
    const isSeen = (one) => one.checkVisibility({ opacityProperty: true }) && one.offsetWidth > 1
    return [...document.body.querySelectorAll('*')]
        .filter((one) => isSeen(one) && edge(one.getBoundingClientRect()) && !hidden(one))
        .map((one) => one.outerHTML.slice(0, 100))
}"""


@pytest.fixture(scope="module")
def places(ada: Person) -> dict[str, list[str]]:
    """Addresses for those who are signed `in` and `out`; the first one in is a room."""
    cleo = invite(ada, f"Cleo {ENDLESS[:60]}")
    rooms = [
        str(ada.call("POST", "/api/rooms", {"name": ENDLESS[:90], "topic": ENDLESS, "kind": kind})["id"])
        for kind in ("open", "closed")
    ]
    rooms.append(str(ada.call("POST", "/api/directs", {"user_ids": [cleo.id]})["id"]))
    cleo.call("POST", f"/api/rooms/{rooms[0]}/join")
    for content in SAID:
        cleo.say(rooms[0], content)
    workspace = ada.call("GET", "/api/workspaces")["results"][0]["id"]
    code = ada.call("POST", f"/api/workspaces/{workspace}/invitations", {"role": "MEMBER"})["code"]
    pages = ["/rooms/new", "/rooms/browse", "/directs/new", "/invitations", "/menu", "/search?q=Donau", "/nowhere"]
    about = [f"/rooms/{room}/{page}" for room in (rooms[0], rooms[2]) for page in ("settings", "members")]
    about += [f"/rooms/{rooms[0]}/delete", f"/rooms/{rooms[1]}/people"]
    inside = [*(f"/rooms/{room}" for room in rooms), *about, *pages]
    return {"in": inside, "out": ["/sign-in", f"/join/{code}", "/join/wrong"]}


def opened(ada: Person, context: BrowserContext) -> Page:
    ada.sign_in(context)
    return context.new_page()


@pytest.mark.parametrize(("locale", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_nothing_reaches_over_the_edge(
    ada: Person, places: dict[str, list[str]], new_context: NewContext, locale: str, direction: str
) -> None:
    inside = opened(ada, new_context(**NARROW, locale=locale))
    outside = new_context(**NARROW, locale=locale).new_page()
    for page, addresses in ((inside, places["in"]), (outside, places["out"])):
        for address in addresses:
            page.goto(address)
            assert page.evaluate("document.documentElement.dir") == direction
            assert page.evaluate("document.scrollingElement.scrollWidth") == 320, address
            assert page.evaluate(TOO_WIDE) == [], address


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_dialogs_and_menus_fit(ada: Person, places: dict[str, list[str]], new_context: NewContext, locale: str) -> None:
    page = opened(ada, new_context(**NARROW, locale=locale))
    page.goto(places["in"][0])
    expect(page.locator(".people-count")).to_have_text("1")
    page.locator(".people-button").click()
    assert page.evaluate(TOO_WIDE) == []
    page.keyboard.press("Escape")
    messages(page).first.focus()
    for opens in ("keys", "confirm-read-all", "confirm-delete", "sheet"):
        page.evaluate("id => document.getElementById(id).showModal()", opens)
        assert page.evaluate(TOO_WIDE) == [], opens
        page.keyboard.press("Escape")
    page.goto("/menu")
    page.locator("#sidebar .space").click()
    assert page.evaluate(TOO_WIDE) == []


def test_from_right_to_left_the_page_is_the_other_way_round(
    ada: Person, places: dict[str, list[str]], new_context: NewContext
) -> None:
    page = opened(ada, new_context(viewport={"width": 1280, "height": 800}, locale="ar"))
    page.goto(places["in"][0])
    message = messages(page).first
    side, face, said, send = (
        locator.bounding_box()
        for locator in (
            page.locator("#sidebar"),
            message.locator(".face"),
            message.locator(".body"),
            page.locator(".send"),
        )
    )
    assert side
    assert face
    assert said
    assert send
    assert side["x"] > 900
    assert face["x"] > said["x"]
    assert send["x"] < 200
    message.hover()
    tools = page.locator("#tools").bounding_box()
    assert tools
    assert tools["x"] < 200


def test_print_holds_the_messages_and_little_else(
    ada: Person, places: dict[str, list[str]], new_context: NewContext
) -> None:
    page = opened(ada, new_context())
    page.goto(places["in"][0])
    page.emulate_media(media="print")
    expect(messages(page)).to_have_count(len(SAID))
    for hidden in ("#sidebar", "message-composer", ".pill", ".people-button"):
        expect(page.locator(hidden)).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.querySelector('message-timeline')).overflowY") == "visible"
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.message:last-of-type')).contentVisibility")
        == "visible"
    )


def test_nothing_moves_for_those_who_ask_for_it(
    ada: Person, places: dict[str, list[str]], new_context: NewContext
) -> None:
    page = opened(ada, new_context(reduced_motion="reduce"))
    page.goto(places["in"][0])
    assert page.evaluate("document.getAnimations().length") == 0
    moving = "[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).transitionDuration !== '0s').length"
    assert page.evaluate(moving) == 0
