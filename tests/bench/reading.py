"""Times what reads messages beside the database alone: `python -m tests.bench.reading history|search|page …`.

Works on a filled database, with Campfire's environment around it, and prints what it found as JSON. Product and driver
take turns. Milliseconds by the clock; the driver fetches all rows and makes nothing of them.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campfire.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import User  # noqa: E402
from chat.models import Room  # noqa: E402
from chat.queries.history import page  # noqa: E402
from chat.queries.messages import columns  # noqa: E402
from chat.queries.search import search, words_of  # noqa: E402

WARM_UP = 5

Times = dict[str, float]
Statement = tuple[str, tuple[Any, ...]]


def history(times: int, rooms: list[int], asked: list[dict[str, int]]) -> list[list[Times]]:
    """For each page that is `asked` for: the times in each of `rooms`. An anchor is a share of those, in percent."""
    found: list[list[Times]] = []
    for given in asked:
        calls: list[Callable[[], object]] = []
        for pk in rooms:
            room = Room.objects.get(pk=pk)
            options = {name: value if name == "limit" else room.seq * value // 100 for name, value in given.items()}
            calls.append(lambda room=room, options=options: page(room, **options))  # type: ignore[misc]
        bares = [_bare(_statements(call)) for call in calls]
        took = _by_turns(times, [*calls, *bares])
        count = len(calls)
        pairs = zip(took[:count], took[count:], strict=True)
        found.append([{"product": product, "bare": bare} for product, bare in pairs])
    return found


def searches(times: int, asked: list[list[Any]]) -> list[Times]:
    """For each `[person, query, room]` that is asked for, by row ids: the times, and how many were found."""
    found: list[Times] = []
    for person, query, room in asked:
        user = User.objects.get(pk=person)
        uuid = None if room is None else Room.objects.get(pk=room).uuid

        def product(user: User = user, query: str = query, uuid: Any = uuid) -> list[Any]:
            return search(user, query, room_uuid=uuid)

        bare = _bare([_full_text(person, query, room)])
        expected = [row[0] for row in bare()]
        assert [message.pk for message in product()] == expected, f"{query} is not answered as the index would"
        times_of = times if _seconds(bare) < 0.2 else min(times, 3)
        took = _by_turns(times_of, [product, bare])
        found.append({"product": took[0], "bare": took[1], "found": len(expected)})
    return found


def queries_of_page(token: str, rooms: list[str]) -> list[int]:
    """How many statements the page of each room takes."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies["session_token"] = token
    client.get(f"/rooms/{rooms[0]}")
    counts = []
    for room in rooms:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/rooms/{room}").status_code == 200
        counts.append(len(captured))
    return counts


def _full_text(person: int, query: str, room: int | None) -> Statement:
    """What one would ask the index: live messages with all words in the person's rooms, newest first."""
    words = words_of(query)
    rooms = "m.room_id IN (SELECT room_id FROM chat_membership WHERE user_id = %s)"
    parameters: list[Any] = [person]
    if room is not None:
        rooms, parameters = f"{rooms} AND m.room_id = %s", [person, room]
    tables = "chat_message m JOIN chat_room r ON r.id = m.room_id JOIN accounts_user u ON u.id = m.creator_id"
    if connection.vendor == "sqlite":
        tables = f"chat_message_search s JOIN {tables.replace('JOIN', 'ON m.id = s.rowid JOIN', 1)}"
        matching, order = "chat_message_search MATCH %s", "s.rowid"
        wanted = [" AND ".join(f'"{word}"' for word in words)]
        # Else it would begin with the rooms, and read them whole.
        rooms = "+" + rooms.replace(" AND m", " AND +m")
    else:
        matching, order = " AND ".join(["UPPER(m.content) LIKE UPPER(%s)"] * len(words)), "m.id"
        wanted = [f"%{word}%" for word in words]
    text = (
        f"SELECT {columns(connection.vendor)} FROM {tables}"
        f" WHERE {matching} AND m.deleted_at IS NULL AND {rooms} ORDER BY {order} DESC LIMIT 50"
    )
    return text, (*wanted, *parameters)


def _statements(call: Callable[[], object]) -> list[Statement]:
    """What `call` asks the database."""
    asked: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
        asked.append((sql, tuple(parameters or ())))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(note):
        call()
    return asked


def _bare(statements: list[Statement]) -> Callable[[], list[Any]]:
    """The same by the driver alone, fetched; the rows of the last one."""
    connection.ensure_connection()
    driver: Any = connection.connection
    if connection.vendor == "sqlite":
        statements = [(sql % (("?",) * len(parameters)), parameters) for sql, parameters in statements]

    def run() -> list[Any]:
        rows: list[Any] = []
        for sql, parameters in statements:
            rows = driver.execute(sql, parameters).fetchall()
        return rows

    return run


def _by_turns(times: int, calls: list[Callable[[], object]]) -> list[float]:
    """Milliseconds that each call takes: the lower quartile, which other work on the machine reaches least."""
    took: list[list[float]] = [[] for _ in calls]
    for number in range(WARM_UP + times if times > WARM_UP else times):
        for call, mine in zip(calls, took, strict=True):
            seconds = _seconds(call)
            if number >= WARM_UP or times <= WARM_UP:
                mine.append(seconds * 1000)
    return [sorted(mine)[len(mine) // 4] for mine in took]


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


if __name__ == "__main__":
    readings: dict[str, Callable[..., object]] = {"history": history, "search": searches, "page": queries_of_page}
    print(json.dumps(readings[sys.argv[1]](**json.loads(sys.argv[2]))))
