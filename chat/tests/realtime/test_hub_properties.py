"""Whatever comes and goes in whatever order, the hub's books are right (seed 000: connections, presence)."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.realtime.hub import Hub
from chat.realtime.hub_queries import AccessChange
from chat.tests.realtime.fakes import Database, Wire, delivery, hub_on, join

pytestmark = [pytest.mark.sqlite, pytest.mark.usefixtures("way")]

USERS = ("ada", "ben", "cleo")
ROOMS = ("hall", "attic")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["connect", "connect", "cut", "join", "join", "leave", "remove", "add", "say"]),
        st.sampled_from(USERS),
        st.sampled_from(ROOMS),
        st.integers(0, 3),
    ),
    max_size=40,
)


class World:
    """A hub, and beside it what ought to be true of it."""

    def __init__(self) -> None:
        self.database = Database()
        self.database.rooms = dict.fromkeys(ROOMS, 0)
        self.ids = len(USERS) * len(ROOMS)
        pairs = [(user, room) for user in USERS for room in ROOMS]
        self.database.members = {pair: number for number, pair in enumerate(pairs, 1)}
        self.hub: Hub = hub_on(self.database)
        self.wires: list[Wire] = []
        self.reading: set[tuple[Wire, str]] = set()
        self.expected: Counter[tuple[Wire, str]] = Counter()

    def wires_of(self, user: str) -> list[Wire]:
        return [wire for wire in self.wires if wire.connection.user == user]

    async def step(self, what: str, user: str, room: str, which: int) -> None:
        theirs = self.wires_of(user)
        if what == "connect":
            await self.connect(user)
        elif what in ("remove", "add", "say"):
            await getattr(self, what)(user, room)
        elif theirs:
            await getattr(self, what)(theirs[which % len(theirs)], room)

    async def connect(self, user: str) -> None:
        wire = Wire(user)
        await self.hub.add(wire.connection)
        for (member, room), membership in self.database.members.items():
            if member == user:
                self.hub.watch(wire.connection, room, membership, self.database.rooms[room])
        self.wires.append(wire)

    async def cut(self, wire: Wire, _room: str) -> None:
        await self.hub.remove(wire.connection)
        self.wires.remove(wire)
        self.reading = {pair for pair in self.reading if pair[0] is not wire}

    async def join(self, wire: Wire, room: str) -> None:
        admitted = await join(self.hub, wire, room, self.database)
        assert (admitted is not None) == ((wire.connection.user, room) in self.database.members)
        if admitted:
            self.reading.add((wire, room))

    async def leave(self, wire: Wire, room: str) -> None:
        if (wire, room) in self.reading:
            subscription = self.hub.subscription(wire.connection, room)
            assert subscription is not None
            await self.hub.leave(subscription)
            self.reading.discard((wire, room))

    async def remove(self, user: str, room: str) -> None:
        # What still waits about the room is purged, rightly: so that it can be counted, nothing does.
        await self.settle()
        if membership := self.database.members.pop((user, room), 0):
            self.hub.change_access(AccessChange("member_removed", user=user, room=room, membership=membership))
            self.reading = {(wire, of) for wire, of in self.reading if (wire.connection.user, of) != (user, room)}
            await self.settle()

    async def add(self, user: str, room: str) -> None:
        if (user, room) not in self.database.members:
            self.ids += 1
            self.database.members[user, room] = self.ids
            self.hub.change_access(AccessChange("member_added", user=user, room=room, membership=self.ids))
            await self.settle()

    async def say(self, _user: str, room: str) -> None:
        self.database.rooms[room] += 1
        self.hub.deliver(room, [delivery(self.database.rooms[room])])
        for wire in self.wires:
            if (wire.connection.user, room) in self.database.members:
                self.expected[wire, "frame" if (wire, room) in self.reading else "activity"] += 1

    async def settle(self) -> None:
        for wire in self.wires:
            await wire.fence()

    async def check(self) -> None:
        hub = self.hub
        assert hub.connection_count == len(self.wires)
        for user in USERS:
            assert hub.connections_of(user) == {wire.connection for wire in self.wires_of(user)}
        for room in ROOMS:
            readers = {wire.connection.user for wire, of in self.reading if of == room}
            assert await hub.presence.participants(room) == sorted(readers)
            inside = {wire for wire in self.wires if (wire.connection.user, room) in self.database.members}
            channel = hub.channels.get(room)
            registered = (
                {subscription.connection for subscription in channel.subscriptions.values()} if channel else set()
            )
            assert registered == {wire.connection for wire in inside}
            assert (channel is not None) == bool(inside)
        assert await hub.presence.online(USERS) == [user for user in USERS if self.wires_of(user)]
        assert set(hub.link._held) == self.groups()

    def groups(self) -> set[str]:
        present = {wire.connection.user for wire in self.wires}
        rooms = {f"room.{room}" for user, room in self.database.members if user in present}
        return rooms | {f"person.{user}" for user in present} | ({"everybody"} if present else set())


@given(STEPS)
@settings(max_examples=150, deadline=None)
async def test_the_books_are_right_after_every_step(steps: list[tuple[str, str, str, int]]) -> None:
    world = World()
    for step in steps:
        await world.step(*step)
        await world.check()
    await world.settle()
    for wire in world.wires:
        for kind in ("frame", "activity"):
            assert len(wire.of(kind)) == world.expected[wire, kind]
    for wire in list(world.wires):
        await world.cut(wire, "")
    await world.check()
    assert world.hub.channels == {}
    await world.hub.stop()


@given(st.integers(1, 49), st.integers(1, 4))
@settings(max_examples=25, deadline=None)
async def test_connections_are_counted_exactly(people: int, each: int) -> None:
    hub = hub_on(Database())
    wires = [Wire(f"person-{number}") for number in range(people) for _ in range(each)]
    for wire in wires:
        await hub.add(wire.connection)
    assert hub.connection_count == people * each
    for wire in wires[: len(wires) // 2]:
        await hub.remove(wire.connection)
        await hub.remove(wire.connection)

    assert hub.connection_count == len(wires) - len(wires) // 2
    await hub.stop()
