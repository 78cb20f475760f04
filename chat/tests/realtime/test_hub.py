"""Coming into rooms and out of them: what a socket hears, in what order, and when it hears nothing more."""

import asyncio

import pytest

from chat.realtime import registry
from chat.realtime.codes import Close
from chat.realtime.hub import Hub
from chat.realtime.hub_queries import AccessChange
from chat.realtime.polls import Polls
from chat.tests.realtime.fakes import Database, Wire, delivery, hub_on, join

pytestmark = [pytest.mark.sqlite, pytest.mark.usefixtures("way")]


def removed(user: str, membership: int, id: int = 0, room: str = "hall") -> AccessChange:  # noqa: A002
    return AccessChange("member_removed", user=user, room=room, membership=membership, reason="removed", id=id)


def added(user: str, membership: int, id: int = 0, room: str = "hall") -> AccessChange:  # noqa: A002
    return AccessChange("member_added", user=user, room=room, membership=membership, id=id)


def membership_of(hub: Hub, wire: Wire) -> int:
    subscription = hub.subscription(wire.connection, "hall")
    return subscription.membership if subscription else 0


async def a_newcomer(hub: Hub, database: Database) -> Wire:
    """Cleo, who was let in a moment ago and is being looked up."""
    cleo = Wire("cleo")
    await hub.add(cleo.connection)
    database.members["cleo", "hall"] = 9
    database.answers.clear()
    hub.apply(added("cleo", 9))
    await database.asked.wait()
    return cleo


async def a_house() -> tuple[Hub, Database, Wire, Wire]:
    """A hub; Ada and Ben, members of the hall, each with a socket."""
    database = Database()
    database.rooms["hall"] = 0
    database.members = {("ada", "hall"): 1, ("ben", "hall"): 2}
    hub, ada, ben = hub_on(database), Wire("ada"), Wire("ben")
    await hub.add(ada.connection)
    await hub.add(ben.connection)
    return hub, database, ada, ben


async def test_joining_is_answered_before_any_frame_of_the_room() -> None:
    hub, _database, ada, _ = await a_house()
    subscription = hub.begin_join(ada.connection, "hall")
    hub.deliver("hall", [delivery(1), delivery(2)])
    assert await hub.finish_join(subscription, 1, 1)
    subscription.activate(1, 1, reading=True, first='{"type":"room_joined"}')
    hub.deliver("hall", [delivery(3)])
    await ada.fence()

    assert [frame["type"] for frame in ada.frames] == ["room_joined", "frame", "frame", "fence"]
    assert ada.versions() == [2, 3]
    await hub.stop()


async def test_removed_is_the_last_word_about_a_room() -> None:
    hub, database, ada, ben = await a_house()
    for wire in (ada, ben):
        await join(hub, wire, "hall", database)
    ben.stop()
    await asyncio.sleep(0)
    hub.deliver("hall", [delivery(1), delivery(2)])
    hub.apply(removed("ben", 2))
    hub.deliver("hall", [delivery(3)])
    ben.go()
    await ben.fence()
    await ada.fence()

    assert ada.versions() == [1, 2, 3]
    assert 3 not in ben.versions()
    assert ben.frames[-2] == {"type": "room_removed", "room_id": "hall", "reason": "removed"}
    assert await hub.presence.participants("hall") == ["ada"]
    await hub.stop()


async def test_what_was_held_during_a_join_is_not_told_to_somebody_removed_meanwhile() -> None:
    hub, _database, _, ben = await a_house()
    hub.watch(ben.connection, "hall", 2, 0)
    subscription = hub.begin_join(ben.connection, "hall")
    hub.deliver("hall", [delivery(1)])
    hub.apply(removed("ben", 2))
    await hub.fail_join(subscription)
    await ben.fence()

    assert [frame["type"] for frame in ben.frames] == ["room_removed", "fence"]
    await hub.stop()


async def test_a_join_overtaken_by_removal_and_return_leaves_no_trace() -> None:
    hub, database, _, ben = await a_house()
    hub.watch(ben.connection, "hall", 2, 0)
    subscription = hub.begin_join(ben.connection, "hall")
    hub.apply(removed("ben", 2))
    database.members["ben", "hall"] = 3
    hub.apply(added("ben", 3))
    await ben.until(lambda wire: wire.of("room_added"))

    assert not await hub.finish_join(subscription, 3, 0)
    assert await hub.presence.participants("hall") == []
    hub.deliver("hall", [delivery(1)])
    await ben.fence()
    assert ben.versions("activity") == [1]
    await hub.stop()


async def test_a_join_that_is_refused_goes_on_watching() -> None:
    hub, _, ada, _ = await a_house()
    hub.watch(ada.connection, "hall", 1, 0)
    subscription = hub.begin_join(ada.connection, "hall")
    hub.deliver("hall", [delivery(1)])
    await hub.fail_join(subscription)
    hub.deliver("hall", [delivery(2)])
    await ada.fence()

    assert ada.versions("activity") == [1, 2]
    await hub.stop()


async def test_a_removal_that_arrives_late_does_not_end_the_membership_made_since() -> None:
    hub, database, _, ben = await a_house()
    await join(hub, ben, "hall", database)
    hub.apply(removed("ben", 2))
    database.members["ben", "hall"] = 3
    hub.apply(added("ben", 3))
    await ben.until(lambda wire: wire.of("room_added"))
    for _ in range(3):
        hub.apply(removed("ben", 2))
        hub.apply(added("ben", 3))
    hub.deliver("hall", [delivery(1)])
    await ben.fence()

    assert [frame["type"] for frame in ben.frames] == ["room_removed", "room_added", "activity", "fence"] or (
        [frame["type"] for frame in ben.frames] == ["room_joined", "room_removed", "room_added", "activity", "fence"]
    )
    await hub.stop()


async def test_a_look_up_older_than_the_removal_admits_nobody() -> None:
    hub, database, _, _ = await a_house()
    cleo = await a_newcomer(hub, database)
    hub.apply(removed("cleo", 9))
    del database.members["cleo", "hall"]
    database.answers.set()
    hub.deliver("hall", [delivery(1)])
    await cleo.fence()

    assert [frame["type"] for frame in cleo.frames] == ["fence"]
    assert cleo.connection.rooms == set()
    await hub.stop()


async def test_who_is_let_in_while_their_question_is_being_refused_hears_of_it() -> None:
    """The question was looked up before the commit, and found asking when the change came: nobody else would say it."""
    hub, database, _, _ = await a_house()
    cleo = Wire("cleo")
    await hub.add(cleo.connection)
    database.answers.clear()
    joining = asyncio.create_task(join(hub, cleo, "hall", database))
    await database.asked.wait()
    database.members["cleo", "hall"] = 9
    hub.apply(added("cleo", 9))
    database.answers.set()
    assert await joining is None
    await cleo.fence()
    hub.deliver("hall", [delivery(1)])
    await cleo.fence()

    assert [frame["type"] for frame in cleo.frames if frame["type"] != "fence"] == ["room_added", "activity"]
    await hub.stop()


async def test_who_is_put_out_and_brought_back_during_their_question_hears_of_it() -> None:
    hub, database, _, _ = await a_house()
    cleo = Wire("cleo")
    await hub.add(cleo.connection)
    database.members["cleo", "hall"] = 9
    database.answers.clear()
    joining = asyncio.create_task(join(hub, cleo, "hall", database))
    await database.asked.wait()
    database.members["cleo", "hall"] = 10
    hub.apply(removed("cleo", 9))
    hub.apply(added("cleo", 10))
    database.answers.set()
    assert await joining is None
    await cleo.fence()

    assert membership_of(hub, cleo) == 10
    assert len(cleo.of("room_added")) == 1
    await hub.stop()


async def test_who_is_brought_back_while_an_older_return_is_looked_up_hears_of_it() -> None:
    hub, database, _, _ = await a_house()
    cleo = Wire("cleo")
    await hub.add(cleo.connection)
    database.answers.clear()
    hub.apply(added("cleo", 9))
    await database.asked.wait()
    hub.apply(removed("cleo", 9))
    database.members["cleo", "hall"] = 10
    hub.apply(added("cleo", 10))
    database.answers.set()
    await cleo.fence()

    assert membership_of(hub, cleo) == 10
    assert len(cleo.of("room_added")) == 1
    await hub.stop()


async def test_a_newcomer_whose_own_question_fails_on_the_way_is_let_in() -> None:
    """Their question overtakes the look-up of a new member, and then cannot be answered."""
    hub, database, _, _ = await a_house()
    cleo = await a_newcomer(hub, database)
    await hub.fail_join(hub.begin_join(cleo.connection, "hall"))
    database.answers.set()
    await cleo.until(lambda wire: wire.of("room_added"))
    hub.deliver("hall", [delivery(1)])
    await cleo.fence()

    assert cleo.versions("activity") == [1]
    assert len(cleo.of("room_added")) == 1
    await hub.stop()


async def test_a_newcomer_is_let_in_although_the_database_was_away_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "RETRY_SECONDS", 0.01)
    hub, database, _, _ = await a_house()
    cleo, polls = Wire("cleo"), Polls(hub)
    await hub.add(cleo.connection)
    database.members["cleo", "hall"], database.fails = 9, True
    database.changes = [added("cleo", 9, id=1)]
    await polls.poll_access()
    await database.asked.wait()
    await cleo.fence()
    assert cleo.connection.rooms == set()

    database.fails = False
    await cleo.until(lambda wire: wire.of("room_added"))
    hub.deliver("hall", [delivery(1)])
    await cleo.fence()
    assert cleo.versions("activity") == [1]
    await hub.stop()


async def test_polling_the_same_changes_again_says_nothing_more() -> None:
    hub, database, ada, ben = await a_house()
    for wire in (ada, ben):
        await join(hub, wire, "hall", database)
    database.members.pop(("ben", "hall"))
    database.changes = [removed("ben", 2, id=5), added("cleo", 8, id=4)]
    polls = Polls(hub)
    for _ in range(3):
        await polls.poll_access()
        await ben.fence()

    assert len(ben.of("room_removed")) == 1
    await hub.stop()


async def test_a_deleted_room_is_gone_for_everybody() -> None:
    hub, database, ada, ben = await a_house()
    await join(hub, ada, "hall", database)
    hub.watch(ben.connection, "hall", 2, 0)
    for _ in range(2):
        hub.apply(AccessChange("room_deleted", room="hall"))
    for wire in (ada, ben):
        await wire.fence()
        assert wire.of("room_removed") == [{"type": "room_removed", "room_id": "hall", "reason": "deleted"}]

    assert hub.channels == {}
    await hub.stop()


async def test_the_end_of_a_session_closes_its_sockets_alone() -> None:
    hub, _, ada, ben = await a_house()
    other = Wire("ada", session="another device")
    await hub.add(other.connection)
    hub.change_access(AccessChange("session_ended", user="ada", session="session-ada"))
    await ada.until(lambda wire: wire.codes)
    await other.fence()

    assert (ada.codes, other.codes, ben.codes) == ([Close.SESSION_ENDED], [], [])
    hub.change_access(AccessChange("account_disabled", user="ada"))
    await other.until(lambda wire: wire.codes)
    assert (other.codes, ben.codes) == ([Close.ACCOUNT_DISABLED], [])
    await hub.stop()


async def test_silent_sockets_are_closed_if_they_had_pinged() -> None:
    hub, _, ada, ben = await a_house()
    ada.connection.has_pinged = True
    for wire in (ada, ben):
        wire.connection.last_heard = hub.loop.time() - 61
    await Polls(hub).close_overdue()
    await ada.until(lambda wire: wire.codes)
    await ben.fence()

    assert (ada.codes, ben.codes) == ([Close.SILENT], [])
    await hub.stop()
