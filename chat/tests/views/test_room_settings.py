"""A room's settings without JavaScript: who may change what, what is kept of what was typed, what is only one's own."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import browser as signed_in
from chat.actions.memberships import add_member, update_membership
from chat.actions.rooms import create_room, open_direct, update_room
from chat.models import Membership, Room
from chat.tests.conftest import House
from chat.tests.views.test_rooms import browser, say
from chat.views.forms import mute_end

FORM = {"name": "great hall", "topic": "Meals", "kind": "closed"}
FORMS = ["settings", "membership", "archive", "delete", "leave", f"members/{UUID(int=1)}/remove"]


def settings_of(room: Room) -> str:
    return f"/rooms/{room.uuid}/settings"


def membership(user: User, room: Room) -> Membership:
    return Membership.objects.get(user=user, room=room)


def test_the_creator_and_admins_rename_and_convert(house: House) -> None:
    boss = house.newcomer("Eve", "ADMIN")
    add_member(user=house.ada, room=house.hall.uuid, person=boss.uuid)
    own = create_room(user=house.ben, workspace=house.workspace.uuid, name="bens", kind="open")
    for user, room in ((house.ada, house.hall), (boss, house.hall), (house.ben, own)):
        answer = browser(user).post(settings_of(room), FORM | {"name": f"by {user.name}"})
        assert (answer.status_code, answer["Location"]) == (302, settings_of(room))
        room.refresh_from_db()
        assert (room.name, room.topic, room.kind) == (f"by {user.name}", "Meals", "closed")


def test_members_and_guests_see_it_and_change_nothing(house: House) -> None:
    for user in (house.ben, house.cleo):
        client = browser(user)
        page = client.get(settings_of(house.attic)).content.decode()
        assert 'name="topic"' not in page
        assert f"/rooms/{house.attic.uuid}/delete" not in page
        assert client.post(settings_of(house.attic), FORM).status_code == 403
        assert client.post(f"/rooms/{house.attic.uuid}/archive", {"archived": "true"}).status_code == 403
        assert client.post(f"/rooms/{house.attic.uuid}/delete", {"name": "attic"}).status_code == 403
    house.attic.refresh_from_db()
    assert (house.attic.name, house.attic.archived_at) == ("attic", None)


@pytest.mark.parametrize("form", FORMS)
def test_to_outsiders_the_room_is_not_there(house: House, form: str) -> None:
    client = browser(house.dan)
    answers = [client.post(f"/rooms/{room}/{form}", FORM) for room in (house.hall.uuid, uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    for page in ("settings", "members", "delete"):
        assert client.get(f"/rooms/{house.hall.uuid}/{page}").status_code == 404


@pytest.mark.parametrize("form", FORMS)
def test_no_form_goes_without_its_token(house: House, form: str) -> None:
    answer = signed_in(house.ada, csrf=True).post(f"/rooms/{house.hall.uuid}/{form}", FORM)
    assert answer.status_code == 403
    assert browser(house.ada).post(f"/rooms/{house.hall.uuid}/{form}", FORM).status_code != 403, "with it, it goes"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"name": "  "}, "This field is required"),
        ({"topic": "x" * 501}, "at most 500 characters"),
        ({"kind": "direct"}, "Select a valid choice"),
        ({"name": "a\0b"}, "Null characters are not allowed"),
    ],
)
def test_what_is_wrong_is_said_in_place_and_the_rest_is_kept(house: House, wrong: dict[str, str], said: str) -> None:
    answer = browser(house.ada).post(settings_of(house.hall), FORM | {"topic": "Typed just now"} | wrong)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert said in page
    if "topic" not in wrong:
        assert 'value="Typed just now"' in page
    house.hall.refresh_from_db()
    assert house.hall.name == "hall"


def test_a_direct_has_only_ones_own_part(house: House) -> None:
    direct, _made = open_direct(user=house.ada, people=[house.ben.uuid])
    client = browser(house.ada)
    page = client.get(settings_of(direct)).content.decode()
    assert "Notifications" in page
    assert not [words for words in ('name="topic"', "Leave the room", "Archive the room") if words in page]
    assert client.post(settings_of(direct), FORM).status_code == 409
    for form, status in (("archive", 409), ("delete", 409), ("leave", 403)):
        assert client.post(f"/rooms/{direct.uuid}/{form}", {}).status_code == status


def test_archived_and_brought_back(house: House) -> None:
    client = browser(house.ada)
    address = f"/rooms/{house.hall.uuid}/archive"
    answer = client.post(address, {"archived": "true", "next": settings_of(house.hall)}, follow=True)
    assert "Archived on" in answer.content.decode()
    page = client.get(f"/rooms/{house.hall.uuid}").content.decode()
    assert 'id="foot" hidden' in page
    assert "Unarchive" in page
    assert "Unarchive" not in browser(house.ben).get(f"/rooms/{house.hall.uuid}").content.decode()
    client.post(address, {"archived": "false", "next": "https://evil.example"}, follow=True)
    house.hall.refresh_from_db()
    assert house.hall.archived_at is None


def test_deleting_asks_for_the_name_and_says_how_much_goes(house: House) -> None:
    say(house.ben, house.hall, "one", "two")
    client = browser(house.ada)
    address = f"/rooms/{house.hall.uuid}/delete"
    assert "<strong>2 messages</strong>" in client.get(address).content.decode()
    wrong = client.post(address, {"name": "wall"})
    assert wrong.status_code == 400
    assert 'value="wall"' in wrong.content.decode()
    assert Room.objects.filter(pk=house.hall.pk).exists()
    done = client.post(address, {"name": " Hall "}, follow=True)
    assert "hall has been deleted." in done.content.decode()
    assert not Room.objects.filter(pk=house.hall.pk).exists()


def test_ones_own_part_is_ones_own(house: House) -> None:
    client, address = browser(house.cleo), f"/rooms/{house.attic.uuid}/membership"
    back = settings_of(house.attic)
    for sent in ({"starred": "true"}, {"involvement": "nothing"}, {"mute": "hour"}):
        answer = client.post(address, sent | {"next": back})
        assert (answer.status_code, answer["Location"]) == (302, back)
    own = membership(house.cleo, house.attic)
    assert (own.starred, own.involvement) == (True, "nothing")
    assert own.muted_until is not None
    assert timedelta(minutes=59) < own.muted_until - timezone.now() < timedelta(minutes=61)
    assert "Muted until" in client.get(back).content.decode()
    client.post(address, {"mute": "off"})
    assert membership(house.cleo, house.attic).muted_until is None
    assert membership(house.ben, house.attic).starred is False


def test_a_time_is_the_readers(house: House) -> None:
    client = browser(house.ben)
    client.cookies["zone"] = "America/New_York"
    soon = (timezone.now() + timedelta(days=2)).astimezone(UTC)
    client.post(f"/rooms/{house.hall.uuid}/membership", {"mute": "until", "until": f"{soon:%Y-%m-%d}T12:00"})
    until = membership(house.ben, house.hall).muted_until
    assert until is not None
    assert until.hour in (16, 17)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"mute": "until", "until": "2020-01-01T10:00"}, "Must be in the future, and within a year."),
        ({"mute": "until", "until": "9999-01-01T10:00"}, "Must be in the future, and within a year."),
        ({"mute": "until", "until": "tomorrow"}, "Enter a valid date/time."),
        ({"mute": "until"}, "Choose a date and time."),
        ({"involvement": "loud"}, "Select a valid choice"),
    ],
)
def test_a_time_or_level_that_cannot_be_is_said_in_place(house: House, sent: dict[str, str], said: str) -> None:
    answer = browser(house.ben).post(f"/rooms/{house.hall.uuid}/membership", sent)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    own = membership(house.ben, house.hall)
    assert (own.muted_until, own.involvement) == (None, "mentions")


def test_mutes_end_when_they_say() -> None:
    now = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
    assert mute_end("eight_hours", now) == datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
    assert mute_end("morning", now) == datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    assert mute_end("week", now) == datetime(2026, 11, 28, 22, 30, tzinfo=UTC)
    assert mute_end("off", now) is None


def test_an_hour_of_mute_is_an_hour_when_the_clocks_change() -> None:
    zone = ZoneInfo("Europe/Berlin")
    hour = timedelta(hours=1)
    for moment in (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2027, 3, 28, 0, 30, tzinfo=UTC)):
        for choice, lasts in (("hour", hour), ("eight_hours", 8 * hour)):
            end = mute_end(choice, moment.astimezone(zone))
            assert end is not None
            assert end.astimezone(UTC) - moment == lasts


def test_the_sidebar_has_the_starred_first_and_the_hidden_not_at_all(house: House) -> None:
    for number in range(3):
        create_room(user=house.ada, workspace=house.workspace.uuid, name=f"r{number}", kind="open")
    rooms = {room.name: room for room in Room.objects.all()}
    update_membership(user=house.ada, room=rooms["r2"].uuid, starred=True)
    update_membership(user=house.ada, room=rooms["r1"].uuid, involvement="invisible")
    update_membership(user=house.ada, room=rooms["r0"].uuid, muted_until=timezone.now() + timedelta(hours=1))
    page = browser(house.ada).get("/menu").content.decode()
    assert page.index(str(rooms["r2"].uuid)) < page.index(str(rooms["attic"].uuid))
    assert str(rooms["r1"].uuid) not in page
    assert str(rooms["r1"].uuid) in browser(house.ada).get(f"/rooms/{rooms['r1'].uuid}").content.decode()
    assert f'room-link muted" data-room-id="{rooms["r0"].uuid}"' in page


def test_somebody_named_finds_the_hidden_room_in_the_sidebar(house: House) -> None:
    update_membership(user=house.ben, room=house.hall.uuid, involvement="invisible")
    say(house.ada, house.hall, "quiet")
    assert str(house.hall.uuid) not in browser(house.ben).get("/menu").content.decode()
    say(house.ada, house.hall, "@Ben Okafor")
    assert str(house.hall.uuid) in browser(house.ben).get("/menu").content.decode()


def test_posting_into_an_archived_room_is_refused_and_nothing_typed_is_lost(house: House) -> None:
    update_room(user=house.ada, room=house.hall.uuid, archived=True)
    answer = browser(house.ben).post(f"/rooms/{house.hall.uuid}/messages", {"content": "too late"})
    assert answer.status_code == 403
    assert "too late" in answer.content.decode()
    assert "This room is archived." in answer.content.decode()
