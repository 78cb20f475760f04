"""Reads whose SQL is made once: what they give is what Django gives, on either database."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db.models import BigIntegerField, BooleanField, CharField, DateTimeField, QuerySet, UUIDField
from django.utils import timezone

from accounts.models import User
from campfire.data.prepared import Given, GivenList, PreparedRead
from chat.models import Room
from chat.tests.conftest import House

COLUMNS = ("pk", "uuid", "name", "kind", "direct_people", "archived_at", "created_at", "creator__is_active")
AWKWARD = ["%s %% \"quoted\" 'and' \\", "Grüße 🎉 \u2028", '["a", 1]', "null", "1"]


def rooms(**conditions: Any) -> "QuerySet[Room, tuple[Any, ...]]":
    return Room.objects.filter(**conditions).order_by("pk").values_list(*COLUMNS)


@pytest.fixture
def some(house: House) -> list[Room]:
    """Rooms with names that SQL and JSON have uses for."""
    found = []
    for number, name in enumerate(AWKWARD):
        moment = timezone.now() if number % 2 else None
        found.append(Room.objects.create(workspace=house.workspace, kind="open", name=name, archived_at=moment))
    Room.objects.create(
        workspace=house.workspace, kind="direct", direct_key="1 2", direct_people=[house.ada.pk, house.ben.pk]
    )
    return found


def test_all_kinds_of_values_are_as_django_has_them(some: list[Room]) -> None:
    found = PreparedRead(rooms)()

    assert found == list(rooms())
    kinds = {type(value) for row in found for value in row}
    assert {int, UUID, str, list, datetime, bool, type(None)} <= kinds


@pytest.mark.parametrize(
    ("condition", "field", "value"),
    [
        ("name", CharField(), AWKWARD[0]),
        ("uuid", UUIDField(), lambda rooms: rooms[1].uuid),
        ("pk", BigIntegerField(), lambda rooms: rooms[2].pk),
        ("created_at__lt", DateTimeField(), lambda rooms: rooms[3].created_at),
        ("created_at__gte", DateTimeField(), lambda rooms: rooms[3].created_at),
        ("creator__is_active", BooleanField(), True),
    ],
)
def test_what_is_left_open_is_taken_as_django_takes_it(
    some: list[Room], condition: str, field: Any, value: Any
) -> None:
    value = value(some) if callable(value) else value
    found = PreparedRead(lambda: rooms(**{condition: Given("wanted", field)}))(wanted=value)

    assert found == list(rooms(**{condition: value}))
    assert 0 < len(found) < Room.objects.count()


@pytest.mark.parametrize(
    ("condition", "field", "values"),
    [
        ("name__in", CharField(), lambda rooms: AWKWARD[:3]),
        ("uuid__in", UUIDField(), lambda rooms: [rooms[1].uuid, rooms[4].uuid, uuid4()]),
        ("pk__in", BigIntegerField(), lambda rooms: [room.pk for room in rooms[:2]]),
    ],
)
def test_as_many_as_are_given(
    some: list[Room], condition: str, field: Any, values: Callable[[list[Room]], list[Any]]
) -> None:
    read = PreparedRead(lambda: rooms(**{condition: GivenList("wanted", field)}))

    for wanted in (values(some), values(some)[:1], []):
        assert read(wanted=wanted) == list(rooms(**{condition: wanted}))


def test_the_sql_is_made_once(house: House, django_assert_num_queries: Any) -> None:
    made = []

    def people() -> "QuerySet[User, tuple[Any, ...]]":
        made.append(1)
        return User.objects.filter(name=Given("name", CharField())).values_list("name")

    read = PreparedRead(people)
    with django_assert_num_queries(3):
        assert [read(name=name) for name in (house.ada.name, house.ben.name, "nobody")] == [
            [(house.ada.name,)],
            [(house.ben.name,)],
            [],
        ]
    assert made == [1]


def test_a_moment_is_compared_to_the_microsecond(house: House) -> None:
    room = Room.objects.get(pk=house.hall.pk)
    read = PreparedRead(lambda: rooms(created_at__gt=Given("moment", DateTimeField()), pk=room.pk))

    assert read(moment=room.created_at) == []
    assert len(read(moment=room.created_at - timedelta(microseconds=1))) == 1
