"""No list grows slower with its room: each reads an index, with the same number of queries at any size."""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campfire.ids import new_id
from chat.actions.statements import find
from chat.models import Epoch, Membership, Mention, Message, Room
from chat.queries import unread
from chat.queries.catchup import changes_since
from chat.queries.history import page
from chat.queries.membership import Asked, joinings
from chat.queries.rooms import rooms_of
from chat.queries.search import search
from chat.tests.conftest import House, build_house

LARGE, SMALL = 20_000, 200


def fill(house: House, room: Room, count: int) -> None:
    """`count` messages as if they had been posted, every 10th naming Ben, a few with a rare word."""
    now = timezone.now()
    Message.objects.bulk_create(
        (
            Message(
                uuid=new_id(),
                room=room,
                creator=house.ada,
                client_message_id=uuid4(),
                seq=number,
                created_version=number,
                version=number,
                content=f"Message {number}" + (" zanzibar" if number == 370 or number % 997 == 0 else ""),
                created_at=now,
            )
            for number in range(room.seq + 1, count + 1)
        ),
        batch_size=1000,
    )
    named = Message.objects.filter(room=room, seq__gt=room.seq)
    Mention.objects.bulk_create(
        Mention(message_id=pk, user=house.ben, room=room, seq=seq)
        for pk, seq in named.values_list("pk", "seq")
        if seq % 10 == 0
    )
    room.seq = room.version = count
    room.save()
    Membership.objects.filter(room=room).update(last_read_seq=max(count - 100, 0))


@pytest.fixture
def filled(transactional_db: None) -> House:
    """The attic is the large room beside a hall of the same size, as plans are made by share."""
    house = build_house()
    for room in (house.hall, house.attic):
        fill(house, room, LARGE)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return house


READS: dict[str, Callable[[House, Room], Any]] = {
    "newest": lambda house, room: page(room),
    "before": lambda house, room: page(room, before=room.seq // 2),
    "after": lambda house, room: page(room, after=room.seq // 2),
    "around": lambda house, room: page(room, around=room.seq // 2),
    "around an id": lambda house, room: page(room, around=Message.objects.get(room=room, seq=room.seq // 2).uuid),
    "changes": lambda house, room: changes_since(room.uuid, room.version - 50),
    "all changes": lambda house, room: changes_since(room.uuid, 0),
    "unread in a room": lambda house, room: unread.count(Membership.objects.get(room=room, user=house.ben)),
    "unread": lambda house, room: unread.counted(Membership.objects.filter(user=house.ben)),
    "joins": lambda house, room: joinings([Asked(house.ben, str(room.uuid))]),
    "joins of several": lambda house, room: joinings(
        [Asked(house.ben, str(room.uuid)), Asked(house.ada, str(house.hall.uuid))]
    ),
    "rooms": lambda house, room: rooms_of(house.ben),
    "what a post repeats": lambda house, room: find([(room.uuid, house.ben.pk, uuid4())] * 3),
    "search": lambda house, room: search(house.ben, "zanzibar"),
    "search in a room": lambda house, room: search(house.ben, "zanzibar", room_uuid=room.uuid),
    "search for what is everywhere": lambda house, room: search(house.ben, "message"),
    "search for what is everywhere in a room": lambda house, room: search(house.ben, "message", room_uuid=room.uuid),
    "search for what is nowhere": lambda house, room: search(house.ben, "nowhere"),
    "search for two words": lambda house, room: search(house.ben, "message zanzibar"),
}


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def scans(sql: str) -> list[str]:
    """The steps of the plan of a captured statement that walk through all messages."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            steps = [row[3] for row in cursor.fetchall()]
            return [step for step in steps if re.match(r"SCAN (chat_message|m)\b", step)]
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return [
        f"{node['Node Type']} on {node['Relation Name']}"
        for node in nodes(plan)
        if node["Node Type"] == "Seq Scan" and node.get("Relation Name") == "chat_message"
    ]


def statements(read: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        read()
    return [query["sql"] for query in captured if query["sql"].lstrip().upper().startswith("SELECT")]


def test_no_read_walks_through_all_messages(filled: House) -> None:
    assert_is_large(filled, filled.attic)
    for name, read in READS.items():
        for sql in statements(partial(read, filled, filled.attic)):
            assert scans(sql) == [], f"{name}: {sql}"


def assert_is_large(house: House, room: Room) -> None:
    """A scan would be seen, and there is much to read: else the plans prove nothing."""
    (sql,) = statements(lambda: list(Message.objects.filter(html="x")))
    assert scans(sql)
    assert [message.seq for message in READS["newest"](house, room).messages][:2] == [LARGE, LARGE - 1]
    assert len(READS["around"](house, room).messages) == 50
    assert READS["changes"](house, room).version == LARGE
    counted = [READS["unread in a room"](house, room), *READS["unread"](house, room)]
    assert [(row.unread, row.mentions) for row in counted] == [(100, 10)] * 3
    assert len(READS["search in a room"](house, room)) == LARGE // 997 + 1


def test_the_number_of_queries_does_not_grow_with_the_room(house: House) -> None:
    def count() -> dict[str, int]:
        return {name: len(statements(partial(read, house, house.attic))) for name, read in READS.items()}

    Epoch.current()
    fill(house, house.attic, SMALL * 2)
    few = count()
    fill(house, house.attic, SMALL * 5)

    assert count() == few
    assert max(few.values()) <= 9, few


def test_what_is_read_for_a_page_is_enough_to_show_it(house: House) -> None:
    fill(house, house.attic, SMALL)
    messages = page(house.attic).messages
    with CaptureQueriesContext(connection) as captured:
        for message in messages:
            message.payload()

    assert len(captured) == 0
