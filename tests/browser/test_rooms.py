"""Rooms and their pages: what one person changes, the others see at once; by keys alone, and without scripts."""

import re
import subprocess
import sys
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.people import Person, invite, messages, write
from tests.servers import ROOT, Campfire

NewContext = Callable[..., BrowserContext]


@pytest.fixture
def room(people: tuple[Person, Person]) -> str:
    """A new open room with the two in it."""
    return make_room(people)


def make_room(people: tuple[Person, Person], kind: str = "open") -> str:
    ada, ben = people
    body = {"name": f"room {uuid4().hex[:6]}", "kind": kind, "member_ids": [ben.id]}
    return str(ada.call("POST", "/api/rooms", body)["id"])


def link(page: Page, room: str) -> Locator:
    return page.locator(f"room-list .room-link[data-room-id='{room}']")


def section(page: Page, name: str, room: str) -> Locator:
    return page.locator(f"room-list [data-list={name}] .room-link[data-room-id='{room}']")


def visit(person: Person, new_context: NewContext, path: str, **options: object) -> Page:
    context = new_context(**options)
    person.sign_in(context)
    page = context.new_page()
    page.goto(path)
    return page


def tab_to(page: Page, target: Locator, most: int = 60) -> None:
    """Press Tab until `target` has the focus."""
    for _ in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("the focus never came there")


def in_server(server: Campfire, *lines: str) -> None:
    """Run something beside the server, on its data."""
    command = [sys.executable, "manage.py", "shell", "-c", "\n".join(lines)]
    subprocess.run(command, cwd=ROOT, env=server.environment, check=True, capture_output=True)


def test_a_star_moves_the_room_up_on_every_page_of_its_person_only(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    ada, ben = people
    adas, bens, other = ada.open(new_context, room), ben.open(new_context, room), visit(ada, new_context, "/search")
    expect(section(other, "named", room)).to_be_visible()
    star = adas.get_by_role("button", name="Star this room")
    expect(star).to_have_attribute("aria-pressed", "false")
    star.focus()
    adas.keyboard.press("Space")
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(star).to_be_focused()
    expect(section(adas, "starred", room)).to_be_visible()
    expect(section(other, "starred", room)).to_be_visible()
    expect(section(bens, "named", room)).to_be_visible()
    expect(bens.get_by_role("heading", name="Starred")).to_be_hidden()
    adas.keyboard.press("Enter")
    expect(section(other, "named", room)).to_be_visible()
    expect(other.get_by_role("heading", name="Starred")).to_be_hidden()


def test_a_star_that_cannot_be_stored_is_taken_back_and_said(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    page = people[0].open(new_context, room)
    page.route("**/membership", lambda route: route.abort())
    star = page.get_by_role("button", name="Star this room")
    star.click()
    expect(page.get_by_text("The server could not be reached. Please try again.")).to_be_visible()
    expect(star).to_have_attribute("aria-pressed", "false")
    expect(section(page, "named", room)).to_be_visible()


def test_what_a_room_is_changes_in_open_pages(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    ada, ben = people
    bens, elsewhere = ben.open(new_context, room), visit(ben, new_context, "/search")
    page = visit(ada, new_context, f"/rooms/{room}/settings")
    page.get_by_role("textbox", name="Name").fill("mirrors")
    page.get_by_label("Topic").fill("Glass and silver")
    page.get_by_role("radio", name="Closed").check()
    page.locator("#room-part").get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_have_text("Saved.")

    expect(bens.locator("#room-name")).to_have_text("mirrors")
    expect(bens.locator("#room-topic")).to_have_text("Glass and silver")
    expect(bens.locator("#room-mark")).to_have_attribute("data-kind", "closed")
    expect(bens.get_by_placeholder("Message mirrors")).to_be_visible()
    expect(bens).to_have_title(re.compile("mirrors – Campfire$"))
    for one in (bens, elsewhere):
        expect(link(one, room)).to_contain_text("mirrors")
        expect(link(one, room).locator(".mark")).to_have_attribute("data-kind", "closed")


def test_archived_and_brought_back_in_open_pages(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    ada, ben = people
    ada.say(room, "before")
    bens, adas = ben.open(new_context, room), ada.open(new_context, room)
    box = bens.locator("message-composer textarea")
    box.fill("half a sentence")
    page = visit(ada, new_context, f"/rooms/{room}/settings")
    page.get_by_role("button", name="Archive the room").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive", exact=True).click()
    expect(page.get_by_text("Archived on")).to_be_visible()

    for one in (bens, adas):
        expect(one.locator("#archived")).to_be_visible()
        expect(one.locator("message-composer")).to_be_hidden()
        expect(link(one, room)).to_have_count(0)
    expect(messages(bens)).to_have_count(1)
    expect(bens.get_by_role("button", name="Unarchive")).to_have_count(0)
    bens.reload()
    expect(bens.locator("#archived")).to_be_visible()

    adas.get_by_role("button", name="Unarchive").click()
    expect(box).to_be_visible()
    expect(box).to_have_value("half a sentence")
    expect(link(bens, room)).to_be_visible()
    write(bens, "after")
    expect(messages(adas).last.locator(".body")).to_have_text("after")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("removed", "You are no longer in this room."),
        ("left", "You have left this room."),
        ("deleted", "This room has been deleted."),
    ],
)
def test_out_of_a_room_its_page_says_why_and_keeps_the_draft(
    people: tuple[Person, Person], new_context: NewContext, how: str, said: str
) -> None:
    ada, ben = people
    room = make_room(people, "closed")
    bens, settings = ben.open(new_context, room), visit(ben, new_context, f"/rooms/{room}/settings")
    expect(link(settings, room)).to_be_visible()
    bens.locator("message-composer textarea").fill("not lost")
    if how == "removed":
        ada.call("DELETE", f"/api/rooms/{room}/members/{ben.id}")
    elif how == "left":
        ben.call("POST", f"/api/rooms/{room}/leave")
    else:
        ada.call("DELETE", f"/api/rooms/{room}")
    banner = bens.locator("connection-banner")
    expect(banner).to_contain_text(said)
    expect(link(bens, room)).to_have_count(0)
    expect(link(settings, room)).to_have_count(0)
    expect(bens.locator("message-composer textarea")).to_have_value("not lost")
    if how != "deleted":
        ada.call("POST", f"/api/rooms/{room}/members", {"user_id": ben.id})
        expect(banner).to_be_hidden()
        expect(bens.locator("message-composer textarea")).to_have_value("not lost")
    else:
        banner.get_by_role("button", name="Go to your rooms").click()
        expect(bens).not_to_have_url(re.compile(room))


def test_who_was_taken_out_while_away_learns_it_on_return(
    people: tuple[Person, Person], new_context: NewContext
) -> None:
    ada, ben = people
    room = make_room(people, "closed")
    bens = ben.open(new_context, room)
    bens.context.set_offline(True)
    ada.call("DELETE", f"/api/rooms/{room}/members/{ben.id}")
    bens.context.set_offline(False)
    expect(bens.locator("connection-banner")).to_contain_text("You are no longer in this room.")


def test_a_room_one_is_brought_into_appears(people: tuple[Person, Person], new_context: NewContext) -> None:
    _ada, ben = people
    page = visit(ben, new_context, "/rooms/browse")
    expect(page.locator("room-list")).to_be_visible()
    room = make_room(people, "closed")
    expect(link(page, room)).to_be_visible()


def test_a_mute_is_seen_and_ends_by_itself(people: tuple[Person, Person], room: str, new_context: NewContext) -> None:
    ada, ben = people
    bens = ben.open(new_context, room)
    page = visit(ben, new_context, f"/rooms/{room}/settings")
    page.get_by_role("button", name="1 hour").click()
    expect(page.get_by_text("Muted until")).to_be_visible()
    expect(bens.locator("#room-quiet")).to_be_visible()
    expect(link(bens, room)).to_have_class(re.compile("muted"))

    bens.goto("/search")
    expect(bens).not_to_have_title(re.compile(r"^\("))
    ada.say(room, "hush")
    expect(link(bens, room)).to_have_class(re.compile("unread"))
    expect(bens).not_to_have_title(re.compile(r"^\("))
    soon = bens.evaluate("new Date(Date.now() + 3000).toISOString()")
    ben.call("PATCH", f"/api/rooms/{room}/membership", {"muted_until": soon})
    expect(link(bens, room)).not_to_have_class(re.compile("muted"))
    expect(bens).to_have_title(re.compile(r"^\(1\) "))
    expect(page.get_by_text("Muted until")).to_be_visible()
    ben.call("PATCH", f"/api/rooms/{room}/membership", {"muted_until": None})
    expect(page.get_by_text("Muted until")).to_have_count(0)


def test_a_hidden_room_comes_when_one_is_named_and_when_shown_again(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    ada, ben = people
    page = visit(ben, new_context, "/rooms/browse")
    expect(link(page, room)).to_be_visible()
    ben.call("PATCH", f"/api/rooms/{room}/membership", {"involvement": "invisible"})
    expect(link(page, room)).to_have_count(0)
    ada.say(room, "all of you")
    ada.say(room, "@Ben Okafor")
    expect(link(page, room).locator(".badge .number")).to_have_text("1")
    page.get_by_role("region", name="Hidden from your sidebar").get_by_role("button").first.click()
    expect(link(page, room)).to_be_visible()
    expect(link(page, room)).not_to_have_class(re.compile("muted"))


def test_new_names_of_people_and_the_workspace_arrive(
    people: tuple[Person, Person], new_context: NewContext, server: Campfire
) -> None:
    ada, _ben = people
    cleo = invite(ada, "Cleo Marchetti")
    direct = ada.call("POST", "/api/directs", {"user_ids": [cleo.id]})["id"]
    cleo.say(direct, "Hello")
    page = ada.open(new_context, direct)
    cleo.call("PATCH", "/api/users/me", {"name": "Cleo Rossi"})
    expect(page.locator("#room-name")).to_have_text("Cleo Rossi")
    expect(link(page, direct)).to_contain_text("Cleo Rossi")
    expect(messages(page).first.locator(".name")).to_have_text("Cleo Rossi")
    expect(page).to_have_title(re.compile("Cleo Rossi – Campfire$"))
    in_server(
        server,
        "from accounts.actions.workspaces import rename_workspace",
        "from accounts.models import Member, Workspace",
        "owner = Member.objects.get(role='OWNER')",
        "rename_workspace(actor=owner.user, workspace=owner.workspace.uuid, name='Acme & Daughters')",
    )
    expect(page.locator("#workspace-name")).to_have_text("Acme & Daughters")


def test_a_new_role_shows_at_once(people: tuple[Person, Person], new_context: NewContext) -> None:
    ada, _ben = people
    guest = invite(ada, "Gus Lind", role="GUEST")
    room = str(ada.call("POST", "/api/rooms", {"name": "lobby", "kind": "closed", "member_ids": [guest.id]})["id"])
    page, members = guest.open(new_context, room), visit(ada, new_context, f"/rooms/{room}/members")
    expect(members.locator(".people-list li", has_text="Gus Lind").get_by_text("Guest")).to_be_visible()
    expect(page.get_by_role("link", name="New room")).to_have_count(0)
    workspace = ada.call("GET", "/api/workspaces")["results"][0]["id"]
    ada.call("PATCH", f"/api/workspaces/{workspace}/members/{guest.id}", {"role": "ADMIN"})
    expect(page.locator("#new-room-link").get_by_role("link")).to_be_visible()
    expect(members.locator(".people-list li", has_text="Gus Lind").get_by_text("Admin")).to_be_visible()


def test_what_is_being_filled_in_is_not_overwritten(
    people: tuple[Person, Person], room: str, new_context: NewContext
) -> None:
    ada, _ben = people
    page = visit(ada, new_context, f"/rooms/{room}/settings")
    page.get_by_label("Topic").fill("typed here")
    ada.call("PATCH", f"/api/rooms/{room}", {"name": "another name"})
    expect(page.locator("#about")).to_contain_text("another name")
    expect(page.get_by_label("Topic")).to_have_value("typed here")


def test_members_are_found_and_taken_out_by_keys_alone(people: tuple[Person, Person], new_context: NewContext) -> None:
    ada, ben = people
    room = make_room(people, "closed")
    page = visit(ada, new_context, f"/rooms/{room}/members")
    tab_to(page, page.get_by_role("searchbox", name="Search members"))
    page.keyboard.type("oka")
    expect(page.locator(".people-list li")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?q=oka$"))
    tab_to(page, page.get_by_role("button", name="Remove Ben Okafor"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Keep them")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Remove Ben Okafor")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Keep them")).to_be_focused()
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Remove")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_have_text("Ben Okafor is no longer in the room.")
    assert ben.id not in [member["user"]["id"] for member in ada.call("GET", f"/api/rooms/{room}/members")["results"]]


def test_a_room_is_made_with_people_by_keys_alone(people: tuple[Person, Person], new_context: NewContext) -> None:
    ada, ben = people
    page = visit(ada, new_context, "/rooms/new")
    expect(page.locator("[autofocus]:focus")).to_have_count(1)  # `load` does not wait for it
    page.keyboard.type("by keys")
    tab_to(page, page.get_by_role("radio", name="Open"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Closed")).to_be_checked()
    tab_to(page, page.get_by_role("searchbox", name="Search people"))
    page.keyboard.type("ben")
    expect(page.locator("people-picker li:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("checkbox", name="Ben Okafor"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Create room"))
    page.keyboard.press("Enter")
    expect(page.locator("#room-name")).to_have_text("by keys")
    room = page.url.rsplit("/", 1)[-1]
    found = ada.call("GET", f"/api/rooms/{room}/members")["results"]
    assert {member["user"]["id"] for member in found} == {ada.id, ben.id}


def test_of_more_people_than_are_shown_the_server_finds_one_and_the_ticked_stay(
    people: tuple[Person, Person], room: str, new_context: NewContext, server: Campfire
) -> None:
    in_server(
        server,
        "from accounts.actions.members import add_member",
        "from accounts.models import User, Workspace",
        "workspace = Workspace.objects.get()",
        "for number in range(60):",
        "    user = User.objects.create_user(name=f'Crowd {number:02}')",
        "    add_member(workspace=workspace, user=user, role='MEMBER')",
    )
    ada, _ben = people
    page = visit(ada, new_context, f"/rooms/{room}/people")
    rows = page.locator("people-picker li")
    expect(rows).to_have_count(50)
    page.get_by_role("checkbox", name="Crowd 03").check()
    page.get_by_role("searchbox", name="Search people").fill("59")
    expect(page.get_by_role("checkbox", name="Crowd 59")).to_be_visible()
    expect(rows).to_have_count(2)
    page.get_by_role("checkbox", name="Crowd 59").check()
    page.get_by_role("searchbox", name="Search people").fill("nobody")
    expect(page.get_by_text("No matching people.")).to_be_visible()
    page.get_by_role("button", name="Add to the room").click()
    expect(page.locator("#room-name")).to_be_visible()
    found = ada.call("GET", f"/api/rooms/{room}/members?q=crowd")["results"]
    assert [member["user"]["name"] for member in found] == ["Crowd 03", "Crowd 59"]


def test_the_arrows_go_through_the_sections_and_to_the_next_unread_room(
    people: tuple[Person, Person], new_context: NewContext
) -> None:
    ada, _ben = people
    eve = invite(ada, "Eve Novak")
    rooms = []
    for name in ("ya", "yb", "yc"):
        body = {"name": name, "kind": "closed", "member_ids": [eve.id]}
        rooms.append(str(ada.call("POST", "/api/rooms", body)["id"]))
    eve.call("PATCH", f"/api/rooms/{rooms[2]}/membership", {"starred": True})
    ada.say(rooms[1], "new")
    page = eve.open(new_context, rooms[2])
    expect(link(page, rooms[1])).to_have_class(re.compile("unread"))
    page.keyboard.press("Alt+Shift+ArrowDown")
    expect(page.locator("#room-name")).to_have_text("yb")
    # Its scripts run later than its name is seen.
    eve.wait_until_present(rooms[1])
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#room-name")).to_have_text("ya")


def test_everything_works_without_scripts(people: tuple[Person, Person], room: str, new_context: NewContext) -> None:
    ada, ben = people
    page = visit(ada, new_context, f"/rooms/{room}", java_script_enabled=False)
    page.get_by_role("button", name="Star this room").click()
    expect(page.get_by_role("heading", name="Starred")).to_be_visible()
    page.get_by_role("link", name="About this room").click()
    page.get_by_role("textbox", name="Name").fill("")
    page.locator("#room-part").get_by_role("button", name="Save").click()
    page.get_by_role("textbox", name="Name").fill("plain")
    page.locator("#room-part").get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="plain")).to_be_visible()
    page.get_by_role("button", name="8 hours").click()
    expect(page.get_by_text("Muted until")).to_be_visible()
    page.get_by_role("button", name="Unmute").click()
    expect(page.get_by_text("Muted until")).to_have_count(0)
    page.get_by_role("link", name="2 members").click()
    page.get_by_role("button", name="Remove Ben Okafor").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Ben Okafor is no longer in the room.")).to_be_visible()
    page.get_by_role("link", name="Add people").click()
    page.get_by_role("searchbox", name="Search people").fill("okafor")
    page.get_by_role("button", name="Find").click()
    page.get_by_label("Ben Okafor").check()
    page.get_by_role("button", name="Add to the room").click()
    page.goto(f"/rooms/{room}/delete")
    page.get_by_label("Room name").fill("plain")
    page.get_by_role("button", name="Delete the room").click()
    expect(page.get_by_text("plain has been deleted.")).to_be_visible()
    assert room not in [one["id"] for one in ben.call("GET", "/api/rooms")["results"]]
