"""Numbers by which two databases are told apart."""

import json
from collections.abc import Generator
from itertools import permutations

import pytest

from chat.backup.contents import Contents, Rows, Table, add_up, differences

pytestmark = pytest.mark.sqlite

ROOM, OTHER = "0199aaaa-0000-7000-8000-000000000001", "0199aaaa-0000-7000-8000-000000000002"
SAID = [[1, 1, "one"], [1, 2, "two"], [2, 1, "three"]]


def contents(messages: list[list[object]]) -> Contents:
    def tables() -> Generator[Table, None, None]:
        for name, columns, rows in (
            ("chat_message", ["room_id", "seq", "content"], messages),
            ("chat_room", ["id", "uuid"], [[1, ROOM], [2, OTHER]]),
            ("chat_mention", ["id"], []),
        ):
            yield Table(name, columns, (json.dumps(row).encode() for row in rows), json.loads)

    return add_up(tables())


def test_in_whatever_order_rows_are_read_they_are_the_same() -> None:
    assert len({str(contents(list(order))) for order in permutations(SAID)}) == 1
    assert contents(SAID).count("chat_message") == 3
    assert {room: rows.count for room, rows in contents(SAID).rooms.items()} == {ROOM: 2, OTHER: 1}
    assert contents(SAID).tables["chat_mention"] == Rows(0, "0" * 64)


@pytest.mark.parametrize(
    ("changed", "said"),
    {
        "texts that changed places": ([[1, 1, "two"], [1, 2, "one"], [2, 1, "three"]], "some have changed"),
        "another room": ([[1, 1, "one"], [2, 2, "two"], [2, 1, "three"]], "2 rows expected, 1 found"),
        "one missing": ([[1, 1, "one"], [2, 1, "three"]], "3 rows expected, 2 found"),
        "one twice": ([*SAID, [1, 2, "two"]], "3 rows expected, 4 found"),
    }.values(),
    ids=["swapped", "moved", "missing", "twice"],
)
def test_any_difference_is_told(changed: list[list[object]], said: str) -> None:
    assert said in "; ".join(differences(contents(SAID), contents(changed)))


def test_no_difference_is_none() -> None:
    assert differences(contents(SAID), contents(SAID)) == []


def test_a_table_that_is_not_there() -> None:
    fewer = Contents(tables={}, rooms={})

    assert "the table chat_room: missing" in differences(contents(SAID), fewer)
    assert f"the messages of room {ROOM}: not expected" in differences(fewer, contents(SAID))
