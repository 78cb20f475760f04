"""`/api/rooms/{id}/members`, joining, leaving, involvement, presence."""

from uuid import uuid4

from campfire.database import in_thread
from chat.actions.memberships import add_member
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
