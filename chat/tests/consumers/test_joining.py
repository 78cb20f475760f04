"""`join_room` with a cursor: joining and catching up in one, so that nobody ever stands above what they have seen."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from campfire.data.database import in_thread
from chat.access import NO_ROOM
from chat.actions.memberships import remove_member
from chat.actions.messages import delete_message, edit_message, post_message
from chat.actions.rooms import update_room
from chat.consumers import catchup, rooms
from chat.models import Room
from chat.queries.catchup import Changes
from chat.realtime.codes import Close
from chat.tests.clients import Socket, fill, socket_of
from chat.tests.conftest import House


async def join(socket: Socket, room: Room | UUID, version: int, **fields: Any) -> list[dict[str, Any]]:
    """Join from a cursor; every frame until the answer has ended, or failed."""
    ref = uuid4().hex
    await socket.send(
        "join_room", ref=ref, room_id=str(getattr(room, "uuid", room)), last_seen_version=version, **fields
    )
    frames = [await socket.receive()]
    while not (frames[-1]["type"] in ("catch_up_complete", "error") and frames[-1].get("ref") == ref):
        frames.append(await socket.receive())
    for frame in frames:
        if frame["type"] in ("room_joined", "catch_up_complete", "error"):
            assert frame.pop("ref") == ref, "each answer says to what"
    return frames


def types(frames: list[dict[str, Any]]) -> list[str]:
    return [frame["type"] for frame in frames]


def versions(frames: list[dict[str, Any]]) -> list[int]:
    return [frame["message"]["version"] for frame in frames if "message" in frame and frame["type"] != "error"]


async def test_who_has_seen_all_is_current_after_one_answer(house: House) -> None:
    await in_thread(fill, house.hall, house.ada, 3)
    async with socket_of(house.ben) as ben:
        joined, complete = await join(ben, house.hall, 3, epoch=ben.welcome["epoch"])
        assert (joined["type"], joined["version"], joined["participants"]) == ("room_joined", 3, [ben.user])
        assert complete == {
            "type": "catch_up_complete",
            "room_id": str(house.hall.uuid),
            "message_count": 0,
            "version": 3,
            "has_more": False,
        }


async def test_what_is_missing_comes_between_joining_and_the_end(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        said = [await ada.say(house.hall, text) for text in ("One", "Two", "Three", "Four")]
        await in_thread(edit_message, user=house.ada, message=said[0]["message_id"], content="Uno")
        await in_thread(delete_message, user=house.ada, message=said[2]["message_id"])
        await in_thread(update_room, user=house.ada, room=house.hall.uuid, topic="News")
        for _ in range(7):
            await ben.expect("room_activity")
        frames = await join(ben, house.hall, 1)
        assert types(frames) == [
            "room_joined",
            "new_message",
            "new_message",
            "message_updated",
            "message_deleted",
            "room_updated",
            "catch_up_complete",
        ]
        assert all(frame["replay"] is True for frame in frames[1:-1])
        assert (frames[0]["version"], frames[-1]["version"], frames[-1]["message_count"]) == (7, 7, 5)
        later = await ada.say(house.hall, "Five")
        frame = await ben.receive()
        assert (frame["type"], frame["message"]["version"], "replay" in frame) == (
            "new_message",
            later["version"],
            False,
        )


async def test_without_a_cursor_it_is_joining_and_no_more(house: House) -> None:
    await in_thread(fill, house.hall, house.ada, 3)
    async with socket_of(house.ben) as ben:
        assert (await ben.join(house.hall))["version"] == 3
        assert await ben.is_quiet()


async def test_more_than_500_frames_are_a_jump(house: House) -> None:
    await in_thread(fill, house.hall, house.ada, 501)
    async with socket_of(house.ben) as ben:
        frames = await join(ben, house.hall, 0)
        assert types(frames) == ["room_joined", "resync", "catch_up_complete"]
        assert frames[1]["version"] == frames[2]["version"] == 501
        assert (frames[2]["message_count"], frames[2]["has_more"]) == (0, False)
        post = await in_thread(post_message, user=house.ada, room=house.hall.uuid, content="After it")
        assert (await ben.expect("new_message"))["message"]["id"] == post.payload["id"]


async def test_exactly_500_frames_are_told(house: House) -> None:
    await in_thread(fill, house.hall, house.ada, 501)
    async with socket_of(house.ben) as ben:
        frames = await join(ben, house.hall, 1)
        assert versions(frames) == list(range(2, 502))
        assert (frames[-1]["message_count"], frames[-1]["version"]) == (500, 501)


async def test_large_messages_are_told_in_several_pages_as_one_answer(house: House) -> None:
    await in_thread(fill, house.hall, house.ada, 14, "語" * 10_000)
    async with socket_of(house.ben) as ben:
        frames = await join(ben, house.hall, 0)
        assert versions(frames) == list(range(1, 15))
        assert types(frames).count("catch_up_complete") == 1
        assert (frames[-1]["message_count"], frames[-1]["has_more"]) == (14, False)


async def test_more_than_a_slow_line_takes_in_time_is_a_jump(house: House) -> None:
    await in_thread(fill, house.hall, house.ada, 100, "語" * 10_000)
    async with socket_of(house.ben) as ben:
        frames = await join(ben, house.hall, 0)
        assert types(frames)[-2:] == ["resync", "catch_up_complete"]
        assert frames[-1]["version"] == 100


@pytest.mark.parametrize(
    "cursor", [{"version": -1}, {"version": 4}, {"version": 2**63 - 1}, {"version": 0, "epoch": "no"}]
)
async def test_a_bad_cursor_is_told_and_nothing_is_joined(house: House, cursor: dict[str, Any]) -> None:
    await in_thread(fill, house.hall, house.ada, 3)
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        await ada.join(house.hall)
        (error,) = await join(ben, house.hall, **cursor)
        assert (error["type"], error["code"]) == ("error", "invalid_cursor")
        assert (await ben.ask("typing", room_id=str(house.hall.uuid), is_typing=True))["code"] == "not_joined"
        await ada.say(house.hall, "Who is there?")
        assert (await ben.receive())["type"] == "room_activity", "it watches as before"
        assert (await ada.ask("ping"))["type"] == "pong"
        assert not [frame for frame in ada.seen if frame["type"] == "presence_update"], "nobody came in"


async def test_a_bad_cursor_does_not_end_what_was_joined(house: House) -> None:
    await in_thread(fill, house.hall, house.ada, 3)
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        await ben.join(house.hall)
        (error,) = await join(ben, house.hall, 99)
        assert error["code"] == "invalid_cursor"
        said = await ada.say(house.hall, "Still there?")
        assert (await ben.expect("new_message"))["message"]["id"] == said["message_id"]


@pytest.mark.parametrize("version", ["0", 0.5, 2**63, [1]])
async def test_a_cursor_of_the_wrong_shape_is_no_frame(house: House, version: object) -> None:
    async with socket_of(house.ada) as ada:
        answer = await ada.ask("join_room", room_id=str(house.hall.uuid), last_seen_version=version)
        assert answer["code"] == "invalid_frame"


async def test_who_is_not_in_the_room_learns_nothing_by_a_cursor(house: House) -> None:
    await in_thread(fill, house.hall, house.ada, 3)
    async with socket_of(house.dan) as dan:
        nowhere = await join(dan, uuid4(), 0)
        for version in (0, 3, 99, -1):
            assert await join(dan, house.hall, version) == nowhere
        assert nowhere[0]["code"] == "not_found"


async def test_joined_again_with_a_cursor_one_is_brought_up_to_date(house: House) -> None:
    await in_thread(fill, house.hall, house.ada, 3)
    async with socket_of(house.ben) as ben:
        await ben.join(house.hall)
        frames = await join(ben, house.hall, 1)
        assert types(frames) == ["room_joined", "new_message", "new_message", "catch_up_complete"]
        assert frames[0]["participant_count"] == 1


class Gate:
    """Holds pages that are looked up until the test lets them go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, after: int = 0) -> None:
        self.open, self.reached, self.after = asyncio.Event(), asyncio.Event(), after
        self.look_up = catchup.look_up_page
        monkeypatch.setattr(catchup, "look_up_page", self._held)

    async def _held(self, cursor: catchup.Cursor) -> Any:
        page = await self.look_up(cursor)
        if self.after == 0:
            self.reached.set()
            await self.open.wait()
        self.after -= 1
        return page


async def test_what_is_said_while_the_missing_is_read_comes_after_it_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_thread(fill, house.hall, house.ada, 3)
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        gate = Gate(monkeypatch)
        answer = asyncio.ensure_future(join(ben, house.hall, 1))
        await gate.reached.wait()
        for number in range(3):
            await ada.say(house.hall, f"meanwhile {number}")
        gate.open.set()
        frames = await answer
        assert versions(frames) == [2, 3]
        assert [(await ben.receive())["message"]["version"] for _ in range(3)] == [4, 5, 6]
        assert await ben.is_quiet()


async def test_more_than_can_be_held_meanwhile_is_read_as_well(
    house: House, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Two pages; while the second is read more is said than is held."""
    settings.RATE_LIMITS = False
    monkeypatch.setattr(rooms, "MOST_HELD", 4)
    await in_thread(fill, house.hall, house.ada, 14, "語" * 10_000)
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        gate = Gate(monkeypatch, after=1)
        answer = asyncio.ensure_future(join(ben, house.hall, 0))
        await gate.reached.wait()
        for number in range(9):
            await ada.say(house.hall, f"meanwhile {number}")
        gate.open.set()
        seen = versions(await answer)
        while len(seen) < 23:
            seen.append((await ben.receive())["message"]["version"])
        assert seen == list(range(1, 24))
        assert await ben.is_quiet()


async def test_who_is_taken_out_meanwhile_hears_nothing_more_of_the_room(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_thread(fill, house.hall, house.ada, 14, "語" * 10_000)
    async with socket_of(house.ben) as ben:
        gate = Gate(monkeypatch, after=1)
        answer = asyncio.ensure_future(join(ben, house.hall, 0))
        await gate.reached.wait()
        await in_thread(remove_member, user=house.ada, room=house.hall.uuid, person=house.ben.uuid)
        while "room_removed" not in types(ben.seen):  # noqa: ASYNC110 (the other task receives)
            await asyncio.sleep(0.01)
        gate.open.set()
        frames = await answer
        assert frames[-1] == {"type": "error", "code": "not_found", "message": NO_ROOM}
        assert types(frames)[-2] == "room_removed", "nothing of the room after it"


async def test_a_slow_reader_is_waited_for(house: House, settings: Any) -> None:
    settings.QUEUE_FRAMES = 20
    await in_thread(fill, house.hall, house.ada, 100)
    async with socket_of(house.ben) as ben:
        ben.stop_reading()
        frames = await join(ben, house.hall, 0)
        assert versions(frames) == list(range(1, 101))


async def test_an_outage_in_the_middle_sends_the_socket_away_to_come_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_thread(fill, house.hall, house.ada, 14, "語" * 10_000)
    look_up, asked = catchup.look_up_page, []

    async def once(cursor: catchup.Cursor) -> Changes | Any:
        asked.append(cursor)
        if len(asked) > 1:
            raise ConnectionError
        return await look_up(cursor)

    monkeypatch.setattr(catchup, "look_up_page", once)
    async with socket_of(house.ben) as ben:
        await ben.send("join_room", room_id=str(house.hall.uuid), last_seen_version=0)
        assert await ben.closed() == Close.RESTARTING
        assert "catch_up_complete" not in types(ben.seen)
