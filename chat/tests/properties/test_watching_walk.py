"""The same over sockets: who only watches counts right in the end, whatever was never broadcast."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import User
from campfire.data.database import in_thread
from campfire.errors import CampfireError
from chat.actions.memberships import add_member, remove_member
from chat.actions.messages import delete_message, edit_message, post_message
from chat.actions.read_states import mark_read, mark_unread
from chat.actions.rooms import create_room, update_room
from chat.models import Message, Room
from chat.queries.rooms import rooms_of
from chat.realtime import polls, room_channel
from chat.tests.clients import Socket, socket_of, unheard
from chat.tests.conftest import House
from chat.tests.counting_client import CountingClient

PATIENCE_SECONDS = 30.0
WHAT = ["post", "post", "post", "edit", "delete", "read", "unread", "remove", "add", "rename"]
STEPS = st.lists(
    st.tuples(st.sampled_from(WHAT), st.integers(0, 1), st.integers(0, 9), st.booleans(), st.booleans()),
    min_size=3,
    max_size=25,
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same waits, a tenth as long."""
    monkeypatch.setattr(room_channel, "HOLD_SECONDS", 0.02)
    monkeypatch.setattr(polls, "VERSIONS_SECONDS", 0.1)


class Sidebar:
    """A device that has joined no room: it counts what it hears and asks where it cannot know."""

    def __init__(self, user: User, socket: Socket) -> None:
        self.user, self.socket, self.client = user, socket, CountingClient(str(user.uuid))

    async def listen(self) -> None:
        """Take what has arrived, then ask if that left something open."""
        while not self.socket.communicator.output_queue.empty():
            output = await self.socket.communicator.receive_output()
            self.client.take(json.loads(output["text"]))
        if self.client.must_ask:
            self.client.load(await in_thread(rooms_of, self.user))

    async def settle(self) -> None:
        """Until it shows what the server says; an answer it does not need is not asked for."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while self.client.counts != (expected := await in_thread(truth, self.user)):
            assert asyncio.get_running_loop().time() < deadline, (self.client.counts, expected)
            await asyncio.sleep(0.02)
            await self.listen()


def truth(user: User) -> dict[str, tuple[int, int]]:
    return {
        room["id"]: (room["membership"]["unread_count"], room["membership"]["mention_count"]) for room in rooms_of(user)
    }


def step(house: House, room: Room, what: str, who: int, which: int, is_naming: bool) -> None:
    person = [house.ada, house.ben][who]
    content = f"{which} @Ben Okafor @Cleo Marchetti" if is_naming else f"{which}"
    message = Message.objects.filter(room=room, seq=which).values_list("uuid", flat=True).first()
    last = Room.objects.values_list("seq", flat=True).get(pk=room.pk)
    where: dict[str, Any] = {"user": person, "room": room.uuid}
    acts: dict[str, Callable[[], object]] = {
        "post": lambda: post_message(**where, content=content),
        "edit": lambda: message and edit_message(user=house.ada, message=message, content=content),
        "delete": lambda: message and delete_message(user=house.ada, message=message),
        "read": lambda: mark_read(user=house.ben, room=room.uuid, seq=min(which, last)),
        "unread": lambda: mark_unread(user=house.ben, room=room.uuid, seq=min(which, last)),
        "remove": lambda: remove_member(user=house.ada, room=room.uuid, person=house.ben.uuid),
        "add": lambda: add_member(user=house.ada, room=room.uuid, person=house.ben.uuid),
        "rename": lambda: update_room(user=house.ada, room=room.uuid, name=f"walk {which}"),
    }
    try:
        acts[what]()
    except CampfireError:
        return


@asynccontextmanager
async def watching(*people: User) -> AsyncIterator[list[Sidebar]]:
    async with AsyncExitStack() as stack:
        yield [Sidebar(person, await stack.enter_async_context(socket_of(person))) for person in people]


@given(STEPS)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # A walk that does not settle is found out by waiting: not again for each shorter one.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
async def test_who_watches_counts_what_the_server_counts(house: House, steps: list[tuple[Any, ...]]) -> None:
    members = [house.ben.uuid, house.cleo.uuid]
    room = await in_thread(
        create_room, user=house.ada, workspace=house.workspace.uuid, name="walk", kind="open", members=members
    )
    async with watching(house.ada, house.ben, house.ben, house.cleo) as sidebars:
        for number, (what, who, which, is_naming, is_heard) in enumerate(steps):
            # A read marker has no version: told by one frame, and by the next answer.
            with nullcontext() if is_heard or what in ("read", "unread") else unheard():
                await in_thread(step, house, room, what, who, which, is_naming)
            await sidebars[number % len(sidebars)].listen()
        for sidebar in sidebars:
            await sidebar.settle()
    await in_thread(Room.objects.filter(pk=room.pk).delete)
