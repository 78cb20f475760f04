"""No page breaks a rule of axe: signed in and out, at both widths, in both themes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import BrowserContext, Page

from tests.browser.people import Person, invite
from tests.servers import start_campfire

SAID = ["hello **there**", "```python\n" + "wide = " * 60 + "1\n```", "| a | b |\n|---|---|\n| 1 | 2 |", "🔥", "@Ben"]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
LOOKS = [pytest.param(DESKTOP, id="1280"), pytest.param(PHONE, id="390")]


@pytest.fixture(scope="module")
def places(ada: Person) -> dict[str, list[str]]:
    """Addresses of pages for those who are signed `in` and those who are `out`; the first one in is a room."""
    ben = invite(ada, "Ben Okafor")
    workspace = ada.call("GET", "/api/workspaces")["results"][0]["id"]
    code = ada.call("POST", f"/api/workspaces/{workspace}/invitations", {"role": "MEMBER"})["code"]
    made = [
        ada.call("POST", "/api/rooms", {"name": kind, "kind": kind, "workspace_id": workspace})["id"]
        for kind in ("open", "closed")
    ]
    empty = ada.call("POST", "/api/rooms", {"name": "empty", "kind": "open", "workspace_id": workspace})["id"]
    for content in SAID:
        ada.say(made[0], content)
    rooms = [f"/rooms/{made[0]}", f"/rooms/{made[0]}/@1", f"/rooms/{made[1]}", f"/rooms/{made[1]}/people"]
    forms = ["/rooms/new", "/rooms/browse", "/rooms/browse?q=none", "/directs/new", "/invitations", "/menu"]
    return {
        "in": [
            *rooms,
            f"/rooms/{empty}",
            *forms,
            *about_rooms(ada, ben, made),
            "/search",
            "/search?q=hello",
            "/search?q=nothing",
            "/nowhere",
        ],
        "out": ["/sign-in", f"/join/{code}", "/join/wrong", "/nowhere"],
    }


def about_rooms(ada: Person, ben: Person, rooms: list[str]) -> list[str]:
    """The pages about rooms in all their states: starred, muted, hidden, archived, direct, of another's making."""
    bens = ben.call("POST", "/api/rooms", {"name": "bens", "kind": "open", "member_ids": [ada.id]})["id"]
    direct = ada.call("POST", "/api/directs", {"user_ids": [ben.id]})["id"]
    made = [ada.call("POST", "/api/rooms", {"name": name, "kind": "open"})["id"] for name in ("archived", "hidden")]
    ada.call("PATCH", f"/api/rooms/{made[0]}", {"archived": True})
    ada.call("PATCH", f"/api/rooms/{made[1]}/membership", {"involvement": "invisible"})
    muted = {"starred": True, "muted_until": (datetime.now(UTC) + timedelta(hours=8)).isoformat()}
    ada.call("PATCH", f"/api/rooms/{rooms[0]}/membership", muted)
    pages = [f"/rooms/{room}/{page}" for room in (rooms[0], direct, made[0], bens) for page in ("settings", "members")]
    searched = [f"/rooms/{rooms[0]}/members?q=nobody", f"/rooms/{rooms[0]}/delete"]
    return [*pages, *searched, f"/rooms/{made[0]}", f"/rooms/{made[1]}", f"/rooms/{direct}"]


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{page.url}: {one['id']} at {[node['target'] for node in one['nodes']]}" for one in found]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("look", LOOKS)
def test_pages(
    ada: Person,
    places: dict[str, list[str]],
    new_context: Callable[..., BrowserContext],
    look: dict[str, object],
    theme: str,
) -> None:
    inside, outside = new_context(**look), new_context(**look)
    cookies = {"theme": theme, "session_token": ada.token}
    inside.add_cookies([{"name": name, "value": value, "url": ada.server.url} for name, value in cookies.items()])
    outside.add_cookies([{"name": "theme", "value": theme, "url": ada.server.url}])
    found = []
    for context, addresses in ((inside, places["in"]), (outside, places["out"])):
        page = context.new_page()
        for address in addresses:
            page.goto(address)
            found += violations(page)
    assert found == []


def test_setup(new_context: Callable[..., BrowserContext], tmp_path_factory: pytest.TempPathFactory) -> None:
    with start_campfire(data=tmp_path_factory.mktemp("empty")) as fresh:
        page = new_context(**PHONE).new_page()
        page.goto(f"{fresh.url}/setup")
        assert violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("look", LOOKS)
def test_dialogs_and_refusals(
    ada: Person,
    places: dict[str, list[str]],
    new_context: Callable[..., BrowserContext],
    look: dict[str, object],
    theme: str,
) -> None:
    """What only shows after something was pressed or sent."""
    context, room = new_context(**look), places["in"][0]
    cookies = {"theme": theme, "session_token": ada.token}
    context.add_cookies([{"name": name, "value": value, "url": ada.server.url} for name, value in cookies.items()])
    page, found = context.new_page(), []
    for address, button in (
        (f"{room}/settings", "Leave the room"),
        (f"{room}/settings", "Archive the room"),
        (f"{room}/settings", "Mute until then"),
        (f"{room}/delete", "Delete the room"),
    ):
        page.goto(address)
        page.locator("[required]").evaluate_all("fields => fields.forEach(field => field.required = false)")
        page.get_by_role("button", name=button).click()
        found += violations(page)
    assert found == []
