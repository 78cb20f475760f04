"""Each change of a room: at once, by the poll where nobody broadcast it, and for whoever comes back later."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from campfire.data.database import in_thread
from chat.actions.memberships import add_member, join_room, leave_room, remove_member, update_membership
from chat.actions.rooms import delete_room, open_direct, update_room
from chat.models import Room
from chat.tests.clients import Api, Socket, socket_of, unheard
from chat.tests.conftest import House

BOUND_SECONDS = 2.0
BY = pytest.mark.parametrize("by", [nullcontext, unheard], ids=["broadcast", "poll"])
By = Callable[[], AbstractContextManager[None]]

# What is changed, from which state on, and what a client then reads.
ROOM_CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "rename": ({}, {"name": "lobby"}),
    "topic": ({}, {"topic": "Tea"}),
    "close": ({}, {"kind": "closed"}),
    "open": ({"kind": "closed"}, {"kind": "open"}),
    "archive": ({}, {"archived": True}),
    "bring back": ({"archived": True}, {"archived": False}),
}


def shows(room: dict[str, Any], changed: dict[str, Any]) -> bool:
    found = {**room, "archived": room["archived_at"] is not None}
    return all(found[name] == value for name, value in changed.items())


async def rooms_of(user: User, **query: str) -> dict[str, dict[str, Any]]:
    answer = await in_thread(lambda: Api(user).get("rooms", **query))
    return {room["id"]: room for room in answer.json()["results"]}


@BY
@pytest.mark.parametrize(("before", "changed"), ROOM_CHANGES.values(), ids=ROOM_CHANGES)
async def test_a_room_that_changes_is_told_to_all_in_it(
    house: House, by: By, before: dict[str, Any], changed: dict[str, Any]
) -> None:
    room = str(house.hall.uuid)
    if before:
        await in_thread(update_room, user=house.ada, room=house.hall.uuid, **before)
    async with socket_of(house.ada) as reader, socket_of(house.ben) as watcher, socket_of(house.dan) as stranger:
        version = (await reader.join(house.hall))["version"] + 1
        with by():
            await in_thread(update_room, user=house.ada, room=house.hall.uuid, **changed)
        told = await reader.expect("room_updated", BOUND_SECONDS)
        assert (told["room_id"], told["version"], shows(told["room"], changed)) == (room, version, True)
        heard = await watcher.expect("room_activity", BOUND_SECONDS)
        assert (heard["room_id"], heard["version"], heard["change"]) == (room, version, "room")
        assert await stranger.is_quiet()
    async with socket_of(house.ben) as late:
        update, complete = await late.catch_up(house.hall, last_seen_version=version - 1)
        assert (update["type"], shows(update["room"], changed)) == ("room_updated", True)
        assert (complete["version"], update["replay"]) == (version, True)
    page = await in_thread(lambda: Api(house.ben).get(f"rooms/{room}/changes", after_version=version - 1))
    assert page.json()["changes"] == [update]
    listed = await rooms_of(house.ben, scope="archived" if changed.get("archived") else "mine")
    assert shows(listed[room], changed)


def bring_in(house: House, eve: User) -> Room:
    return add_member(user=house.ada, room=house.attic.uuid, person=eve.uuid).room


COMINGS: dict[str, Callable[[House, User], Room]] = {
    "added": bring_in,
    "joined": lambda house, eve: join_room(user=eve, room=house.hall.uuid).room,
    "direct": lambda house, eve: open_direct(user=house.ada, people=[eve.uuid])[0],
    "direct of several": lambda house, eve: open_direct(user=house.ada, people=[eve.uuid, house.ben.uuid])[0],
}
GOINGS: dict[str, tuple[str, Callable[[House, User], None]]] = {
    "removed": ("removed", lambda house, eve: remove_member(user=house.ada, room=house.attic.uuid, person=eve.uuid)),
    "left": ("left", lambda house, eve: leave_room(user=eve, room=house.attic.uuid)),
    "deleted": ("deleted", lambda house, eve: delete_room(user=house.ada, room=house.attic.uuid)),
}


@BY
@pytest.mark.parametrize("come", COMINGS.values(), ids=COMINGS)
async def test_who_comes_into_a_room_is_told_on_every_device(house: House, by: By, come: Any) -> None:
    eve = await in_thread(house.newcomer, "Eve")
    async with socket_of(eve) as phone, socket_of(eve) as desk:
        with by():
            room = await in_thread(come, house, eve)
        for device in (phone, desk):
            added = (await device.expect("room_added", BOUND_SECONDS))["room"]
            assert (added["id"], added["membership"]["unread_count"]) == (str(room.uuid), 0)
        said = await phone.say(room, "Here I am")
        assert (await desk.expect("room_activity", BOUND_SECONDS))["version"] == said["version"]
    assert str(room.uuid) in await rooms_of(eve)
    async with socket_of(eve) as late:
        assert (await late.catch_up(room, last_seen_version=0))[-1]["type"] == "catch_up_complete"


@BY
@pytest.mark.parametrize(("reason", "go"), GOINGS.values(), ids=GOINGS)
async def test_who_is_out_of_a_room_is_told_once_and_then_nothing(
    house: House, by: By, reason: str, go: Callable[[House, User], None]
) -> None:
    eve = await in_thread(house.newcomer, "Eve")
    await in_thread(bring_in, house, eve)
    async with socket_of(eve) as reader, socket_of(eve) as watcher:
        await reader.join(house.attic)
        with by():
            await in_thread(go, house, eve)
        for device in (reader, watcher):
            told = await device.expect("room_removed", BOUND_SECONDS)
            assert (told["room_id"], told["reason"]) == (str(house.attic.uuid), reason)
        assert await reader.is_quiet()
        assert await watcher.is_quiet()
    assert str(house.attic.uuid) not in await rooms_of(eve)
    async with socket_of(eve) as late:
        assert (await late.catch_up(house.attic, last_seen_version=0))[-1]["code"] == "not_found"
    gone = await in_thread(lambda: Api(eve).get(f"rooms/{house.attic.uuid}/changes", after_version=0))
    assert gone.status_code == 404


@BY
@pytest.mark.parametrize(
    "wanted",
    [{"involvement": "everything"}, {"starred": True}, {"muted_until": timezone.now() + timedelta(hours=1)}],
    ids=["involvement", "star", "mute"],
)
async def test_how_a_room_stands_to_oneself_is_told_to_ones_devices(
    house: House, by: By, wanted: dict[str, Any]
) -> None:
    async with socket_of(house.ben) as reader, socket_of(house.ben) as watcher, socket_of(house.ada) as ada:
        await reader.join(house.hall)
        with by():
            await in_thread(partial(update_membership, user=house.ben, room=house.hall.uuid, **wanted))
        for device in (reader, watcher):
            told = await device.expect("membership_updated", BOUND_SECONDS)
            (field,) = wanted
            assert told["membership"][field]
        assert await ada.is_quiet()
    assert (await rooms_of(house.ben))[str(house.hall.uuid)]["membership"] == told["membership"]


async def refused(socket: Socket, said: str, room: Room) -> list[dict[str, Any]]:
    return [await socket.say(room, "More"), await socket.ask("edit_message", message_id=said, content="Other")]


async def test_in_an_archived_room_nothing_is_said_or_edited(house: House) -> None:
    async with socket_of(house.ben) as ben, socket_of(house.ada) as ada:
        said = (await ben.say(house.hall, "Before"))["message_id"]
        await in_thread(update_room, user=house.ada, room=house.hall.uuid, archived=True)
        for socket in (ben, ada):
            for answer in await refused(socket, said, house.hall):
                assert (answer["type"], answer["code"]) == ("error", "forbidden")
                assert "archived" in answer["message"]
        path = f"rooms/{house.hall.uuid}/messages"
        for call in (
            lambda: Api(house.ben).post(path, content="More"),
            lambda: Api(house.ben).patch(f"messages/{said}", content="Other"),
        ):
            response = await in_thread(call)
            assert (response.status_code, response.json()["code"]) == (403, "forbidden")
        assert len((await in_thread(lambda: Api(house.ben).get(path))).json()) == 1
        await in_thread(update_room, user=house.ada, room=house.hall.uuid, archived=False)
        assert (await refused(ben, said, house.hall))[1]["message"]["content"] == "Other"
