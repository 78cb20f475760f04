"""`catch_up`: what happened after a cursor, in pages, in its current state."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import orjson
import pytest

from campfire.data.database import BatchedLookup, in_thread
from campfire.errors import CampfireError, InvalidCursor, NotFound
from chat.actions.messages import delete_message, edit_message
from chat.actions.rooms import update_room
from chat.consumers import catchup as handlers
from chat.models import Message
from chat.queries.catchup import Changes
from chat.queries.membership import Asked
from chat.tests.clients import fill, socket_of
from chat.tests.conftest import House

KIB_512 = 512 * 1024


def shape(frames: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """Type and version of each frame."""
    return [(frame["type"], frame.get("version") or frame["message"]["version"]) for frame in frames]


async def test_what_is_missing_comes_as_frames_and_then_the_end(house: House) -> None:
    async with socket_of(house.ada) as ada:
        sent = [await ada.say(house.hall, text) for text in ("One", "Two", "Three")]
        *frames, complete = await ada.catch_up(house.hall, last_seen_version=1)
        assert frames == [{"type": "new_message", "message": s["message"], "replay": True} for s in sent[1:]]
        assert complete == {
            "type": "catch_up_complete",
            "room_id": str(house.hall.uuid),
            "message_count": 2,
            "version": 3,
            "has_more": False,
        }


async def test_nothing_missing_is_just_the_end(house: House) -> None:
    async with socket_of(house.ada) as ada:
        (complete,) = await ada.catch_up(house.hall, last_seen_version=0, epoch=ada.welcome["epoch"])
        assert (complete["message_count"], complete["version"], complete["has_more"]) == (0, 0, False)
        sent = await ada.say(house.hall, "One")
        (complete,) = await ada.catch_up(house.hall, last_seen_version=sent["version"])
        assert (complete["message_count"], complete["version"]) == (0, sent["version"])


async def test_a_message_is_a_cursor_too(house: House) -> None:
    """It stands for the version at which it came, so its own later edit comes again."""
    async with socket_of(house.ada) as ada:
        first = await ada.say(house.hall, "One")
        await ada.say(house.hall, "Two")
        await ada.ask("edit_message", message_id=first["message_id"], content="One!")
        *frames, complete = await ada.catch_up(house.hall, last_seen_message_id=first["message_id"])
        assert shape(frames) == [("new_message", 2), ("message_updated", 3)]
        assert complete["version"] == 3


async def test_each_row_comes_once_in_its_current_state(house: House) -> None:
    async with socket_of(house.ada) as ada:
        old = [(await ada.say(house.hall, text))["message_id"] for text in ("Kept", "Edited", "Deleted")]
        cursor = 3
        new = [(await ada.say(house.hall, text))["message_id"] for text in ("Edited", "Deleted")]
    for number in range(5):
        await in_thread(edit_message, user=house.ada, message=old[1], content=f"Edit {number}")
    await in_thread(delete_message, user=house.ada, message=old[2])
    await in_thread(update_room, user=house.ada, room=house.hall.uuid, topic="Everything")
    await in_thread(edit_message, user=house.ada, message=new[0], content="Edited early")
    await in_thread(delete_message, user=house.ada, message=new[1])
    async with socket_of(house.ben) as ben:
        *frames, complete = await ben.catch_up(house.hall, last_seen_version=cursor)
        assert shape(frames) == [
            ("message_updated", 10),
            ("message_deleted", 11),
            ("room_updated", 12),
            ("new_message", 13),
            ("message_deleted", 14),
        ]
        assert all(frame["replay"] is True for frame in frames)
        assert frames[0]["message"]["content"] == "Edit 4"
        assert frames[1]["message_id"] == old[2]
        assert frames[2]["room"]["topic"] == "Everything"
        assert complete["version"] == frames[2]["room"]["version"] == 14
        assert "Deleted" not in str(frames), "Nothing is left of what was deleted"


async def test_a_page_ends_at_500_frames(house: House) -> None:
    await in_thread(fill, house.hall, house.ada, 501)
    async with socket_of(house.ben) as ben:
        *frames, complete = await ben.catch_up(house.hall, last_seen_version=0)
        assert [frame["message"]["version"] for frame in frames] == list(range(1, 501))
        assert (complete["message_count"], complete["version"], complete["has_more"]) == (500, 500, True)
        *frames, complete = await ben.catch_up(house.hall, last_seen_version=complete["version"])
        assert [frame["message"]["version"] for frame in frames] == [501]
        assert (complete["message_count"], complete["version"], complete["has_more"]) == (1, 501, False)


async def test_exactly_500_frames_are_the_last_page(house: House) -> None:
    await in_thread(fill, house.hall, house.ada, 500)
    async with socket_of(house.ben) as ben:
        complete = (await ben.catch_up(house.hall, last_seen_version=0))[-1]
        assert (complete["message_count"], complete["has_more"]) == (500, False)


@pytest.mark.parametrize("character", ["x", "語", "🔥"])
async def test_a_page_ends_at_512_kib(house: House, character: str) -> None:
    await in_thread(fill, house.hall, house.ada, 40, character * 10_000)
    async with socket_of(house.ben) as ben:
        told, pages, cursor, more = 0, 0, 0, True
        while more:
            *frames, complete = await ben.catch_up(house.hall, last_seen_version=cursor)
            assert sum(len(orjson.dumps(frame)) for frame in frames) <= KIB_512
            told, pages = told + len(frames), pages + 1
            cursor, more = complete["version"], complete["has_more"]
        assert told == 40
        assert pages > 1, "One page would not hold them all"


async def test_a_page_waits_for_a_slow_reader(house: House, settings) -> None:
    settings.QUEUE_FRAMES = 20
    await in_thread(fill, house.hall, house.ada, 100)
    async with socket_of(house.ben) as ben:
        ben.stop_reading()
        *frames, complete = await ben.catch_up(house.hall, last_seen_version=0)
        assert [frame["message"]["version"] for frame in frames] == list(range(1, 101))
        assert complete["has_more"] is False


async def test_a_cursor_that_does_not_belong_is_told(house: House) -> None:
    async with socket_of(house.ada) as ada:
        here, there = await ada.say(house.hall, "Here"), await ada.say(house.attic, "There")
        good = await ada.catch_up(house.hall, last_seen_message_id=here["message_id"])
        assert good[-1]["type"] == "catch_up_complete"
        for cursor in (
            {"last_seen_version": -1},
            {"last_seen_version": -(2**63)},
            {"last_seen_version": here["version"] + 1},
            {"last_seen_version": 2**63 - 1},
            {"last_seen_message_id": str(uuid4())},
            {"last_seen_message_id": there["message_id"]},
            {"last_seen_version": 0, "epoch": str(uuid4())},
            {"last_seen_version": 0, "epoch": ""},
            {"last_seen_message_id": here["message_id"], "epoch": "another"},
        ):
            (error,) = await ada.catch_up(house.hall, **cursor)
            assert (error["type"], error["code"]) == ("error", "invalid_cursor"), cursor


@pytest.mark.parametrize(
    "cursor",
    [
        {},
        {"last_seen_version": None},
        {"last_seen_version": 0, "last_seen_message_id": str(uuid4())},
        {"last_seen_version": "0"},
        {"last_seen_version": 0.5},
        {"last_seen_version": 2**63},
        {"last_seen_message_id": "first"},
    ],
)
async def test_a_cursor_of_the_wrong_shape_is_no_frame(house: House, cursor: dict) -> None:
    async with socket_of(house.ada) as ada:
        (error,) = await ada.catch_up(house.hall, **cursor)
        assert (error["type"], error["code"]) == ("error", "invalid_frame")


async def test_strangers_catch_up_with_nothing(house: House) -> None:
    await in_thread(fill, house.hall, house.ada, 1)
    message = (await in_thread(Message.objects.get)).uuid
    async with socket_of(house.ben) as ben, socket_of(house.dan) as dan, socket_of(house.cleo) as cleo:
        assert len(await ben.catch_up(house.hall, last_seen_version=0)) == 2
        nowhere = await dan.catch_up(uuid4(), last_seen_version=0)
        assert [frame["code"] for frame in nowhere] == ["not_found"]
        for stranger in (dan, cleo):
            for cursor in ({"last_seen_version": 0}, {"last_seen_version": 99}, {"last_seen_message_id": str(message)}):
                assert await stranger.catch_up(house.hall, **cursor) == nowhere


def test_those_who_catch_up_together_are_told_one_page_and_each_their_own_error(house: House) -> None:
    fill(house.hall, house.ada, 3)
    hall = house.hall.uuid
    right = [handlers.Cursor(hall, 1, None, None), handlers.Cursor(hall, 2, None, None)]
    wrong = [
        handlers.Cursor(hall, 9, None, None),
        handlers.Cursor(hall, 1, None, "another"),
        handlers.Cursor(hall, None, hall, None),
    ]
    nowhere = handlers.Cursor(uuid4(), 0, None, None)

    found = handlers._pages([*wrong, *right, nowhere])

    pages = [page for page in (found[cursor] for cursor in right) if not isinstance(page, CampfireError)]
    assert [[change.version for change in page.changes] for page in pages] == [[2, 3], [3]]
    assert [type(found[cursor]) for cursor in [*wrong, nowhere]] == [InvalidCursor] * 3 + [NotFound]


async def test_a_page_is_read_once_for_all_who_wait_for_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    def noted(cursors: Sequence[handlers.Cursor]) -> dict[handlers.Cursor, Changes | CampfireError]:
        read.append(list(cursors))
        return handlers._pages(cursors)

    await in_thread(fill, house.hall, house.ada, 3)
    pages = BatchedLookup(noted)
    monkeypatch.setattr(handlers, "look_up_page", pages)
    # Both have been found to be members before either asks for the page.
    here = asyncio.Barrier(2)
    look_up = handlers.look_up_membership

    async def look_up_and_wait(asked: Asked) -> int | None:
        membership = await look_up(asked)
        await here.wait()
        return membership

    monkeypatch.setattr(handlers, "look_up_membership", look_up_and_wait)
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        told = await asyncio.gather(*(socket.catch_up(house.hall, last_seen_version=1) for socket in (ada, ben)))
    assert told[0] == told[1]
    assert [frame["type"] for frame in told[0]] == ["new_message", "new_message", "catch_up_complete"]
    assert read == [[handlers.Cursor(house.hall.uuid, 1, None, None)]]
