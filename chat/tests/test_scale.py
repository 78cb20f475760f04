"""A room of 5,000: nothing anybody does in it costs work for each member, and no answer names them all."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.operators import Operator
from accounts.tests.factories import browser, make_people
from accounts.tests.tasks import run_tasks
from chat.access import messages_of
from chat.actions import clearing
from chat.actions.memberships import update_membership
from chat.actions.messages import delete_message, edit_message, post_message
from chat.actions.read_states import mark_read
from chat.actions.rooms import create_room, delete_room
from chat.models import Membership, Message, Room
from chat.queries.membership import Asked, joinings
from chat.queries.search import found_for
from chat.realtime.presence import MOST_NAMED
from chat.tests.clients import Api, fill
from chat.tests.conftest import House

MANY, FEW = 5000, 5


@dataclass
class Halls:
    """Two closed rooms that differ in nothing but how many are in them: 5 and 5,000, the same five among them."""

    house: House
    few: Room
    many: Room
    outside: User


@pytest.fixture
def halls(house: House, settings: Any) -> Halls:
    settings.RATE_LIMITS = False
    people = make_people(MANY, house.workspace)
    outside = people.pop()
    few, many = (
        create_room(user=house.ada, workspace=house.workspace.uuid, name=name, kind="closed", members=[house.ben.uuid])
        for name in ("few", "many")
    )
    for room, count in ((few, FEW - 2), (many, MANY - 2)):
        Membership.objects.bulk_create([Membership(room=room, user=person) for person in people[:count]])
        assert room.memberships.count() == count + 2
        fill(room, house.ben, 60)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Halls(house, few, many, outside)


def rows_touched(sql: str) -> int:
    """The most rows that a step of PostgreSQL's plan touches: what it did where it reads, what it expects to if not."""
    kind = "ANALYZE, " if sql.startswith("SELECT") else ""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN ({kind}FORMAT JSON) {sql}")
        found = cursor.fetchone()[0]
    return max(_touched((json.loads(found) if isinstance(found, str) else found)[0]["Plan"]))


def _touched(plan: dict[str, Any]) -> Iterator[int]:
    removed = plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
    yield int((plan.get("Actual Rows", plan["Plan Rows"]) + removed) * plan.get("Actual Loops", 1))
    for child in plan.get("Plans", ()):
        yield from _touched(child)


def steps(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return [row[3] for row in cursor.fetchall()]


def calls(halls: Halls, room: Room) -> dict[str, Callable[[], Any]]:
    """What people do in a room, in an order in which each can be done."""
    house = halls.house
    ada, ben, pages = Api(house.ada), Api(house.ben), browser(house.ben)
    path, person = f"rooms/{room.uuid}", halls.outside.uuid
    said: list[str] = []

    def post(content: str) -> Any:
        # Inside a transaction it is stored here and now, where its statements are seen.
        with transaction.atomic():
            posted = post_message(user=house.ada, room=room.uuid, content=content)
        said.append(posted.payload["id"])
        return posted.payload

    return {
        "post": lambda: post("Hello"),
        "post @name": lambda: post("Hello @Ben Okafor and @Person 2"),
        "edit": lambda: edit_message(user=house.ada, message=UUID(said[1]), content="Hello @Person 1"),
        "delete": lambda: delete_message(user=house.ada, message=UUID(said[0])),
        "mark_read": lambda: mark_read(user=house.ben, room=room.uuid, seq=30),
        "join_room": lambda: [str(row) for row in joinings([Asked(house.ben, str(room.uuid))]).values()],
        "page": lambda: str(pages.get(f"/rooms/{room.uuid}").content),
        "page of people": lambda: str(pages.get(f"/rooms/{room.uuid}/members").content),
        "GET room": lambda: ben.get(path).json(),
        "GET members": lambda: ben.get(f"{path}/members").json(),
        "GET members last": lambda: ben.get(f"{path}/members", limit=5).json(),
        "GET presence": lambda: ben.get(f"{path}/presence").json(),
        "GET rooms": lambda: ben.get("rooms").json(),
        "GET messages": lambda: ben.get(f"{path}/messages").json(),
        "GET changes": lambda: ben.get(f"{path}/changes", after_version=30).json(),
        "membership": lambda: update_membership(user=house.ben, room=room.uuid, starred=True).pk,
        "add": lambda: ada.post(f"{path}/members", user_id=str(person)).json(),
        "remove": lambda: ada.delete(f"{path}/members/{person}").status_code,
        "rename": lambda: ada.patch(path, name="Renamed").json(),
        "archive": lambda: ada.patch(path, archived=True).json(),
        "bring back": lambda: ada.patch(path, archived=False).json(),
    }


def test_what_people_do_costs_the_same_among_5_and_among_5000(halls: Halls) -> None:
    # What is looked up once for all, before it is counted.
    browser(halls.house.ben).get(f"/rooms/{halls.house.hall.uuid}")
    rooms = (halls.few, halls.many)
    few, many = ({name: measured(call) for name, call in calls(halls, room).items()} for room in rooms)
    for name, (queries, rows, size) in many.items():
        assert queries == few[name][0], f"{name}: {queries} queries instead of {few[name][0]}"
        # A list in order of name is found by looking at every name once, in one statement.
        most = MANY + 50 if name.startswith("page") else few[name][1] + MOST_NAMED + 50
        assert rows <= most, f"{name}: {rows} rows, not {most}"
        # 50 people more in a page of them, 100 in the room's own.
        assert size <= few[name][2] + (50_000 if name.startswith("page") else 12_000), f"{name}: {size} bytes"


def measured(call: Callable[[], Any]) -> tuple[int, int, int]:
    """Statements, the most rows that one of them walks through, and the characters of the answer."""
    with CaptureQueriesContext(connection) as captured:
        answer = call()
    statements = [query["sql"] for query in captured]
    return len(statements), max(map(cost, statements), default=0), len(json.dumps(answer))


def cost(sql: str) -> int:
    """Rows that a plan walks through; on SQLite, which does not say, whether it walks through a table that is large."""
    if not sql.startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
        return 0
    if connection.vendor == "postgresql":
        return rows_touched(sql)
    # In order of row id and with a limit it stops where the page is full.
    large = ("SCAN chat_membership", "SCAN accounts_member")
    walks = [step for step in steps(sql) if step.startswith(large)]
    assert not walks, f"{walks}: {sql}"
    return 0


def test_people_are_found_among_5000(halls: Halls) -> None:
    """Each is looked at once at most."""
    ben = Api(halls.house.ben)
    for path in (f"rooms/{halls.many.uuid}/members", "users"):
        (found,) = ben.get(path, q="person 4990").json()["results"]
        assert found.get("user", found)["name"] == "Person 4990"
        assert len(ben.get(path, q="PERSON").json()["results"]) == 50
        for query in ({"q": "lindqvist"}, {}):
            _, rows, _ = measured(lambda path=path, query=query: ben.get(path, **query).json())  # type: ignore[misc]
            assert rows <= MANY + 50


def test_deleting_a_room_asks_for_no_row_of_what_was_said_in_it(halls: Halls, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its members are let go at once, its messages in pieces afterwards, each in a transaction of its own."""
    monkeypatch.setattr(clearing, "PIECE", 25)
    ada, path = Api(halls.house.ada), f"rooms/{halls.many.uuid}"
    edit_message(user=halls.house.ben, message=halls.many.messages.earliest("seq").uuid, content="Hello @Ada Lindqvist")
    with CaptureQueriesContext(connection) as captured:
        assert ada.delete(path).status_code == 204
    assert not [query["sql"] for query in captured if "chat_message" in query["sql"]]
    assert ada.get(path).status_code == 404
    assert halls.many.uuid not in set(Room.objects.values_list("uuid", flat=True))
    operator = Operator(halls.house.ada)
    assert not messages_of(operator).filter(room=halls.many).exists()
    assert len(found_for(operator, "filler")) == 60, "Those of the other room"
    with CaptureQueriesContext(connection) as captured:
        run_tasks()
    pieces = [query["sql"] for query in captured if query["sql"].startswith('DELETE FROM "chat_message"')]
    assert len(pieces) == 3
    assert not Room.everything.filter(pk=halls.many.pk).exists()
    assert not Message.objects.filter(room_id=halls.many.pk).exists()
    assert halls.few.messages.count() == 60


def test_a_room_that_takes_long_to_remove_is_taken_up_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clearing, "PIECE", 10)
    monkeypatch.setattr(clearing, "TURN_SECONDS", 0.0)
    fill(house.attic, house.ben, 45)
    delete_room(user=house.ada, room=house.attic.uuid)
    run_tasks()
    assert not Room.everything.filter(pk=house.attic.pk).exists()
    clearing.clear_room.call(room=house.hall.pk)
    assert Room.objects.filter(pk=house.hall.pk).exists(), "Nobody deleted this one"
