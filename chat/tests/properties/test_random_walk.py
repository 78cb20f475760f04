"""Whatever people do and whatever breaks: after healing every client holds what the database holds (I2–I5, I7, I8)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.tests.factories import sign_in
from campfire.data.database import in_thread
from campfire.errors import CampfireError
from chat.actions.memberships import add_member, leave_room, remove_member
from chat.actions.messages import post_message
from chat.actions.rooms import create_room, update_room
from chat.models import Message, Room
from chat.payloads import message_payload
from chat.realtime import polls, room_channel
from chat.tests import model_client
from chat.tests.actions.threads import check_clock
from chat.tests.clients import unheard
from chat.tests.conftest import House
from chat.tests.model_client import ModelClient, tombstone

WHAT = ["say", "say", "say", "edit", "edit", "delete", "cut", "come", "repeat", "leave", "remove", "add", "rename"]
STEPS = st.lists(
    st.tuples(st.sampled_from([*WHAT, "unheard", "pause"]), st.integers(0, 3), st.integers(0, 30)),
    min_size=5,
    max_size=40,
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same waits, a tenth as long."""
    monkeypatch.setattr(room_channel, "HOLD_SECONDS", 0.02)
    monkeypatch.setattr(polls, "VERSIONS_SECONDS", 0.1)
    monkeypatch.setattr(model_client, "HOLE_SECONDS", 0.05)


def truth(room: Room) -> dict[str, dict[str, Any]]:
    """Every row as a fresh client would be told it."""
    found: dict[str, dict[str, Any]] = {}
    for message in Message.objects.filter(room=room).for_payload():
        payload = message_payload(message)
        found[payload["id"]] = payload if message.deleted_at is None else tombstone(payload)
    return found


def rows_of(room: Room, client: ModelClient) -> int:
    return Message.objects.filter(room=room, client_message_id__in=client.acknowledged).count()


class Walk:
    """A room, two devices of Ada's, one of Ben's, one of Eve's."""

    def __init__(self, room: Room, people: list[User], tokens: list[str]) -> None:
        self.room, self.ada, self.people = room, people[0], people
        self.clients = [ModelClient(token, str(room.uuid)) for token in tokens]
        self.sent: list[tuple[int, str]] = []

    async def step(self, what: str, who: int, which: int) -> None:
        client, person = self.clients[who], self.people[who]
        acts: dict[str, Callable[[], Awaitable[object]]] = {
            "say": lambda: client.say(f"Number {which} of @Ben Okafor"),
            "edit": lambda: self.change(client, "edit_message", which, content=f"Edited {which}"),
            "delete": lambda: self.change(client, "delete_message", which),
            "cut": client.cut,
            "come": lambda: asyncio.sleep(0) if client.is_connected else client.come(),
            "repeat": lambda: self.repeat(client, which),
            "leave": lambda: self.act(leave_room, user=person),
            "remove": lambda: self.act(remove_member, user=self.ada, person=person.uuid),
            "add": lambda: self.act(add_member, user=self.ada, person=person.uuid),
            "rename": lambda: self.act(update_room, user=self.ada, name=f"walk {which}"),
            "unheard": self.unheard,
            "pause": lambda: asyncio.sleep(0.01),
        }
        if not (person is self.ada and what in ("leave", "remove")):
            await acts[what]()

    async def change(self, client: ModelClient, frame: str, which: int, **fields: str) -> None:
        held = sorted(client.state.messages) if client.state else []
        if held:
            await client.send(frame, ref="changed", message_id=held[which % len(held)], **fields)

    async def repeat(self, client: ModelClient, which: int) -> None:
        if client.acknowledged:
            await client.repeat(sorted(client.acknowledged)[which % len(client.acknowledged)])

    async def act(self, action: Callable[..., object], **fields: object) -> None:
        try:
            await in_thread(action, room=self.room.uuid, **fields)
        except CampfireError:
            return

    async def unheard(self) -> None:
        """What no broadcast brings: the poll has to."""
        with unheard():
            await in_thread(post_message, user=self.ada, room=self.room.uuid, content="Unheard")

    async def heal(self) -> None:
        for person in self.people:
            await self.act(add_member, user=self.ada, person=person.uuid)
        for client in self.clients:
            if not client.is_connected:
                await client.come()
        for client in self.clients:
            await client.until(lambda client: client.state is not None and not client.unanswered)
        for client in self.clients:
            await client.heard_out()
        version = (await in_thread(Room.objects.get, pk=self.room.pk)).version
        for client in self.clients:
            await client.until(lambda client: client.state and client.state.cursor >= version)


@asynccontextmanager
async def walking(house: House, eve: User) -> AsyncIterator[Walk]:
    room = await in_thread(
        create_room,
        user=house.ada,
        workspace=house.workspace.uuid,
        name="walk",
        kind="open",
        members=[house.ben.uuid, eve.uuid],
    )
    people = [house.ada, house.ada, house.ben, eve]
    walk = Walk(room, people, [await in_thread(sign_in, person) for person in people])
    try:
        for client in walk.clients:
            await client.come()
        yield walk
    finally:
        for client in walk.clients:
            await client.cut()


@given(STEPS)
@example([("say", 2, 6), ("pause", 2, 0), ("cut", 2, 0), ("delete", 0, 0), ("pause", 1, 0), ("delete", 1, 0)])
# A walk that does not heal is found out by waiting; to wait again for each shorter one would take an hour.
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    report_multiple_bugs=False,
)
async def test_after_healing_clients_hold_what_the_database_holds(
    house: House, steps: list[tuple[str, int, int]]
) -> None:
    eve = await in_thread(lambda: User.objects.filter(name="Eve").first() or house.newcomer("Eve"))
    async with walking(house, eve) as walk:
        for step in steps:
            await walk.step(*step)
        await walk.heal()
        await in_thread(check_clock, walk.room)
        expected = await in_thread(truth, walk.room)
        name = (await in_thread(Room.objects.get, pk=walk.room.pk)).name
        for client in walk.clients:
            assert client.leaked == []
            assert client.state is not None
            assert client.state.messages == expected, client.describe()
            assert client.state.name[1] in ("", name)
            assert await in_thread(rows_of, walk.room, client) == len(client.acknowledged)
