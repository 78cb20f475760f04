"""Losing access while connected: said once, then silence; and sockets that end with their session or account."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest

from accounts.actions.sessions import end_session
from accounts.actions.users import deactivate, set_password
from accounts.models import Session
from accounts.sessions import hash_token
from campfire.data.database import in_thread
from chat.actions.memberships import add_member, join_room, leave_room, remove_member
from chat.actions.rooms import delete_room
from chat.consumers import rooms
from chat.delivery.hubs import current_hub
from chat.queries.membership import Asked
from chat.realtime import polls
from chat.realtime.hub_queries import AccessChange
from chat.tests.clients import Socket, fill, id_of, meet, socket_of, unheard
from chat.tests.conftest import House

# The bound of a removal on the wire (reliability: I8).
BOUND_SECONDS = 1.0


async def tries(socket: Socket, room: object, message: str) -> list[str]:
    """What a socket gets for everything one can do with a room, by code."""
    here = {"room_id": id_of(room)}
    answers = [
        await socket.ask("join_room", **here),
        await socket.ask("leave_room", **here),
        await socket.say(id_of(room), "Let me in"),
        await socket.ask("edit_message", message_id=message, content="Defaced"),
        await socket.ask("delete_message", message_id=message),
        await socket.ask("typing", is_typing=True, **here),
        await socket.ask("mark_read", seq=0, **here),
        await socket.ask("mark_unread", seq=1, **here),
        (await socket.catch_up(id_of(room), last_seen_version=0))[-1],
        (await socket.catch_up(id_of(room), last_seen_message_id=message))[-1],
    ]
    return [answer.get("code", answer["type"]) for answer in answers]


async def test_strangers_can_do_nothing_with_a_room_and_hear_nothing_of_it(house: House, settings) -> None:
    settings.RATE_LIMITS = False
    async with (
        socket_of(house.ada) as ada,
        socket_of(house.cleo) as guest,
        socket_of(house.dan) as dan,
        socket_of(await in_thread(house.newcomer, "Eve")) as eve,
    ):
        message = (await ada.say(house.hall, "Ours"))["message_id"]
        await ada.join(house.hall)
        for stranger in (guest, dan, eve):
            assert set(await tries(stranger, house.hall, message)) == {"not_found"}
            assert await tries(stranger, uuid4(), str(uuid4())) == await tries(stranger, house.hall, message)
        assert await ada.is_quiet(), "Nobody noticed them"
        await ada.say(house.hall, "Still ours")
        for stranger in (guest, dan, eve):
            assert await stranger.is_quiet()


async def test_a_removal_is_said_once_and_then_there_is_silence(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben, socket_of(house.ben) as tablet:
        sent = await ben.say(house.attic, "Mine")
        await meet(house.attic, ada, ben)
        await ada.say(house.attic, "Both sockets hear this")
        await ben.expect("new_message")
        await tablet.expect("room_activity", version=2)
        await in_thread(remove_member, user=house.ada, room=house.attic.uuid, person=house.ben.uuid)
        removed = {"type": "room_removed", "room_id": str(house.attic.uuid), "reason": "removed"}
        assert await ben.receive(BOUND_SECONDS) == removed
        assert await tablet.receive(BOUND_SECONDS) == removed
        assert (await ada.expect("presence_update"))["status"] == "offline"
        await ada.say(house.attic, "Behind his back")
        await ada.ask("edit_message", message_id=sent["message_id"], content="Moderated")
        await ada.send("typing", room_id=str(house.attic.uuid), is_typing=True)
        assert await tablet.is_quiet()
        assert await ben.is_quiet(0.8), "The poll says it no second time"
        assert (await ben.ask("ping"))["rooms"] == {}
        assert set(await tries(ben, house.attic, sent["message_id"])) == {"not_found"}
        assert (await ben.join(house.hall))["type"] == "room_joined", "Other rooms are untouched"


async def test_leaving_for_good_has_its_own_reason(house: House) -> None:
    async with socket_of(house.ben) as ben:
        await ben.join(house.hall)
        await in_thread(leave_room, user=house.ben, room=house.hall.uuid)
        assert await ben.receive() == {
            "type": "room_removed",
            "room_id": str(house.hall.uuid),
            "reason": "left",
        }


async def test_who_comes_back_is_a_member_like_any_other(house: House) -> None:
    async with socket_of(house.ben) as ben, socket_of(house.ada) as ada:
        await ben.join(house.hall)
        for _ in range(3):
            await in_thread(leave_room, user=house.ben, room=house.hall.uuid)
            await ben.expect("room_removed")
            await in_thread(join_room, user=house.ben, room=house.hall.uuid)
            added = await ben.expect("room_added")
            assert added["room"]["id"] == str(house.hall.uuid)
        await ben.join(house.hall)
        sent = await ada.say(house.hall, "Welcome back")
        assert (await ben.receive())["message"] == sent["message"]
        assert await ben.is_quiet(0.8), "Old removals do not catch up with him"


async def test_what_was_queued_is_not_sent_after_a_removal(house: House) -> None:
    async with socket_of(house.ben) as ben, socket_of(house.ada) as ada:
        await ben.join(house.attic)
        ben.stop_reading()
        for number in range(10):
            await ada.say(house.attic, f"Secret {number}")
        await in_thread(remove_member, user=house.ada, room=house.attic.uuid, person=house.ben.uuid)
        frames = await ben.until("room_removed")
        assert len(frames) < 5, "At most what was on its way already came before"
        assert await ben.is_quiet()


async def test_a_catch_up_under_way_ends_with_a_removal(house: House, settings) -> None:
    settings.QUEUE_FRAMES = 20
    await in_thread(fill, house.attic, house.ada, 200)
    async with socket_of(house.ben) as ben:
        whole = await ben.catch_up(house.attic, last_seen_version=0)
        assert len(whole) == 201, "He could read it all"
        ben.stop_reading()
        await ben.send("catch_up", ref="page", room_id=str(house.attic.uuid), last_seen_version=0)
        first = await ben.receive()
        assert first["replay"] is True
        await in_thread(remove_member, user=house.ada, room=house.attic.uuid, person=house.ben.uuid)
        before = await ben.until("room_removed")
        assert len(before) < 50
        after = await ben.receive()
        assert (after["type"], after["code"], after["ref"]) == ("error", "not_found", "page")
        assert str(house.attic.uuid) not in json.dumps(after)
        assert await ben.is_quiet()


async def test_leaving_a_room_while_being_removed_names_it_no_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Presence may take its time, with Redis; the removal comes in between."""
    async with socket_of(house.ben) as ben:
        await ben.join(house.attic)
        hub = current_hub()
        leave, membership = hub.presence.leave, (await in_thread(house.attic.memberships.get, user=house.ben)).pk
        removal = AccessChange(
            "member_removed",
            user=ben.user,
            room=str(house.attic.uuid),
            membership=membership,
            reason="removed",
        )

        async def slow_leave(room: str, user: str):
            hub.apply(removal)
            return await leave(room, user)

        monkeypatch.setattr(hub.presence, "leave", slow_leave)
        answer = await ben.ask("leave_room", room_id=str(house.attic.uuid))
        assert answer["code"] == "not_found"
        assert ben.seen[-2]["type"] == "room_removed"
        monkeypatch.undo()


async def test_a_deleted_room_is_gone_for_all_its_members_and_nobody_else(house: House) -> None:
    async with (
        socket_of(house.ada) as ada,
        socket_of(house.ben) as ben,
        socket_of(house.cleo) as watcher,
        socket_of(house.dan) as dan,
    ):
        await meet(house.attic, ada, ben)
        message = (await ben.say(house.attic, "Last words"))["message_id"]
        await ada.expect("new_message")
        await watcher.expect("room_activity")
        # Dan knows the id from somewhere, and his look-up is still under way.
        current_hub().begin_join(next(iter(current_hub().connections_of(dan.user))), str(house.attic.uuid))
        await in_thread(delete_room, user=house.ada, room=house.attic.uuid)
        for member in (ada, ben, watcher):
            removed = await member.expect("room_removed", BOUND_SECONDS)
            assert removed == {"type": "room_removed", "room_id": str(house.attic.uuid), "reason": "deleted"}
        assert await dan.is_quiet(), "He learns of no room that he may not see"
        assert await ben.is_quiet(0.8)
        assert set(await tries(ben, house.attic, message)) == {"not_found"}


async def test_the_end_of_a_session_ends_its_sockets_only(house: House) -> None:
    async with socket_of(house.ben) as ben, socket_of(house.ben) as elsewhere, Socket(ben.token) as tab:
        session = await in_thread(Session.objects.select_related("user").get, pk=hash_token(ben.token))
        await in_thread(end_session, session=session)
        assert await ben.closed(BOUND_SECONDS) == 4501
        assert await tab.closed(BOUND_SECONDS) == 4501
        assert await elsewhere.is_open()


async def test_an_end_that_nobody_announced_is_noticed(house: House) -> None:
    async with socket_of(house.ben) as ben, socket_of(house.cleo) as cleo:
        session = await in_thread(Session.objects.select_related("user").get, pk=hash_token(ben.token))
        with unheard():
            await in_thread(end_session, session=session)
            await in_thread(deactivate, user=house.cleo)
        assert await ben.closed(BOUND_SECONDS) == 4501
        assert await cleo.closed(BOUND_SECONDS) == 4502


async def test_a_changed_password_ends_every_socket_of_the_person(house: House) -> None:
    async with socket_of(house.ben) as ben, socket_of(house.ben) as tablet, socket_of(house.ada) as ada:
        await in_thread(set_password, user=house.ben, password="a-quite-long-one-4711")
        assert [await ben.closed(BOUND_SECONDS), await tablet.closed(BOUND_SECONDS)] == [4501, 4501]
        assert await ada.is_open()


async def test_a_disabled_account_is_out_at_once(house: House) -> None:
    async with socket_of(house.ben) as ben, socket_of(house.ben) as tablet, socket_of(house.ada) as ada:
        await meet(house.hall, ada, ben)
        await in_thread(deactivate, user=house.ben)
        assert [await ben.closed(BOUND_SECONDS), await tablet.closed(BOUND_SECONDS)] == [4502, 4502]
        offline = await ada.expect("presence_update", user_id=ben.user)
        assert (offline["status"], offline["participant_count"]) == ("offline", 1)


async def test_an_added_member_may_do_everything_at_once(house: House) -> None:
    newcomer = await in_thread(house.newcomer, "Eve")
    async with socket_of(newcomer) as eve, socket_of(house.ada) as ada:
        old = await ada.say(house.attic, "Before her time")
        assert (await eve.say(house.attic, "Knock"))["code"] == "not_found"
        await in_thread(add_member, user=house.ada, room=house.attic.uuid, person=newcomer.uuid)
        room = (await eve.expect("room_added"))["room"]
        assert room["membership"]["unread_count"] == 0, "What was said before counts as read"
        assert (await eve.say(house.attic, "Hello"))["type"] == "message_sent"
        frames = await eve.catch_up(house.attic, last_seen_version=0)
        assert frames[0]["message"]["id"] == old["message_id"]


@pytest.mark.parametrize("cursor", [{}, {"last_seen_version": 0}])
async def test_who_asks_while_being_brought_back_is_told_that_they_are(
    house: House, monkeypatch: pytest.MonkeyPatch, cursor: dict[str, int]
) -> None:
    """Joining has begun before the membership is there again and is looked up after it; nothing else would say so."""
    asked, may_look = asyncio.Event(), asyncio.Event()
    look_up = rooms.look_up

    async def look_up_later(one: Asked) -> Any:
        if one.user == house.ben:
            asked.set()
            await may_look.wait()
        return await look_up(one)

    async with socket_of(house.ben) as ben, socket_of(house.ada) as ada:
        await in_thread(remove_member, user=house.ada, room=house.attic.uuid, person=house.ben.uuid)
        await ben.expect("room_removed")
        monkeypatch.setattr(rooms, "look_up", look_up_later)
        await ben.send("join_room", ref="back", room_id=str(house.attic.uuid), **cursor)
        await asked.wait()
        await in_thread(add_member, user=house.ada, room=house.attic.uuid, person=house.ben.uuid)
        await polls.Polls(current_hub()).poll_access()
        may_look.set()
        frames = [await ben.receive(), await ben.receive()]
        assert [frame["type"] for frame in frames] == ["room_added", "room_joined"]
        assert frames[0]["room"]["id"] == frames[1]["room_id"] == str(house.attic.uuid)
        sent = await ada.say(house.attic, "Welcome back")
        assert (await ben.expect("new_message"))["message"]["id"] == sent["message_id"]
        assert [frame["type"] for frame in ben.seen].count("room_added") == 1, "it is said once"
