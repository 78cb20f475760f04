"""What is done in admin reaches sockets, as done anywhere: also where nothing but the polls carries it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest

from accounts.models import Member, Session, User
from accounts.sessions import hash_token
from accounts.tests.admin.operators import AtWork
from campfire.data.database import in_thread
from chat.actions.memberships import add_member
from chat.models import Membership, Message
from chat.subscribers import broadcast
from chat.tests.clients import Socket, id_of, socket_of
from chat.tests.conftest import House


@contextmanager
def elsewhere(is_elsewhere: bool) -> Iterator[None]:
    """As in a process without sockets: no hub of its own, nothing broadcast."""
    if not is_elsewhere:
        yield
        return
    with patch.object(broadcast, "running_hubs", return_value=[]):
        yield


@pytest.fixture(params=[False, True], ids=["here", "in another process"])
def do(request: pytest.FixtureRequest, operator: AtWork) -> Callable[..., Any]:
    """`await do(way, …)`: something the operator does, here or where there are no sockets."""

    async def _do(way: str, /, *rows: Any, **fields: Any) -> Any:
        with elsewhere(request.param):
            response = await in_thread(getattr(operator, way), *rows, **fields)
        assert response.status_code == 302, response.content.decode()
        return response

    return _do


async def test_a_deleted_message_goes(house: House, do: Callable[..., Any]) -> None:
    async with socket_of(house.ben) as ben, socket_of(house.cleo) as watcher:
        await ben.join(house.attic)
        sent = await ben.say(house.attic, "Gone soon")
        await do("act", "delete_chosen_messages", await in_thread(Message.objects.get, uuid=sent["message_id"]))
        gone = await ben.expect("message_deleted")
        assert (gone["message_id"], gone["version"]) == (sent["message_id"], 2)
        await watcher.expect("room_activity", change="delete")


async def test_a_new_name_is_read_and_watched(house: House, do: Callable[..., Any]) -> None:
    async with socket_of(house.ben) as ben, socket_of(house.ada) as watcher:
        await ben.join(house.hall)
        await do("change", house.hall, name="Great hall")
        assert (await ben.expect("room_updated"))["room"]["name"] == "Great hall"
        await watcher.expect("room_activity", change="room")


async def test_an_archived_room_is_told(house: House, do: Callable[..., Any]) -> None:
    async with socket_of(house.ben) as ben:
        await ben.join(house.hall)
        await do("act", "archive", house.hall)
        assert (await ben.expect("room_updated"))["room"]["archived_at"]
        await do("act", "unarchive", house.hall)
        assert (await ben.expect("room_updated"))["room"]["archived_at"] is None


@pytest.mark.parametrize("way", ["delete", "act"])
async def test_a_deleted_room_is_gone(house: House, do: Callable[..., Any], way: str) -> None:
    async with socket_of(house.ben) as ben:
        await ben.join(house.hall)
        await (do("delete", house.hall) if way == "delete" else do("act", "delete_rooms", house.hall))
        assert (await ben.expect("room_removed"))["reason"] == "deleted"


@pytest.mark.parametrize("way", ["delete", "act"])
async def test_who_is_removed_from_a_room_is_out_of_it(house: House, do: Callable[..., Any], way: str) -> None:
    membership = await in_thread(Membership.objects.get, user=house.ben, room=house.attic)
    async with socket_of(house.ben) as ben, socket_of(house.ada) as ada:
        await ben.join(house.attic)
        await (do("delete", membership) if way == "delete" else do("act", "remove_chosen", membership))
        removed = await ben.expect("room_removed")
        assert (removed["room_id"], removed["reason"]) == (id_of(house.attic), "removed")
        await ada.say(house.attic, "Behind his back")
        assert await ben.is_quiet()


async def test_who_is_added_to_a_room_is_in_it(house: House, do: Callable[..., Any]) -> None:
    eve = await in_thread(house.newcomer, "Eve")
    async with socket_of(eve) as socket:
        await do("add", Membership, room=house.attic, user=eve)
        assert (await socket.expect("room_added"))["room"]["id"] == id_of(house.attic)


async def test_what_is_set_for_somebody_shows_on_their_devices(house: House, do: Callable[..., Any]) -> None:
    membership = await in_thread(Membership.objects.get, user=house.ben, room=house.attic)
    async with socket_of(house.ben) as ben:
        await do("change", membership, involvement="nothing")
        told = await ben.expect("membership_updated")
        assert told["membership"]["involvement"] == "nothing"


async def test_out_of_the_workspace_is_out_of_every_room(house: House, do: Callable[..., Any]) -> None:
    member = await in_thread(Member.objects.get, user=house.ben)
    async with socket_of(house.ben) as ben, socket_of(house.ada) as ada:
        await do("delete", member)
        gone = {(await ben.expect("room_removed"))["room_id"] for _ in range(2)}
        assert gone == {id_of(house.hall), id_of(house.attic)}
        assert (await ada.expect("user_left_workspace"))["user_id"] == id_of(house.ben)
        assert await ben.is_open()


async def test_into_a_workspace_is_told(house: House, do: Callable[..., Any]) -> None:
    async with socket_of(house.ada) as ada:
        await do("add", Member, workspace=house.workspace, user=house.dan, role="MEMBER")
        told = await ada.expect("user_joined_workspace")
        assert told["user"]["id"] == id_of(house.dan)


async def test_a_role_is_told(house: House, do: Callable[..., Any]) -> None:
    member = await in_thread(Member.objects.get, user=house.ben)
    async with socket_of(house.ben) as ben:
        await do("change", member, role="ADMIN")
        assert (await ben.expect("member_updated"))["role"] == "ADMIN"


async def test_a_persons_name_is_told(house: House, do: Callable[..., Any]) -> None:
    async with socket_of(house.ada) as ada:
        await do("change", house.ben, name="Benjamin")
        assert (await ada.expect("user_updated"))["user"]["name"] == "Benjamin"


async def test_a_workspaces_name_is_told(house: House, do: Callable[..., Any]) -> None:
    async with socket_of(house.cleo) as cleo:
        await do("change", house.workspace, name="Engines")
        assert (await cleo.expect("workspace_updated"))["workspace"]["name"] == "Engines"


async def test_who_is_shut_out_is_out_and_comes_back_at_once(house: House, do: Callable[..., Any]) -> None:
    async with socket_of(house.ben) as ben, socket_of(house.ada) as ada:
        await do("act", "deactivate", house.ben)
        assert await ben.closed() == 4502
        assert await ada.is_open()
    await do("act", "reactivate", await in_thread(User.objects.get, pk=house.ben.pk))
    async with socket_of(house.ben) as again:
        # Two polls later: what shut him out is not applied to whoever comes after.
        await asyncio.sleep(1.2)
        assert await again.is_open()


async def test_sessions_end_one_by_one_and_all(house: House, do: Callable[..., Any]) -> None:
    async with socket_of(house.ben) as phone, socket_of(house.ben) as desk:
        await do("act", "end", await in_thread(Session.objects.get, pk=hash_token(phone.token)))
        assert await phone.closed() == 4501
        assert await desk.is_open()
        await do("act", "end_sessions", house.ben)
        assert await desk.closed() == 4501


async def test_a_new_password_ends_sockets(house: House, do: Callable[..., Any]) -> None:
    async with socket_of(house.ben) as ben:
        await do("change", house.ben, new_password="a-quite-long-one-4711")
        assert await ben.closed() == 4501


async def test_what_was_refused_is_told_to_nobody(house: House, operator: AtWork) -> None:
    """Django's form is one transaction: of a change that fails half-way nothing is published."""
    async with socket_of(house.ada) as ada, Socket(await in_thread(house.token, house.ben)) as ben:
        response = await in_thread(operator.change, house.ben, name="Bob", new_password="12345678")
        assert response.status_code == 200
        assert await ada.is_quiet(0.8)
        assert await ben.is_open()


async def test_what_another_process_undid_is_not_told(house: House, do: Callable[..., Any]) -> None:
    membership = await in_thread(Membership.objects.get, user=house.ben, room=house.attic)
    async with socket_of(house.ben) as ben:
        await do("act", "remove_chosen", membership)
        await in_thread(add_member, user=house.ada, room=house.attic.uuid, person=house.ben.uuid)
        frames = await ben.until("room_added")
        assert frames[-1]["room"]["id"] == id_of(house.attic)
        await ben.join(house.attic)
        assert await ben.is_open()
