"""`/api/rooms/{id}/members`, joining, leaving, involvement, presence."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from campfire.data.database import in_thread
from campfire.times import iso
from chat.actions.memberships import add_member
from chat.delivery.hubs import current_hub
from chat.models import Membership
from chat.tests.clients import Api, fill, socket_of
from chat.tests.conftest import House


def people(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [member["user"]["name"] for member in answer.json()["results"]]


def test_open_rooms_are_joined_and_left(house: House) -> None:
    fill(house.hall, house.ada, 2)
    eve, path = Api(house.newcomer("Eve")), f"rooms/{house.hall.uuid}"
    assert eve.get(path).status_code == 404
    joined = eve.post(f"{path}/join")
    assert (joined.status_code, joined.json()["membership"]["unread_count"]) == (200, 0)
    assert eve.post(f"{path}/join").status_code == 200, "Joining again changes nothing"
    assert people(eve.get(f"{path}/members")) == ["Ada Lindqvist", "Ben Okafor", "Eve"]
    assert eve.post(f"{path}/leave").status_code == 204
    assert eve.post(f"{path}/leave").status_code == 404
    assert eve.get(path).status_code == 404


def test_what_cannot_be_joined_is_not_there(house: House) -> None:
    eve = Api(house.newcomer("Eve"))
    nowhere = eve.post(f"rooms/{uuid4()}/join")
    assert nowhere.status_code == 404
    assert eve.post(f"rooms/{house.attic.uuid}/join").json() == nowhere.json(), "It is closed"
    for stranger in (house.cleo, house.dan):
        assert Api(stranger).post(f"rooms/{house.hall.uuid}/join").json() == nowhere.json()
    assert Membership.objects.filter(room=house.hall).count() == 2


def test_any_member_brings_people_into_an_open_room(house: House) -> None:
    newcomer, path = house.newcomer("Eve"), f"rooms/{house.hall.uuid}/members"
    added = Api(house.ben).post(path, user_id=str(newcomer.uuid), involvement="everything")
    assert (added.status_code, added.json()["user"]["name"]) == (201, "Eve")
    assert added.json()["involvement"] == "mentions", "That is hers to choose"
    assert Api(house.ben).post(path, user_id=str(newcomer.uuid)).status_code == 201
    assert people(Api(newcomer).get(path)) == ["Ada Lindqvist", "Ben Okafor", "Eve"]


def test_only_its_creator_and_admins_bring_people_into_a_closed_room(house: House) -> None:
    newcomer, path = house.newcomer("Eve"), f"rooms/{house.attic.uuid}/members"
    for member in (house.ben, house.cleo):
        assert Api(member).post(path, user_id=str(newcomer.uuid)).status_code == 403
    assert Api(newcomer).post(path, user_id=str(newcomer.uuid)).status_code == 404
    assert Api(house.ada).post(path, user_id=str(newcomer.uuid)).status_code == 201
    for person in (str(house.dan.uuid), str(uuid4())):
        assert Api(house.ada).post(path, user_id=person).status_code == 404
    assert Api(house.ada).post(path, user_id="ben").json()["code"] == "invalid_frame"


def test_only_its_creator_and_admins_take_people_out(house: House) -> None:
    path = f"rooms/{house.attic.uuid}/members"
    assert Api(house.ben).delete(f"{path}/{house.cleo.uuid}").status_code == 403
    assert Api(house.dan).delete(f"{path}/{house.cleo.uuid}").status_code == 404
    assert Api(house.ada).delete(f"{path}/{house.cleo.uuid}").status_code == 204
    assert Api(house.ada).delete(f"{path}/{house.cleo.uuid}").status_code == 404
    assert Api(house.ben).delete(f"{path}/{house.ben.uuid}").status_code == 204, "Everybody may go"
    assert people(Api(house.ada).get(path)) == ["Ada Lindqvist"]


def test_members_come_in_pages(house: House) -> None:
    api, path = Api(house.ada), f"rooms/{house.attic.uuid}/members"
    first = api.get(path, limit=2)
    assert people(first) == ["Ada Lindqvist", "Ben Okafor"]
    assert first.json()["previous"] is None
    assert people(api.client.get(first.json()["next"])) == ["Cleo Marchetti"]
    for wrong in ("0", "-1", "501", "1e9", "x"):
        assert api.get(path, limit=wrong).json()["code"] == "invalid_frame"
    assert api.get(path, cursor="nonsense").json()["code"] == "invalid_cursor"
    assert Api(house.dan).get(path).status_code == 404


def test_involvement_is_ones_own(house: House) -> None:
    path = f"rooms/{house.hall.uuid}/membership"
    changed = Api(house.ben).patch(path, involvement="nothing", last_read_seq=99)
    assert changed.json()["membership"]["involvement"] == "nothing"
    assert changed.json()["membership"]["last_read_seq"] == 0
    assert Membership.objects.get(room=house.hall, user=house.ada).involvement == "mentions"
    assert Api(house.ben).patch(path, involvement="shouting").json()["code"] == "invalid_frame"
    assert Api(house.dan).patch(path, involvement="nothing").status_code == 404


def test_a_star_and_a_mute_are_ones_own_and_what_is_not_named_stays(house: House) -> None:
    path = f"rooms/{house.hall.uuid}/membership"
    until = timezone.now() + timedelta(hours=8)
    assert Api(house.ben).patch(path, starred=True).json()["membership"]["starred"] is True
    muted = Api(house.ben).patch(path, muted_until=until.isoformat()).json()["membership"]
    assert (muted["starred"], muted["muted_until"], muted["involvement"]) == (True, iso(until), "mentions")
    assert Api(house.ada).get(f"rooms/{house.hall.uuid}").json()["membership"]["starred"] is False
    heard = Api(house.ben).patch(path, muted_until=None).json()["membership"]
    assert (heard["starred"], heard["muted_until"]) == (True, None)


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_a_mute_ends_within_a_year(house: House, days: int) -> None:
    until = timezone.now() + timedelta(days=days)
    answer = Api(house.ben).patch(f"rooms/{house.hall.uuid}/membership", muted_until=until.isoformat())
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["muted_until"])
    assert Membership.objects.get(room=house.hall, user=house.ben).muted_until is None


async def test_presence_tells_who_reads_and_who_is_connected(house: House) -> None:
    path = f"rooms/{house.hall.uuid}/presence"
    ada_api, dan_api = await in_thread(Api, house.ada), await in_thread(Api, house.dan)
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben, socket_of(house.dan):
        await ada.join(house.hall)
        answer = await in_thread(ada_api.get, path)
        assert answer.json() == {
            "room_id": str(house.hall.uuid),
            "participants": [ada.user],
            "participant_count": 1,
            "online": answer.json()["online"],
        }
        assert set(answer.json()["online"]) == {ada.user, ben.user}
        assert (await in_thread(dan_api.get, path)).status_code == 404


def test_a_guest_brings_in_nobody_they_may_not_see(house: House) -> None:
    add_member(user=house.ada, room=house.hall.uuid, person=house.cleo.uuid)
    cleo, path = Api(house.cleo), f"rooms/{house.hall.uuid}/members"
    stranger = house.newcomer("Eve")
    unseen = cleo.post(path, user_id=str(stranger.uuid))
    assert (unseen.status_code, unseen.json()) == (404, cleo.post(path, user_id=str(uuid4())).json())
    assert Membership.objects.filter(room=house.hall, user=stranger).count() == 0


async def test_who_of_ones_directs_is_connected(house: House) -> None:
    ada_api, dan_api = await in_thread(Api, house.ada), await in_thread(Api, house.dan)
    await in_thread(ada_api.post, "directs", user_ids=[str(house.ben.uuid)])
    async with socket_of(house.ben) as ben, socket_of(house.cleo):
        assert (await in_thread(ada_api.get, "directs/presence")).json() == {"online": [ben.user]}
        assert (await in_thread(dan_api.get, "directs/presence")).json() == {"online": []}


async def test_presence_that_does_not_answer_is_asked_again_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hangs(users: object) -> list[str]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr("chat.delivery.hubs.ANSWER_SECONDS", 0.05)
    ada_api = await in_thread(Api, house.ada)
    async with socket_of(house.ben):
        monkeypatch.setattr(current_hub().presence, "online", hangs)
        answer = await in_thread(ada_api.get, "directs/presence")
        assert answer.json()["retry_after"] == 1
        assert "request_id" not in answer.json(), "it was expected"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("ada", ["Ada Lindqvist"]),
        ("LIND", ["Ada Lindqvist"]),
        ("ada  l", ["Ada Lindqvist"]),
        ("qvist", []),
        ("ｂｅｎ", ["Ben Okafor"]),
        ("straße", ["Fay Strasse"]),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("\0", ["Ada Lindqvist", "Ben Okafor", "Fay Strasse"]),
        ("", ["Ada Lindqvist", "Ben Okafor", "Fay Strasse"]),
    ],
)
def test_members_are_found_by_how_a_word_of_their_name_begins(house: House, wanted: str, found: list[str]) -> None:
    add_member(user=house.ada, room=house.hall.uuid, person=house.newcomer("Fay Strasse").uuid)
    house.newcomer("Ada Benson")
    path = f"rooms/{house.hall.uuid}/members"
    assert people(Api(house.ben).get(path, q=wanted)) == found
    assert Api(house.dan).get(path, q=wanted).status_code == 404
    assert Api(house.ada).get(path, q="x" * 101).json()["errors"].keys() == {"q"}


async def test_in_a_crowd_nobody_is_named(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("chat.realtime.presence", "chat.api.members"):
        monkeypatch.setattr(f"{place}.MOST_NAMED", 1)
    path, ada_api = f"rooms/{house.hall.uuid}/presence", await in_thread(Api, house.ada)
    async with socket_of(house.ada) as ada:
        await ada.join(house.hall)
        alone = (await in_thread(ada_api.get, path)).json()
        assert (alone["participants"], alone["participant_count"], alone["online"]) == ([ada.user], 1, [ada.user])
        async with socket_of(house.ben) as ben:
            await ben.join(house.hall)
            crowd = (await in_thread(ada_api.get, path)).json()
            assert (crowd["participants"], crowd["participant_count"], crowd["online"]) == ([], 2, [])
