"""`/api/rooms/{id}/changes`, `/api/rooms/{id}/read`."""

from uuid import uuid4

import pytest

from campfire.data.database import in_thread
from chat.models import Epoch
from chat.tests.clients import Api, fill, socket_of
from chat.tests.conftest import House


@pytest.fixture
def path(house: House) -> str:
    return f"rooms/{house.hall.uuid}/changes"


async def test_the_changes_are_the_very_frames_of_catch_up(house: House, path: str) -> None:
    api = await in_thread(Api, house.ben)
    async with socket_of(house.ada) as ada:
        sent = [await ada.say(house.hall, text) for text in ("One", "Two", "Three")]
        await ada.ask("edit_message", message_id=sent[0]["message_id"], content="Uno")
        await ada.ask("delete_message", message_id=sent[1]["message_id"])
        await in_thread((await in_thread(Api, house.ada)).patch, f"rooms/{house.hall.uuid}", topic="Numbers")
    async with socket_of(house.ben) as ben:
        *frames, complete = await ben.catch_up(house.hall, last_seen_version=1)
        answer = await in_thread(api.get, path, after_version=1)
        assert [frame["type"] for frame in frames] == [
            "new_message",
            "message_updated",
            "message_deleted",
            "room_updated",
        ]
        assert answer.json() == {
            "changes": frames,
            "version": complete["version"],
            "has_more": False,
            "epoch": ben.welcome["epoch"],
        }


def test_changes_come_in_pages(house: House, path: str) -> None:
    fill(house.hall, house.ada, 501)
    ben = Api(house.ben)
    page = ben.get(path, after_version=0).json()
    assert (len(page["changes"]), page["version"], page["has_more"]) == (500, 500, True)
    page = ben.get(path, after_version=page["version"]).json()
    assert (len(page["changes"]), page["version"], page["has_more"]) == (1, 501, False)
    page = ben.get(path, after_version=100, limit=3).json()
    assert [change["message"]["version"] for change in page["changes"]] == [101, 102, 103]
    assert (page["version"], page["has_more"]) == (103, True)


def test_a_cursor_that_does_not_belong_is_told(house: House, path: str) -> None:
    fill(house.hall, house.ada, 2)
    ben = Api(house.ben)
    assert ben.get(path, after_version=2, epoch=Epoch.current()).status_code == 200
    for foreign in ({"after_version": -1}, {"after_version": 3}, {"after_version": 0, "epoch": str(uuid4())}):
        answer = ben.get(path, **foreign)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")
    for wrong in ({}, {"after_version": "x"}, {"after_version": 2**63}, {"after_version": 0, "limit": 501}):
        answer = ben.get(path, **wrong)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_frame")


def test_strangers_find_no_changes(house: House, path: str) -> None:
    assert Api(house.ben).get(path, after_version=0).status_code == 200
    for stranger in (house.cleo, house.dan):
        for version in (-1, 0, 99):
            answer = Api(stranger).get(path, after_version=version)
            assert answer.status_code == 404
            assert answer.json() == Api(stranger).get(f"rooms/{uuid4()}/changes", after_version=version).json()


def test_reading_moves_the_marker_forward(house: House) -> None:
    fill(house.hall, house.ada, 3)
    ben, path = Api(house.ben), f"rooms/{house.hall.uuid}/read"
    state = {
        "room_id": str(house.hall.uuid),
        "seq": 3,
        "version": 3,
        "last_read_seq": 2,
        "unread_count": 1,
        "mention_count": 0,
    }
    assert ben.put(path, seq=2).json() == state
    assert ben.put(path, seq=1).json() == state
    assert Api(house.dan).put(path, seq=1).status_code == 404
    for seq in (4, -1, 2**63 - 1, -(2**63)):
        answer = ben.put(path, seq=seq)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor"), seq
    for wrong in (None, "x", 2**63, 1.5, [1]):
        assert ben.put(path, seq=wrong).json()["code"] == "invalid_frame"


def test_all_markers_move_at_once(house: House) -> None:
    fill(house.hall, house.ada, 2)
    ben = Api(house.ben)
    read = ben.post("rooms/read")
    assert (read.status_code, [state["last_read_seq"] for state in read.json()]) == (200, [2])
    assert {room["membership"]["unread_count"] for room in ben.get("rooms").json()["results"]} == {0}
    assert ben.post("rooms/read").json() == []
