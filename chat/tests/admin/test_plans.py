"""No page of admin walks through all messages or memberships, or asks more where there is more."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.admin.paging import REACHED
from accounts.models import User
from accounts.tests.admin.operators import AtWork, address
from chat.actions.messages import delete_message
from chat.models import Membership, Message, Room
from chat.tests.conftest import House
from chat.tests.test_query_plans import fill, scans, statements

LARGE, SMALL = 20_000, 120

# Lists of messages, by what narrows them down.
LISTS: dict[str, Callable[[House], dict[str, Any]]] = {
    "all": lambda house: {},
    "of a room": lambda house: {"room__id__exact": house.attic.pk},
    "of a person": lambda house: {"creator__id__exact": house.ada.pk},
    "of somebody who said nothing": lambda house: {"creator__id__exact": house.cleo.pk},
    "deleted": lambda house: {"deleted": "yes"},
    "deleted in a room": lambda house: {"deleted": "yes", "room__id__exact": house.attic.pk},
    "there": lambda house: {"deleted": "no"},
    "arrived": lambda house: {"arrived": "7"},
    "arrived in a room": lambda house: {"arrived": "7", "room__id__exact": house.hall.pk},
    "found": lambda house: {"q": "zanzibar"},
    "found in a room": lambda house: {"q": "zanzibar", "room__id__exact": house.attic.pk},
    "found nowhere": lambda house: {"q": "timbuktu"},
    "the last page": lambda house: {"p": REACHED // 50},
}


@pytest.fixture
def filled(operator: AtWork, house: House) -> House:
    """Two large rooms, one message of them deleted; 200 people in each of 100 more rooms."""
    for room in (house.hall, house.attic):
        fill(house, room, LARGE)
    house.attic.refresh_from_db()
    delete_message(user=house.ada, message=Message.objects.get(room=house.attic, seq=77).uuid)
    crowd = [User(name=f"Person {number}", name_key=f"person {number}", password="!") for number in range(200)]
    User.objects.bulk_create(crowd)
    rooms = [Room(workspace=house.workspace, kind="open", name=f"Room {number}") for number in range(100)]
    Room.objects.bulk_create(rooms)
    Membership.objects.bulk_create((Membership(room=r, user=u) for u in crowd for r in rooms), batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return house


def test_no_page_walks_through_all_there_is(filled: House, operator: AtWork) -> None:
    """In one test, as it takes a while to fill the tables."""
    check_lists_of_messages(filled, operator)
    check_rare_ones_are_not_sought_row_by_row(filled, operator)
    check_lists_of_memberships(filled, operator)
    check_other_pages(filled, operator)
    check_nothing_is_reached_past_the_bound(filled, operator)
    check_what_arrived_is_told_by_the_uuid(filled, operator)


def walks(sql: str) -> list[str]:
    """The steps of a statement's plan that walk through a big table with no limit and no index to go by.

    A walk along an index, newest first, that a limit cuts short is how a list should be read.
    """
    if connection.vendor != "sqlite":
        return scans(sql)
    steps = plan(sql)
    walked = [step for step in steps if re.match(r"SCAN (chat_message|chat_membership|m)\b(?!_search)", step)]
    is_cut = "LIMIT" in sql and "USE TEMP B-TREE FOR ORDER BY" not in steps
    return [] if is_cut else walked


def check_lists_of_messages(filled: House, operator: AtWork) -> None:
    for name, query in LISTS.items():
        for sql in statements(lambda query=query: operator.listing(Message, **query(filled))):  # type: ignore[misc]
            assert walks(sql) == [], f"{name}: {sql}"
            assert "COUNT(" not in sql or "LIMIT" in sql, f"{name} counts without end: {sql}"


def check_rare_ones_are_not_sought_row_by_row(filled: House, operator: AtWork) -> None:
    """Where few match, a walk from the newest until enough are found would be one through everything."""
    names = ["of a room", "of somebody who said nothing", "deleted", "deleted in a room"]
    for name in names:
        found = statements(lambda name=name: operator.listing(Message, **LISTS[name](filled)))  # type: ignore[misc]
        for sql in [sql for sql in found if "FROM" in sql and "chat_message" in sql]:
            assert sought_by_index(sql), f"{name}: {plan(sql)} {sql}"


def sought_by_index(sql: str) -> bool:
    """Whether messages are reached by a condition on an index, or by an index of few, rather than by walking along."""
    return any(re.search("SEARCH chat_message USING|Index Cond|message_deleted", step) for step in plan(sql))


def plan(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"{'EXPLAIN QUERY PLAN' if connection.vendor == 'sqlite' else 'EXPLAIN'} {sql}")
        return [str(row[-1]) for row in cursor.fetchall()]


def check_lists_of_memberships(filled: House, operator: AtWork) -> None:
    for query in ({}, {"room__id__exact": filled.hall.pk}, {"user__id__exact": filled.ben.pk}, {"q": "ben"}):
        for sql in statements(lambda query=query: operator.listing(Membership, **query)):  # type: ignore[misc]
            assert walks(sql) == [], sql
            assert "COUNT(" not in sql or "LIMIT" in sql, sql


def check_other_pages(filled: House, operator: AtWork) -> None:
    message = Message.objects.get(room=filled.attic, seq=9)
    pages = [
        "/admin/",
        address(Room, "changelist"),
        address(Room, "change", filled.attic.pk),
        address(Room, "delete", filled.attic.pk),
        address(User, "changelist"),
        address(User, "change", filled.ada.pk),
        address(Message, "change", message.pk),
        address(Message, "delete", message.pk),
        "/admin/autocomplete/?" + urlencode({"app_label": "chat", "model_name": "membership", "field_name": "room"}),
    ]
    for page in pages:
        for sql in statements(lambda page=page: operator.get(page)):  # type: ignore[misc]
            assert walks(sql) == [], f"{page}: {sql}"


def check_nothing_is_reached_past_the_bound(filled: House, operator: AtWork) -> None:
    page = operator.listing(Message, p=REACHED // 50)
    assert len(page.context["cl"].result_list) == 50
    assert f"{REACHED}+" in page.content.decode()
    for beyond in ("101", "999999999", "-1", "x"):
        with CaptureQueriesContext(connection) as captured:
            response = operator.listing(Message, p=beyond)
        offsets = [int(n) for query in captured for n in re.findall(r"OFFSET (\d+)", query["sql"])]
        assert max(offsets, default=0) < REACHED, beyond
        assert response.status_code in {200, 302}


def test_the_number_of_queries_does_not_grow(operator: AtWork, house: House) -> None:
    def count() -> dict[str, int]:
        with_rows = {
            name: len(statements(lambda query=query: operator.listing(Message, **query(house))))  # type: ignore[misc]
            for name, query in LISTS.items()
            if "p" not in query(house)
        }
        for noun in (Room, Membership, User):
            with_rows[noun.__name__] = len(statements(lambda noun=noun: operator.listing(noun)))  # type: ignore[misc]
        return with_rows

    fill(house, house.attic, SMALL // 4)
    # A process asks once whether there is a workspace.
    operator.listing(Message)
    few = count()
    fill(house, house.attic, SMALL)
    for number in range(10):
        house.newcomer(f"Person {number}")

    assert count() == few
    assert max(few.values()) <= 8, few


def check_what_arrived_is_told_by_the_uuid(filled: House, operator: AtWork) -> None:
    assert len(operator.rows(Message, arrived="1")) == 50
    assert Message.objects.filter(created_at__gt=timezone.now() - timedelta(days=1)).count() == 2 * LARGE
