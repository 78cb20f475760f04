"""After any walk what is unread is exact, from whichever side it is asked, and so is what clients count themselves."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from campfire import events as registry
from campfire.errors import CampfireError
from chat.actions.imports import Line, import_messages
from chat.actions.memberships import add_member, join_room, leave_room, remove_member, update_membership
from chat.actions.messages import delete_message, edit_message, post_message
from chat.actions.read_states import mark_all_read, mark_read, mark_unread
from chat.actions.rooms import create_room, delete_room, open_direct, update_room
from chat.delivery.frames import delivery_of, delivery_of_change
from chat.events import MembershipAdded, MembershipRemoved, ReadStateChanged, RoomDeleted
from chat.models import Membership, Room
from chat.queries.catchup import changes_since
from chat.queries.rooms import room_of, rooms_of
from chat.tests.actions.threads import VERSIONED
from chat.tests.clients import Api
from chat.tests.conftest import House
from chat.tests.counting_client import CountingClient

NAMES = ["nobody", "@Ada Lindqvist", "@Ben Okafor", "@Cleo Marchetti and @Ada Lindqvist", "@Eve Nakamura @Ben Okafor"]
WHAT = ["post"] * 6 + ["repeat", "edit", "edit", "delete", "delete", "read", "read", "unread", "all read", "join"]
WHAT += ["leave", "remove", "add", "archive", "unarchive", "rename", "convert", "membership", "delete room", "import"]
# What leaves the list of rooms as it is, so that no client asks for it but of its own accord.
TALK = ["post"] * 3 + ["edit"] * 3 + ["delete", "read", "unread", "repeat"]


def steps(what: list[str], places: int) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    """What is done, by whom, in which room, to which message or with which number, with which names, heard or not."""
    which, names = st.integers(0, 12), st.sampled_from(NAMES)
    step = st.tuples(st.sampled_from(what), st.integers(0, 3), st.integers(0, places - 1), which, names, st.booleans())
    return st.lists(step, max_size=30)


class Place:
    """A room as plain Python knows it: what was said, and how far each member has read."""

    def __init__(self, room: Room, members: Iterable[User]) -> None:
        self.room = room
        self.said: list[dict[str, Any]] = []
        self.markers = {member.pk: 0 for member in members}
        self.sent: dict[tuple[int, UUID], UUID] = {}
        self.is_there = True

    def unread(self, person: User) -> tuple[int, int]:
        """Live messages of others above the marker, and those of them that name `person`."""
        above = [
            message
            for message in self.said[self.markers[person.pk] :]
            if message["live"] and message["author"] != person.pk
        ]
        return len(above), sum(person.name in message["names"] for message in above)


class Walk:
    """Four people in an open room, a closed one, a direct and an empty one; each step is done here and in `Place`."""

    def __init__(self, house: House, eve: User) -> None:
        self.house, self.people = house, [house.ada, house.ben, house.cleo, eve]
        everybody = [person.uuid for person in self.people[1:]]
        self.places = [
            self._place(f"{kind} {number}", kind, everybody) for number, kind in enumerate(["open", "closed", "open"])
        ]
        direct, _ = open_direct(user=house.ada, people=[house.ben.uuid])
        self.places.append(Place(direct, [house.ada, house.ben]))

    def _place(self, name: str, kind: str, members: list[UUID]) -> Place:
        room = create_room(
            user=self.house.ada, workspace=self.house.workspace.uuid, name=name, kind=kind, members=members
        )
        return Place(room, self.people)

    def step(self, what: str, who: int, where: int, which: int, names: str) -> None:
        place, person = self.places[where], self.people[who]
        message = place.said[which % len(place.said)] if place.said else None
        try:
            getattr(self, f"_{what.replace(' ', '_')}")(place, person, which, names, message)
        except CampfireError:
            return

    def _post(self, place: Place, person: User, which: int, names: str, _: Any) -> None:
        sent = uuid4()
        content = f"Hello {which} {names}"
        posted = post_message(user=person, room=place.room.uuid, content=content, client_message_id=sent)
        place.said.append({
            "id": posted.payload["id"], "sent": sent, "author": person.pk, "live": True,
            "names": self._heard(place, names),
        })  # fmt: skip

    def _heard(self, place: Place, names: str) -> set[str]:
        """Who of those named is in the room: only they are mentioned."""
        return {
            member.name for member in self.people if member.pk in place.markers and f"@{member.name}" in names
        }  # fmt: skip

    def _repeat(self, place: Place, person: User, which: int, names: str, message: Any) -> None:
        if message and message["author"] == person.pk:
            sent = message["sent"]
            assert post_message(user=person, room=place.room.uuid, content="x", client_message_id=sent).duplicate

    def _edit(self, place: Place, person: User, which: int, names: str, message: Any) -> None:
        if message:
            edit_message(user=person, message=message["id"], content=f"Edited {which} {names}")
            message["names"] = self._heard(place, names)

    def _delete(self, place: Place, person: User, which: int, names: str, message: Any) -> None:
        if message:
            delete_message(user=person, message=message["id"])
            message["live"] = False

    def _read(self, place: Place, person: User, which: int, names: str, _: Any) -> None:
        mark_read(user=person, room=place.room.uuid, seq=which)
        place.markers[person.pk] = max(place.markers[person.pk], which)

    def _unread(self, place: Place, person: User, which: int, names: str, _: Any) -> None:
        mark_unread(user=person, room=place.room.uuid, seq=which)
        place.markers[person.pk] = max(which - 1, 0)

    def _all_read(self, place: Place, person: User, which: int, names: str, _: Any) -> None:
        mark_all_read(user=person)
        for other in self.places:
            if person.pk in other.markers:
                other.markers[person.pk] = len(other.said)

    def _join(self, place: Place, person: User, which: int, names: str, _: Any) -> None:
        join_room(user=person, room=place.room.uuid)
        place.markers.setdefault(person.pk, len(place.said))

    def _leave(self, place: Place, person: User, which: int, names: str, _: Any) -> None:
        if person is not self.house.ada:
            leave_room(user=person, room=place.room.uuid)
            del place.markers[person.pk]

    def _remove(self, place: Place, person: User, which: int, names: str, _: Any) -> None:
        if person is not self.house.ada:
            remove_member(user=self.house.ada, room=place.room.uuid, person=person.uuid)
            del place.markers[person.pk]

    def _add(self, place: Place, person: User, which: int, names: str, _: Any) -> None:
        add_member(user=self.house.ada, room=place.room.uuid, person=person.uuid)
        place.markers.setdefault(person.pk, len(place.said))

    def _archive(self, place: Place, *_: Any) -> None:
        update_room(user=self.house.ada, room=place.room.uuid, archived=True)

    def _unarchive(self, place: Place, *_: Any) -> None:
        update_room(user=self.house.ada, room=place.room.uuid, archived=False)

    def _rename(self, place: Place, person: User, which: int, *_: Any) -> None:
        update_room(user=self.house.ada, room=place.room.uuid, name=f"Number {which}")

    def _convert(self, place: Place, person: User, which: int, *_: Any) -> None:
        update_room(user=self.house.ada, room=place.room.uuid, kind=["open", "closed"][which % 2])

    def _membership(self, place: Place, person: User, which: int, *_: Any) -> None:
        update_membership(user=person, room=place.room.uuid, involvement=["nothing", "mentions"][which % 2])

    def _delete_room(self, place: Place, person: User, which: int, *_: Any) -> None:
        if which == 0:
            delete_room(user=self.house.ada, room=place.room.uuid)
            place.is_there, place.markers = False, {}

    def _import(self, place: Place, person: User, which: int, *_: Any) -> None:
        if not place.is_there:
            return
        lines = [Line(number, datetime(2020, 1, number, tzinfo=UTC), person.name, "Imported") for number in (1, 2)]
        if import_messages(room=Room.objects.get(pk=place.room.pk), lines=lines, file_hash="f"):
            place.said = [
                {"id": str(message.uuid), "sent": message.client_message_id, "author": person.pk, "live": True,
                 "names": set()}
                for message in place.room.messages.order_by("seq")
            ]  # fmt: skip
            place.markers = dict.fromkeys(place.markers, 2)

    def expected(self, person: User) -> dict[str, tuple[int, int]]:
        """Unread and mentions of `person` by room, archived ones too."""
        return {str(place.room.uuid): place.unread(person) for place in self.places if person.pk in place.markers}

    def check(self, person: User, place: Place) -> None:
        """The list and the archive say what plain Python says; of `place`, so do the room itself and the read state."""
        expected = self.expected(person)
        listed = [*rooms_of(person), *rooms_of(person, archived=True)]
        found = {room["id"]: _counts(room["membership"]) for room in listed if room["id"] in self.ids}
        assert found == expected
        for membership in Membership.objects.filter(user=person, room=place.room.pk):
            room = room_of(membership)
            assert room in listed
            state = mark_read(user=person, room=UUID(room["id"]), seq=0)
            assert _counts(state) == expected[room["id"]]
            assert (state["seq"], state["version"]) == (room["seq"], room["version"])
            assert state["last_read_seq"] == room["membership"]["last_read_seq"]

    @property
    def ids(self) -> set[str]:
        return {str(place.room.uuid) for place in self.places}

    def clear(self) -> None:
        Room.objects.filter(uuid__in=self.ids).delete()


def _counts(about: dict[str, Any]) -> tuple[int, int]:
    return about["unread_count"], about["mention_count"]


class Wire:
    """What a hub would send to clients that watch, with frames lost at random; a poll replays what was lost."""

    def __init__(self, walk: Walk) -> None:
        self.walk, self.heard = walk, True
        self.clients = {str(person.uuid): CountingClient(str(person.uuid)) for person in walk.people}
        self.delivered = {str(place.room.uuid): 0 for place in walk.places}
        registry._handlers.append((self._publish, (object,)))

    def close(self) -> None:
        registry._handlers.remove((self._publish, (object,)))

    def ask(self) -> None:
        for person in self.walk.people:
            client = self.clients[str(person.uuid)]
            if client.must_ask:
                client.load(rooms_of(person))

    def poll(self) -> None:
        """What a hub finds missing: each client in the room is told of it."""
        for room, version in self.delivered.items():
            if Room.objects.filter(uuid=room).exists():
                page = changes_since(room, version)
                for change in page.changes:
                    self._tell(room, json.loads(delivery_of_change(room, change).activity))
                self.delivered[room] = page.version

    @property
    def has_told_all(self) -> bool:
        versions = Room.objects.filter(uuid__in=self.delivered).values_list("uuid", "version")
        return all(self.delivered[str(uuid)] == version for uuid, version in versions)

    def check(self) -> None:
        """Each client, when it has asked where it had to, shows what the server says."""
        self.ask()
        for person in self.walk.people:
            client = self.clients[str(person.uuid)]
            listed = {room["id"]: _counts(room["membership"]) for room in rooms_of(person)}
            assert (client.must_ask, client.counts) == (False, listed)

    def _publish(self, events: Iterable[object]) -> None:
        for event in events:
            if isinstance(event, MembershipAdded | MembershipRemoved):
                kind = "room_added" if isinstance(event, MembershipAdded) else "room_removed"
                self.clients[event.user].take({"type": kind, "room_id": event.room})
            elif isinstance(event, RoomDeleted):
                self._tell(event.room, {"type": "room_removed", "room_id": event.room})
            elif isinstance(event, ReadStateChanged):
                self.clients[event.user].take({"type": "read_state", **event.payload})
            elif isinstance(event, VERSIONED) and self.heard:
                self._deliver(event.room, event.version, json.loads(delivery_of(event).activity))

    def _deliver(self, room: str, version: int, frame: dict[str, Any]) -> None:
        """In order only, as a hub does: what comes after a hole is replayed with it."""
        if self.delivered.get(room) == version - 1:
            self.delivered[room] = version
            self._tell(room, frame)

    def _tell(self, room: str, frame: dict[str, Any]) -> None:
        for client in self.clients.values():
            client.take(frame)


@contextmanager
def walking(house: House) -> Iterator[tuple[Walk, Wire]]:
    eve = User.objects.filter(name="Eve Nakamura").first() or house.newcomer("Eve Nakamura")
    walk = Walk(house, eve)
    wire = Wire(walk)
    try:
        wire.ask()
        yield walk, wire
    finally:
        wire.close()
        walk.clear()


@given(steps(WHAT, 4))
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_unread_is_exact_after_every_step(house: House, steps: list[tuple[Any, ...]]) -> None:
    with walking(house) as (walk, wire):
        for what, who, where, which, names, wire.heard in steps:
            walk.step(what, who, where, which, names)
            for person in walk.people:
                walk.check(person, walk.places[where])
        wire.poll()
        wire.check()
        rooms = Api(house.ben).get("rooms").json()["results"]
        assert rooms == json.loads(json.dumps(rooms_of(house.ben)))


@given(steps(TALK, 1))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_clients_count_what_is_said_by_themselves(house: House, steps: list[tuple[Any, ...]]) -> None:
    """As soon as they have heard of everything; they ask only where they cannot know."""
    with walking(house) as (walk, wire):
        for what, who, where, which, names, wire.heard in steps:
            # Ada may change what others said.
            walk.step(what, 0 if what in ("edit", "delete") else who, where, which, names)
            if which % 4 == 0:
                wire.poll()
            if wire.has_told_all:
                wire.check()
        wire.poll()
        wire.check()
