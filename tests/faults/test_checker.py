"""The checker sees each kind of wrong that is put before it, and nothing wrong in a clean run."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.faults.checker import KINDS, Violation, check, count
from tests.faults.record import Held, History, Operation, Record, Row, Told

pytestmark = [pytest.mark.sqlite]

ROOM, ADA, BEN, EVE = "hall", "ada", "ben", "eve"
COUNT = 10


def clean() -> Record:
    """Ada and Ben say ten things in turn, the fourth is edited and the fifth deleted; Eve was there for a while."""
    record = Record()
    record.member(ROOM, ADA, BEN)
    record.member(ROOM, EVE, since=0)
    record.removed(ROOM, EVE, at=5.5)
    rows = []
    for number in range(1, COUNT + 1):
        person, message = (ADA, BEN)[number % 2], f"m{number}"
        operation = record.operation(person, ROOM, f"key {number}", f"text {number}")
        operation.began = number - 0.2
        operation.acknowledge(message, number, number, at=float(number))
        rows.append(Row(message, number, number, number, person, operation.key, operation.content, False))
    edit, deletion = (
        record.operation(BEN, ROOM, "m4", "better", "edit"),
        record.operation(ADA, ROOM, "m5", "", "delete"),
    )
    edit.acknowledge("m4", 4, 11)
    deletion.acknowledge("m5", 5, 12)
    rows[3] = rows[3]._replace(version=11, content="better")
    rows[4] = rows[4]._replace(version=12, content="", is_deleted=True)
    record.histories[ROOM] = History(COUNT, 12, tuple(rows))
    for name, person in (("Ada's laptop", ADA), ("Ada's phone", ADA), ("Ben's", BEN)):
        reader = record.reader(name, person)
        reader.told = [Told(row.seq + 0.1, 1, ROOM, "new_message", row.message, row.seq, True, "added") for row in rows]
        reader.told.append(Told(11.1, 1, ROOM, "message_updated", "m4", 11, True, "updated"))
        reader.told.append(Told(12.1, 1, ROOM, "message_deleted", "m5", 12, True, "removed"))
        # After a new connection what is missing is told again, in whatever order.
        reader.told += [Told(13, 2, ROOM, "new_message", "m3", 3, False, "ignored")]
        reader.holds[ROOM] = {row.message: row.held for row in rows if not row.is_deleted}
        reader.cursor[ROOM] = 12
    record.reader("Eve's", EVE).told = [
        Told(5.1, 1, ROOM, "new_message", "m5", 5, True, "added"),
        Told(6.4, 1, ROOM, "new_message", "m6", 6, True, "added"),
        Told(8.0, 1, ROOM, "room_removed"),
    ]
    return record


def test_a_clean_run_passes() -> None:
    assert check(clean()) == []
    assert count([]) == dict.fromkeys(KINDS, 0)


def rows_of(record: Record) -> list[Row]:
    return list(record.histories[ROOM].rows)


def keep(record: Record, rows: list[Row], **fields: int) -> None:
    record.histories[ROOM] = replace(record.histories[ROOM], rows=tuple(rows), **fields)


def holds(record: Record) -> dict[str, Held]:
    return record.readers["Ben's"].holds[ROOM]


def post(record: Record, number: int) -> Operation:
    return record.posts()[number - 1]


def drop_a_row(record: Record) -> None:
    keep(record, [row for row in rows_of(record) if row.seq != COUNT], seq=COUNT - 1)
    for reader in record.readers.values():
        reader.holds.get(ROOM, {}).pop("m10", None)
        reader.told = [told for told in reader.told if told.message != "m10"]


def drop_at_a_reader(record: Record) -> None:
    del holds(record)["m7"]


def drop_everything_of_a_reader(record: Record) -> None:
    del record.readers["Ben's"].holds[ROOM]


def skip_a_number(record: Record) -> None:
    rows = rows_of(record)
    rows[-1] = rows[-1]._replace(seq=11)
    post(record, COUNT).answers = []
    post(record, COUNT).doubt()
    for reader in record.readers.values():
        if ROOM in reader.holds:
            reader.holds[ROOM]["m10"] = rows[-1].held
    keep(record, rows, seq=11)


def skip_a_version(record: Record) -> None:
    """In a room where nothing was changed."""
    record.operations = [each for each in record.operations if each.what == "post"]
    kept = [row for row in rows_of(record) if row.seq <= 3]
    keep(record, [*kept[:2], kept[2]._replace(created_version=4, version=4)], seq=3, version=4)
    record.operations, record.readers = record.operations[:3], {}


def a_row_that_nobody_sent(record: Record) -> None:
    record.operations.remove(post(record, 7))


def a_row_that_was_refused(record: Record) -> None:
    operation = post(record, 7)
    operation.answers, operation.state = [], "failed"


def a_text_that_nobody_wrote(record: Record) -> None:
    rows = rows_of(record)
    rows[6] = rows[6]._replace(content="something else")
    for reader in record.readers.values():
        if ROOM in reader.holds:
            reader.holds[ROOM]["m7"] = rows[6].held
    keep(record, rows)


def a_deletion_that_nobody_made(record: Record) -> None:
    """And that everybody was told of."""
    set_row(record, 6, is_deleted=True, content="", version=13)


def a_wording_of_old_under_a_new_number(record: Record) -> None:
    set_row(record, 3, content="text 4", version=13)


def set_row(record: Record, number: int, **fields: object) -> None:
    rows = rows_of(record)
    row = rows[number] = rows[number]._replace(**fields)  # type: ignore[arg-type]
    keep(record, rows, version=13)
    for reader in record.readers.values():
        if ROOM in reader.holds:
            reader.holds[ROOM][row.message], reader.cursor[ROOM] = row.held, 13
            if row.is_deleted:
                del reader.holds[ROOM][row.message]


def a_message_that_only_a_reader_has(record: Record) -> None:
    holds(record)["m99"] = Held("m99", 11, 13, ADA, "key 99", "boo")


def a_frame_about_what_was_rolled_back(record: Record) -> None:
    record.readers["Ben's"].told.append(Told(14, 2, ROOM, "new_message", "m99", 13, True, "added"))


def two_rows_of_one_key(record: Record) -> None:
    again = Row("m11", 11, 13, 13, ADA, "key 10", "text 10", False)
    keep(record, [*rows_of(record), again], seq=11, version=13)
    for reader in record.readers.values():
        if ROOM in reader.holds:
            reader.holds[ROOM]["m11"], reader.cursor[ROOM] = again.held, 13


def two_answers_to_one_key(record: Record) -> None:
    post(record, 7).acknowledge("m8", 8, 8)


def shown_twice(record: Record) -> None:
    holds(record)["m7 again"] = holds(record)["m7"]._replace(message="m7 again")


def swapped_frames(record: Record) -> None:
    told = record.readers["Ada's phone"].told
    told[6], told[7] = told[7], told[6]


def swapped_rows(record: Record) -> None:
    """The first sent after the second was acknowledged, and stored before it."""
    post(record, 8).began, post(record, 8).answers[0] = 10.5, post(record, 8).answers[0]._replace(at=10.7)


def swapped_at_a_reader(record: Record) -> None:
    seven, eight = holds(record)["m7"], holds(record)["m8"]
    holds(record).update(m7=seven._replace(seq=8), m8=eight._replace(seq=7))


def an_order_of_its_own(record: Record) -> None:
    rows = rows_of(record)
    rows[6], rows[7] = (row._replace(created_version=15 - row.seq) for row in rows[6:8])
    keep(record, rows)


def an_edit_that_a_reader_did_not_get(record: Record) -> None:
    holds(record)["m4"] = holds(record)["m4"]._replace(version=4, content="text 4")


def an_edit_that_was_undone(record: Record) -> None:
    rows = rows_of(record)
    rows[3] = rows[3]._replace(version=4, content="text 4")
    keep(record, rows)


def a_deletion_that_a_reader_did_not_get(record: Record) -> None:
    holds(record)["m5"] = Held("m5", 5, 5, BEN, "key 5", "text 5")


def a_cursor_left_behind(record: Record) -> None:
    record.readers["Ben's"].cursor[ROOM] = 11


def never_told_to_go(record: Record) -> None:
    record.readers["Eve's"].holds[ROOM] = {}


def told_after_the_removal(record: Record) -> None:
    record.readers["Eve's"].told.append(Told(6.6, 1, ROOM, "room_activity", "", 6, True))


def a_stranger(record: Record) -> None:
    record.reader("Dan's", "dan").told.append(Told(3, 1, ROOM, "new_message", "m3", 3, True, "added"))


@pytest.mark.parametrize(
    ("kind", "seed"),
    [
        ("lost", drop_a_row),
        ("lost", drop_at_a_reader),
        ("lost", drop_everything_of_a_reader),
        ("lost", skip_a_number),
        ("lost", skip_a_version),
        ("lost", a_deletion_that_nobody_made),
        ("phantom", a_row_that_nobody_sent),
        ("phantom", a_row_that_was_refused),
        ("phantom", a_text_that_nobody_wrote),
        ("phantom", a_wording_of_old_under_a_new_number),
        ("phantom", a_message_that_only_a_reader_has),
        ("phantom", a_frame_about_what_was_rolled_back),
        ("duplicate", two_rows_of_one_key),
        ("duplicate", two_answers_to_one_key),
        ("duplicate", shown_twice),
        ("reordered", swapped_frames),
        ("reordered", swapped_rows),
        ("reordered", swapped_at_a_reader),
        ("reordered", an_order_of_its_own),
        ("stale", an_edit_that_a_reader_did_not_get),
        ("stale", an_edit_that_was_undone),
        ("stale", a_deletion_that_a_reader_did_not_get),
        ("stale", a_cursor_left_behind),
        ("stale", never_told_to_go),
        ("leaked", told_after_the_removal),
        ("leaked", a_stranger),
    ],
)
def test_a_seeded_fault_is_seen_and_called_by_its_name(kind: str, seed: Callable[[Record], None]) -> None:
    record = clean()
    seed(record)
    violations = check(record)
    assert kind in {violation.kind for violation in violations}, violations


def test_what_is_not_known_may_have_been_stored_or_not() -> None:
    record = clean()
    post(record, 7).answers, post(record, 7).state = [], "sent"
    post(record, 7).doubt()
    record.operation(ADA, ROOM, "key 11", "text 11").doubt()
    # A clear no to the repeat says nothing about the first try.
    post(record, 7).refuse()
    assert (post(record, 7).state, post(record, 7).is_over) == ("unknown", True)
    assert check(record) == []


def test_the_moment_after_a_removal_is_as_long_as_it_is_said_to_be() -> None:
    record = clean()
    told_after_the_removal(record)
    assert [violation.kind for violation in check(record)] == ["leaked"]
    assert check(record, grace=2) == []
    assert count([Violation("leaked", "")])["leaked"] == 1


def test_what_a_busy_reader_read_late_has_not_leaked() -> None:
    record = clean()
    late = Told(7.5, 1, ROOM, "new_message", "m7", 7, True, "added", since=6.0)
    record.readers["Eve's"].told.append(late)
    assert check(record) == [], "it may have come in time"
    record.readers["Eve's"].told[-1] = late._replace(since=6.9)
    assert [violation.kind for violation in check(record)] == ["leaked"], "it cannot have"
    assert "0.400 s too late" in check(record)[0].what
