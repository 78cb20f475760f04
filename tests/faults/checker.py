"""Counts what must not be: lost, phantom, duplicate, reordered, stale and leaked (docs: what must hold).

- lost: acknowledged and not in the database, or deleted by nobody (I1); in the database and not with a reader who is in
  the room (I4); a number in a room's order that stands for nothing (I3).
- phantom: in the database though nobody sent it, or though its sender was told a clear no; with a reader, and not in
  the database; a text that nobody wrote, a change that nobody made.
- duplicate: two rows, or two different answers, for one client_message_id (I2); a reader who shows one twice (I5).
- reordered: live frames of a connection against the order of versions; a reader, or the database itself, against the
  order of acknowledgements (I3).
- stale: an older state with a reader, or in the database, than the last one there was (I4, I7).
- leaked: anything of a room told to somebody later than a moment after the removal (I8).
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Literal, NamedTuple, get_args

from tests.faults.record import Held, History, Operation, Reader, Record, Row

Kind = Literal["lost", "phantom", "duplicate", "reordered", "stale", "leaked"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# The promise of the protocol: not one frame from so long after a removal on.
GRACE_S = 1.0
# The last words about a room, and what says nothing of what is in it.
_FAREWELL = "room_removed"


class Violation(NamedTuple):
    kind: Kind
    what: str


def check(record: Record, *, grace: float = GRACE_S) -> list[Violation]:
    """All that is wrong with a record whose experiment has ended and healed. `grace` in seconds."""
    return [
        *_acknowledged(record),
        *_stored(record),
        *_changed(record),
        *_numbered(record),
        *_ordered(record),
        *_with_readers(record),
        *_told(record),
        *_leaks(record, grace),
    ]


def count(violations: list[Violation]) -> Mapping[Kind, int]:
    """How many of each kind, zeros too."""
    counted = Counter(violation.kind for violation in violations)
    return {kind: counted[kind] for kind in KINDS}


def _acknowledged(record: Record) -> Iterator[Violation]:
    """Every acknowledgement against the rows."""
    rows = {row.message: row for history in record.histories.values() for row in history.rows}
    for operation in record.operations:
        for answer in operation.answers:
            row = rows.get(answer.message)
            if row is None:
                yield Violation("lost", f"{operation.what} {operation.key}, acknowledged as {answer.message}")
            elif row.seq != answer.seq:
                yield Violation("reordered", f"{answer.message}: acknowledged as {answer.seq}, kept as {row.seq}")
            elif row.version < answer.version:
                yield Violation("stale", f"{answer.message}: version {answer.version} is {row.version} again")
            elif row.version == answer.version and not _says(row, operation):
                yield Violation("stale", f"{answer.message}: acknowledged as {operation.content!r}, is {row.content!r}")
        if len({(answer.message, answer.seq) for answer in operation.answers}) > 1:
            yield Violation("duplicate", f"{operation.key} was answered in two ways: {operation.answers}")


def _says(row: Row, operation: Operation) -> bool:
    if operation.what == "delete" or row.is_deleted:
        return row.is_deleted
    # The repeat of a post that was edited meanwhile is answered with the edited row.
    return operation.what == "post" or row.content == operation.content


def _stored(record: Record) -> Iterator[Violation]:
    """Every row against what was sent."""
    sent, edits = _sent(record)
    for room, history in record.histories.items():
        for row in history.rows:
            if wrong := _made_up(row, sent[room, row.sender, row.key], edits[row.message]):
                yield Violation("phantom", f"{row.message} in {room}: {wrong}")
        for (sender, key), times in Counter((row.sender, row.key) for row in history.rows).items():
            if times > 1:
                yield Violation("duplicate", f"{key} of {sender} is in {room} {times} times")


def _sent(record: Record) -> tuple[defaultdict[tuple[str, str, str], list[Operation]], defaultdict[str, set[str]]]:
    """Posts by room, sender and key; the texts that each message may have been given later."""
    sent: defaultdict[tuple[str, str, str], list[Operation]] = defaultdict(list)
    edits: defaultdict[str, set[str]] = defaultdict(set)
    for operation in record.operations:
        if operation.what == "post":
            sent[operation.room, operation.person, operation.key].append(operation)
        elif operation.what == "edit" and operation.state != "failed":
            edits[operation.key].add(operation.content)
    return sent, edits


def _made_up(row: Row, posts: list[Operation], edits: set[str]) -> str:
    """Why a row should not be there, or not say what it says."""
    if not posts:
        return "nobody sent it"
    if all(operation.state == "failed" for operation in posts):
        return "its sender was told that it was not stored"
    if not row.is_deleted and row.content not in {post.content for post in posts} | edits:
        return f"nobody wrote {row.content!r}"
    return ""


def _changed(record: Record) -> Iterator[Violation]:
    """Every row against the edits and deletions that were asked for."""
    asked, known = _asked(record)
    for room, history in record.histories.items():
        for row in history.rows:
            changes = asked[row.message]
            if row.is_deleted and not any(operation.what == "delete" for operation in changes):
                yield Violation("lost", f"{row.message} in {room} was deleted by nobody")
            # Of a change that was tried twice, or never answered, it is not known how often it was made.
            is_known = all(each.state == "acknowledged" and len(each.attempts) <= 1 for each in changes)
            latest = max(row.created_version, known.get(row.message, 0))
            if is_known and row.version > latest:
                yield Violation("phantom", f"{row.message} in {room} is at {row.version}, its last change was {latest}")


def _asked(record: Record) -> tuple[defaultdict[str, list[Operation]], dict[str, int]]:
    """Of each message the changes that may have been made, and its latest version that was acknowledged."""
    asked: defaultdict[str, list[Operation]] = defaultdict(list)
    known: dict[str, int] = {}
    for operation in record.operations:
        if operation.what != "post" and operation.state != "failed":
            asked[operation.key].append(operation)
        for answer in operation.answers:
            known[answer.message] = max(answer.version, known.get(answer.message, 0))
    return asked, known


def _numbered(record: Record) -> Iterator[Violation]:
    """Seqs and versions: dense, unique, in one order."""
    changes = Counter(operation.room for operation in record.operations if operation.what != "post")
    for room, history in record.histories.items():
        seqs, versions = [row.seq for row in history.rows], [row.version for row in history.rows]
        if seqs != list(range(1, len(seqs) + 1)) or history.seq != len(seqs):
            yield Violation("lost", f"{room}: seqs {_gaps(seqs)} are not 1 to {history.seq}")
        if len(set(versions)) != len(versions):
            yield Violation("duplicate", f"{room}: a version stands for two messages")
        if versions and max(versions) > history.version:
            yield Violation("stale", f"{room} is at {history.version}, a message of it at {max(versions)}")
        if history.version < history.seq:
            yield Violation("lost", f"{room}: fewer versions ({history.version}) than messages ({history.seq})")
        if not changes[room] and sorted(versions) != list(range(1, history.version + 1)):
            yield Violation("lost", f"{room}: versions {_gaps(sorted(versions))} are not 1 to {history.version}")
        if any(one.created_version >= two.created_version for one, two in pairwise(history.rows)):
            yield Violation("reordered", f"{room}: seqs and versions disagree about the order")


def _gaps(numbers: list[int]) -> str:
    """Where numbers do not follow on each other."""
    return ", ".join(f"{one}–{two}" for one, two in pairwise([0, *numbers]) if two != one + 1) or str(len(numbers))


def _ordered(record: Record) -> Iterator[Violation]:
    """Whoever writes after an acknowledgement comes after what it acknowledged, whoever and wherever the two are."""
    rooms: defaultdict[str, list[Operation]] = defaultdict(list)
    for operation in record.posts():
        if operation.answers:
            rooms[operation.room].append(operation)
    for room, operations in rooms.items():
        ended = sorted(operations, key=lambda each: each.acknowledged_at)
        ends, highest = [each.acknowledged_at for each in ended], [0]
        for each in ended:
            highest.append(max(highest[-1], each.answers[0].seq))
        for each in operations:
            before = highest[bisect_left(ends, each.began)]
            if each.answers[0].seq < before:
                yield Violation("reordered", f"{room}: {each.answers[0].seq} was sent after {before} was acknowledged")


def _with_readers(record: Record) -> Iterator[Violation]:
    """What each reader holds in the end against the database."""
    for room, history in record.histories.items():
        for reader in record.readers.values():
            holds = reader.holds.get(room)
            if not record.is_member(room, reader.person):
                if holds is not None:
                    yield Violation("stale", f"{reader.name} still believes to be in {room}")
            elif holds is None:
                yield Violation("lost", f"{reader.name} is in {room} and holds nothing of it")
            else:
                yield from _held(reader, room, holds, history)


def _held(reader: Reader, room: str, holds: Mapping[str, Held], history: History) -> Iterator[Violation]:
    rows = {row.message: row for row in history.rows}
    live = {row.message for row in history.rows if not row.is_deleted}
    for message in live - holds.keys():
        yield Violation("lost", f"{reader.name} has no {rows[message].seq} of {room}")
    for message, held in holds.items():
        row = rows.get(message)
        if row is None:
            yield Violation("phantom", f"{reader.name} shows {message} ({held.seq} of {room}), which is not stored")
        elif row.is_deleted:
            yield Violation("stale", f"{reader.name} still shows {row.seq} of {room}, which was deleted")
        elif held.version != row.version or held.content != row.content:
            yield Violation("stale", f"{reader.name} shows version {held.version} of {row.seq}, it is at {row.version}")
        elif held.seq != row.seq:
            yield Violation("reordered", f"{reader.name} shows {row.seq} of {room} as {held.seq}")
    for (sender, key), times in Counter((held.sender, held.key) for held in holds.values()).items():
        if times > 1:
            yield Violation("duplicate", f"{reader.name} shows {key} of {sender} {times} times")
    if reader.cursor.get(room, 0) != history.version:
        yield Violation("stale", f"{reader.name} is at {reader.cursor.get(room, 0)} of {room}, not {history.version}")


def _told(record: Record) -> Iterator[Violation]:
    """The frames themselves: in order on each connection, and about nothing that never was."""
    rows = {room: {row.message for row in history.rows} for room, history in record.histories.items()}
    for reader in record.readers.values():
        last: dict[tuple[int, str], int] = {}
        for told in reader.told:
            if told.message and told.room in rows and told.message not in rows[told.room]:
                yield Violation("phantom", f"{reader.name} was told of {told.message}, which is not stored")
            if not told.live:
                continue
            connection = told.session, told.room
            if told.version < last.get(connection, 0):
                yield Violation("reordered", f"{reader.name} was told {told.version} after {last[connection]}")
            last[connection] = max(told.version, last.get(connection, 0))


def _leaks(record: Record, grace: float) -> Iterator[Violation]:
    times: defaultdict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for period in record.periods:
        times[period.person, period.room].append((period.began, period.ended + grace))
    for reader in record.readers.values():
        for told in reader.told:
            inside = any(
                began <= told.at and told.earliest <= ended for began, ended in times[reader.person, told.room]
            )
            if not inside and told.kind != _FAREWELL:
                late = min(
                    (told.earliest - ended for _, ended in times[reader.person, told.room]), key=abs, default=0.0
                )
                yield Violation(
                    "leaked",
                    f"{reader.name} was told {told.kind} {told.version} of {told.room}, {late:.3f} s too late, "
                    f"in connection {told.session} at {told.at:.3f} (had last looked at {told.earliest:.3f})",
                )
