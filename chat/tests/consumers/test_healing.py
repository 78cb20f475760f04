"""What nobody broadcast is delivered all the same: versions within two seconds, access within one."""

import asyncio

import pytest

from campfire.data.database import in_thread
from chat.actions.memberships import add_member, remove_member
from chat.actions.messages import delete_message, edit_message, post_message
from chat.actions.rooms import create_room, delete_room, update_room
from chat.delivery.hubs import current_hub
from chat.realtime import polls, room_channel
from chat.tests.clients import fill, meet, socket_of, unheard
from chat.tests.conftest import House


def test_the_clock_is_read_often_enough_for_that() -> None:
    assert polls.VERSIONS_SECONDS + room_channel.HOLD_SECONDS < 1.5
    assert polls.ACCESS_SECONDS <= 0.5


async def test_what_nobody_broadcast_arrives_as_a_catch_up(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        await meet(house.hall, ada, ben)
        with unheard():
            posted = await in_thread(post_message, user=house.ada, room=house.hall.uuid, content="By a command")
        assert not ben.seen[-1].get("message"), "Nobody said it"
        for socket in (ada, ben):
            frame = await socket.receive()
            assert frame == {"type": "new_message", "message": posted.payload, "replay": True}
            assert await socket.receive() == {
                "type": "catch_up_complete",
                "room_id": str(house.hall.uuid),
                "message_count": 1,
                "version": posted.payload["version"],
                "has_more": False,
            }
            assert await socket.is_quiet()


@pytest.fixture
def _no_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """The room clock is read when the test does, and never in between."""
    monkeypatch.setattr(polls, "VERSIONS_SECONDS", 3600)


@pytest.mark.usefixtures("_no_polls")
async def test_every_kind_of_change_is_healed_in_its_current_state(house: House) -> None:
    async with socket_of(house.ben) as ben:
        sent = [await ben.say(house.hall, "One"), await ben.say(house.hall, "Two")]
        version = (await ben.join(house.hall))["version"]
        with unheard():
            await in_thread(edit_message, user=house.ben, message=sent[0]["message_id"], content="Uno")
            await in_thread(delete_message, user=house.ben, message=sent[1]["message_id"])
            await in_thread(update_room, user=house.ada, room=house.hall.uuid, name="lobby")
        await polls.Polls(current_hub()).poll_versions()
        *frames, complete = await ben.until("catch_up_complete")
        assert [frame["type"] for frame in frames] == ["message_updated", "message_deleted", "room_updated"]
        assert (complete["message_count"], complete["version"]) == (3, version + 3)


@pytest.mark.usefixtures("_no_polls")
async def test_a_gap_is_filled_before_what_came_after_it(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        await meet(house.hall, ada, ben)
        with unheard():
            lost = await in_thread(post_message, user=house.ada, room=house.hall.uuid, content="Lost")
        later = await ada.say(house.hall, "Told")
        assert later["version"] == lost.payload["version"] + 1
        frames = await ben.until("catch_up_complete")
        assert [frame["message"]["version"] for frame in frames[:-1]] == [later["version"] - 1, later["version"]]
        assert await ben.is_quiet(), "Nothing comes twice"


@pytest.mark.usefixtures("_no_polls")
async def test_whoever_was_taken_out_unheard_is_not_healed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody broadcast may be told before the next look at changes of access; so the telling looks."""
    monkeypatch.setattr(polls, "ACCESS_SECONDS", 3600)
    async with socket_of(house.ben) as ben, socket_of(house.ada) as ada:
        await meet(house.attic, ada, ben)
        # The first look of the clock has been made.
        await polls.Polls(current_hub()).poll_access()
        with unheard():
            await in_thread(remove_member, user=house.ada, room=house.attic.uuid, person=house.ben.uuid)
            await in_thread(post_message, user=house.ada, room=house.attic.uuid, content="Behind his back")
        await polls.Polls(current_hub()).poll_versions()
        assert (await ada.expect("new_message"))["message"]["content"] == "Behind his back"
        await ben.expect("room_removed")
        assert "Behind his back" not in str(ben.seen)
        assert await ben.is_quiet()


async def test_watchers_are_healed_too(house: House) -> None:
    async with socket_of(house.ben) as ben:
        with unheard():
            posted = await in_thread(post_message, user=house.ada, room=house.hall.uuid, content="By a command")
        activity = await ben.receive()
        assert activity["type"] == "room_activity"
        assert (activity["version"], activity["change"]) == (posted.payload["version"], "message")
        assert await ben.is_quiet(), "Who only watches needs no end of a catch-up"


async def test_more_than_500_missing_is_one_jump(house: House) -> None:
    async with socket_of(house.ben) as ben, socket_of(house.ada) as ada:
        await ben.join(house.hall)
        await in_thread(fill, house.hall, house.ada, 501)
        assert await ben.receive() == {
            "type": "resync",
            "room_id": str(house.hall.uuid),
            "version": 501,
        }
        assert await ben.is_quiet()
        sent = await ada.say(house.hall, "Life goes on")
        assert (await ben.receive())["message"] == sent["message"]


async def test_long_messages_are_told_in_several_pages(house: House) -> None:
    async with socket_of(house.ben) as ben:
        await ben.join(house.hall)
        await in_thread(fill, house.hall, house.ada, 60, "x" * 10_000)
        frames = await ben.until("catch_up_complete")
        assert [frame["message"]["version"] for frame in frames[:-1]] == list(range(1, 61)), "60 are no jump"
        assert (frames[-1]["message_count"], frames[-1]["version"]) == (60, 60)
        assert await ben.is_quiet()


async def test_500_missing_are_told_to_whoever_reads_them(house: House) -> None:
    async with socket_of(house.ben) as ben:
        await ben.join(house.hall)
        await in_thread(fill, house.hall, house.ada, 500)
        frames = await ben.until("catch_up_complete")
        assert [frame["message"]["version"] for frame in frames[:-1]] == list(range(1, 501))
        assert await ben.is_open(), "A page is longer than the queue, and no reason to end the socket"


async def test_access_that_nobody_announced_changes(house: House) -> None:
    newcomer = await in_thread(house.newcomer, "Eve")
    async with socket_of(newcomer) as eve, socket_of(house.ben) as ben:
        with unheard():
            await in_thread(add_member, user=house.ada, room=house.attic.uuid, person=newcomer.uuid)
        added = await eve.receive()
        assert (added["type"], added["room"]["id"]) == ("room_added", str(house.attic.uuid))
        with unheard():
            await in_thread(remove_member, user=house.ada, room=house.attic.uuid, person=house.ben.uuid)
        assert await ben.receive() == {
            "type": "room_removed",
            "room_id": str(house.attic.uuid),
            "reason": "removed",
        }
        with unheard():
            await in_thread(delete_room, user=house.ada, room=house.attic.uuid)
        assert (await eve.receive())["reason"] == "deleted"
        assert await ben.is_quiet()


async def test_a_change_is_applied_once_however_often_it_is_read(house: House) -> None:
    async with socket_of(house.ben) as ben:
        room = await in_thread(
            create_room,
            user=house.ada,
            workspace=house.workspace.uuid,
            name="cellar",
            kind="closed",
            members=[house.ben.uuid],
        )
        assert (await ben.receive())["type"] == "room_added"
        await in_thread(remove_member, user=house.ada, room=room.uuid, person=house.ben.uuid)
        assert (await ben.receive())["type"] == "room_removed"
        await in_thread(add_member, user=house.ada, room=room.uuid, person=house.ben.uuid)
        assert (await ben.receive())["type"] == "room_added"
        hub = current_hub()
        for change in await hub.queries.access_changes(60):
            hub.apply(change)
        await asyncio.sleep(0)
        assert await ben.is_quiet(0.8), "The poll has read all of them again by now"
        await ben.join(room)
