"""`/api/rooms`, `/api/directs`."""

from uuid import uuid4

from accounts.models import Member
from chat.actions.rooms import create_room
from chat.models import Epoch, Room
from chat.tests.clients import Api, fill
from chat.tests.conftest import House

FIELDS = set(
    "id workspace_id name kind topic seq version epoch last_message_at archived_at created_at membership".split()
)


def names(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [room["name"] for room in answer.json()["results"]]


def test_my_rooms_come_with_what_is_unread(house: House) -> None:
    fill(house.hall, house.ada, 3)
    answer = Api(house.ben).get("rooms")
    assert names(answer) == ["attic", "hall"]
    hall = answer.json()["results"][1]
    assert hall.keys() == FIELDS
    assert (hall["kind"], hall["seq"], hall["version"], hall["epoch"]) == ("open", 3, 3, Epoch.current())
    assert hall["membership"] == {
        "involvement": "mentions",
        "starred": False,
        "muted_until": None,
        "last_read_seq": 0,
        "unread_count": 3,
        "mention_count": 0,
    }
    assert Api(house.ben).get(f"rooms/{house.hall.uuid}").json() == hall


def test_everybody_sees_their_own_rooms_only(house: House) -> None:
    assert names(Api(house.ada).get("rooms")) == ["attic", "hall"]
    assert names(Api(house.cleo).get("rooms")) == ["attic"]
    assert names(Api(house.dan).get("rooms")) == []


def test_unchanged_they_need_not_be_sent_again(house: House) -> None:
    api = Api(house.ben)
    first = api.get("rooms")
    unchanged = api.get_unless("rooms", first["ETag"])
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged["Cache-Control"] == "private, no-store"

    fill(house.hall, house.ada, 1)
    changed = api.get_unless("rooms", first["ETag"])
    assert names(changed) == ["attic", "hall"]
    assert changed["ETag"] != first["ETag"]
    assert Api(house.ada).get_unless("rooms", changed["ETag"]).status_code == 200, "Hers are others"


def test_many_rooms_come_in_pages_and_each_once(house: House) -> None:
    for number in range(7):
        create_room(user=house.ben, workspace=house.workspace.uuid, name=f"room {number}", kind="open", members=[])
    found, path = [], "rooms?limit=3"
    while path:
        page = Api(house.ben).get(path).json()
        found += [room["name"] for room in page["results"]]
        path = page["next"] and page["next"].partition("/api/")[2]
    assert sorted(found) == sorted(["attic", "hall", *(f"room {number}" for number in range(7))])


def test_open_rooms_are_for_members_to_join(house: House) -> None:
    newcomer = house.newcomer("Eve")
    assert names(Api(newcomer).get("rooms", scope="open")) == ["hall"]
    assert "membership" not in Api(newcomer).get("rooms", scope="open").json()["results"][0]
    assert names(Api(house.ben).get("rooms", scope="open")) == [], "He is in it already"
    for stranger in (house.cleo, house.dan):
        assert names(Api(stranger).get("rooms", scope="open")) == []
    assert Api(newcomer).get("rooms", scope="all").json()["code"] == "invalid_frame"


def test_making_a_room(house: House) -> None:
    answer = Api(house.ben).post(
        "rooms",
        name="  The   cellar ",
        kind="closed",
        topic="Wine",
        member_ids=[str(house.cleo.uuid)],
        seq=9,
        version=9,
    )
    room = answer.json()
    assert answer.status_code == 201
    assert (room["name"], room["kind"], room["topic"]) == ("The cellar", "closed", "Wine")
    assert (room["seq"], room["version"], room["workspace_id"]) == (0, 0, str(house.workspace.uuid))
    assert names(Api(house.cleo).get("rooms")) == ["attic", "The cellar"]
    assert Api(house.ada).get(f"rooms/{room['id']}").status_code == 404, "Not even the owner is in it"


def test_who_may_not_make_a_room(house: House) -> None:
    assert Api(house.cleo).post("rooms", name="x", kind="open").status_code == 403
    elsewhere = str(house.elsewhere.uuid)
    assert Api(house.dan).post("rooms", name="x", kind="open", workspace_id=elsewhere).status_code == 201
    refused = Api(house.ben).post("rooms", name="x", kind="open", workspace_id=elsewhere)
    nowhere = Api(house.ben).post("rooms", name="x", kind="open", workspace_id=str(uuid4()))
    assert refused.status_code == nowhere.status_code == 404
    assert refused.json() == nowhere.json()
    stranger = Api(house.ben).post("rooms", name="x", kind="closed", member_ids=[str(house.dan.uuid)])
    assert stranger.status_code == 404
    assert Room.objects.filter(workspace=house.workspace).count() == 2, "Nothing half made is left"


def test_in_several_workspaces_one_says_which(house: House) -> None:
    Member.objects.create(workspace=house.elsewhere, user=house.ben, role="MEMBER")
    answer = Api(house.ben).post("rooms", name="x", kind="open")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["workspace_id"])


def test_names_topics_and_kinds_are_checked(house: House) -> None:
    ada = Api(house.ada)
    for wrong, field in (
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"topic": "x" * 501}, "topic"),
        ({"kind": "direct"}, "kind"),
    ):
        answer = ada.post("rooms", **{"name": "fine", "kind": "open", **wrong})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
        answer = ada.patch(f"rooms/{house.hall.uuid}", **wrong)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_changing_a_room_takes_one_version(house: House) -> None:
    ada, path = Api(house.ada), f"rooms/{house.hall.uuid}"
    changed = ada.patch(path, name="lobby", topic="Hello", kind="closed", seq=99, version=99).json()
    assert (changed["name"], changed["topic"], changed["kind"]) == ("lobby", "Hello", "closed")
    assert (changed["seq"], changed["version"]) == (0, 1)
    assert ada.patch(path, name="lobby").json()["version"] == 1, "What is set already takes none"
    assert ada.patch(path).json()["version"] == 1


def test_an_archived_room_can_be_read_but_not_written_to(house: House) -> None:
    ada, path = Api(house.ada), f"rooms/{house.hall.uuid}"
    ada.post(f"{path}/messages", content="Before")
    assert ada.patch(path, archived=True).json()["archived_at"]
    refused = ada.post(f"{path}/messages", content="After")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert len(ada.get(f"{path}/messages").json()) == 1
    assert names(ada.get("rooms")) == ["attic"]
    ada.patch(path, archived=False)
    assert ada.post(f"{path}/messages", content="Back").status_code == 201


def test_its_creator_and_admins_change_and_delete_a_room(house: House) -> None:
    path = f"rooms/{house.attic.uuid}"
    for member in (house.ben, house.cleo):
        assert Api(member).get(path).status_code == 200
        assert Api(member).patch(path, name="x").status_code == 403
        assert Api(member).delete(path).status_code == 403
    for stranger in (house.dan, house.newcomer("Eve")):
        for answer in (Api(stranger).get(path), Api(stranger).patch(path, name="x"), Api(stranger).delete(path)):
            assert answer.status_code == 404
            assert answer.json() == Api(stranger).get(f"rooms/{uuid4()}").json()
    fill(house.attic, house.ben, 2)
    assert Api(house.ada).delete(path).status_code == 204
    assert Api(house.ben).get(path).status_code == 404
    assert names(Api(house.ben).get("rooms")) == ["hall"]


def test_there_is_one_direct_of_the_same_people(house: House) -> None:
    ada, ben = Api(house.ada), Api(house.ben)
    made = ada.post("directs", user_ids=[str(house.ben.uuid)])
    room = made.json()
    assert (made.status_code, room["kind"], room["name"]) == (201, "direct", "")
    assert {person["id"] for person in room["people"]} == {str(house.ada.uuid), str(house.ben.uuid)}
    again = ben.post("directs", user_ids=[str(house.ada.uuid), str(house.ben.uuid)])
    assert (again.status_code, again.json()["id"]) == (200, room["id"])
    path = f"rooms/{room['id']}"
    assert ada.patch(path, name="x").json()["code"] == ada.delete(path).json()["code"] == "conflict"
    assert ada.post(f"{path}/leave").status_code == 403
    assert ada.post(f"{path}/members", user_id=str(house.cleo.uuid)).status_code == 403
    assert Api(house.cleo).get(path).status_code == 404


def test_one_writes_to_people_one_may_see(house: House) -> None:
    newcomer = house.newcomer("Eve")
    assert Api(house.ada).post("directs", user_ids=[str(newcomer.uuid)]).status_code == 201
    assert Api(house.cleo).post("directs", user_ids=[str(house.ben.uuid)]).status_code == 201, "They share the attic"
    for who, whom in ((house.cleo, newcomer), (house.ben, house.dan), (house.dan, house.ben)):
        answer = Api(who).post("directs", user_ids=[str(whom.uuid)])
        assert answer.status_code == 404
        assert answer.json() == Api(who).post("directs", user_ids=[str(uuid4())]).json()
    assert Api(house.ada).post("directs", user_ids=[]).status_code == 400


def test_two_people_have_one_direct_however_many_workspaces_they_come_to_share(house: House) -> None:
    Member.objects.create(workspace=house.elsewhere, user=house.ben, role="MEMBER")
    first = Api(house.dan).post("directs", user_ids=[str(house.ben.uuid)])
    Member.objects.create(workspace=house.workspace, user=house.dan, role="MEMBER")
    again = Api(house.ben).post("directs", user_ids=[str(house.dan.uuid)])
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]


def test_archived_rooms_are_asked_for_by_themselves(house: House) -> None:
    ada, path = Api(house.ada), f"rooms/{house.hall.uuid}"
    fill(house.hall, house.ben, 2)
    assert names(ada.get("rooms", scope="archived")) == []
    archived = ada.patch(path, archived=True).json()
    assert ada.get("rooms", scope="archived").json()["results"] == [archived]
    assert archived["membership"]["unread_count"] == 2
    assert names(ada.get("rooms")) == ["attic"]
    for stranger in (house.cleo, house.dan, house.newcomer("Eve")):
        assert names(Api(stranger).get("rooms", scope="archived")) == []
    assert names(Api(house.newcomer("Fay")).get("rooms", scope="open")) == []


def test_rooms_come_in_pages(house: House) -> None:
    ada = Api(house.ada)
    for number in range(3):
        ada.post("rooms", name=f"Number {number}", kind="open")
    first = ada.get("rooms", limit=3)
    second = ada.client.get(first.json()["next"])
    assert (names(first), names(second)) == (["attic", "hall", "Number 0"], ["Number 1", "Number 2"])
    assert (first.json()["previous"], second.json()["next"]) == (None, None)
    eve = Api(house.newcomer("Eve"))
    page = eve.get("rooms", scope="open", limit=2)
    assert (names(page), names(eve.client.get(page.json()["next"]))) == (["hall", "Number 0"], ["Number 1", "Number 2"])
    assert ada.get("rooms", limit="501").json()["code"] == "invalid_frame"
    assert ada.get("rooms", cursor="x").json()["code"] == "invalid_cursor"
