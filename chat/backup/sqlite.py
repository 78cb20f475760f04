"""SQLite: copied page by page from one read transaction, which never keeps a writer waiting; put back as a file.

The transaction is what makes the copy end: without one SQLite's backup begins anew after each write of another process.
"""

import os
import shutil
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import UUID

import orjson
from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper
from tqdm import tqdm

from chat.backup.contents import EPOCH, MESSAGES, MIGRATIONS, Contents, Origin, Table, add_up
from chat.backup.emptiness import check_empty, check_ours
from chat.backup.folder import PIECE, Unusable, create, sync

FILE = "database.sqlite3"
SEARCH = "chat_message_search"
PAGES = 4096
TIMEOUT_S = 30


def check_programs() -> None:
    """Python brings all that is needed."""


def take(path: Path) -> tuple[Origin, Contents]:
    """Copy the live database to `path`, without its epoch; where it comes from, and what is in the copy."""
    source_path = _place()
    if not source_path.is_file():
        raise Unusable(f"There is no database at {source_path}. Is CAMPFIRE_DATA the same as for the server?")
    create(path)
    with _told(source_path), closing(_open(source_path, "mode=ro")) as source, closing(_open(path)) as copy:
        source.execute("BEGIN")
        check_ours(f"The database {source_path}", _names(source))
        _copy(source, copy, path)
        origin = _origin(copy)
        copy.execute(f"DELETE FROM {EPOCH}")  # noqa: S608
        # One file, which can be read where nobody may write.
        copy.execute("PRAGMA journal_mode = DELETE")
    return origin, read(path)


def _copy(source: sqlite3.Connection, copy: sqlite3.Connection, path: Path) -> None:
    size = source.execute("PRAGMA page_size").fetchone()[0]
    copy.execute("PRAGMA synchronous = OFF")
    with (
        path.open("rb") as file,
        tqdm(desc="Copying the database", unit="B", unit_scale=True, disable=None, leave=False) as bar,
    ):

        def copied(_: int, remaining: int, total: int) -> None:
            bar.total = total * size
            bar.update((total - remaining) * size - bar.n)
            # A little at a time: a disk that gets all at once keeps those waiting who commit meanwhile.
            os.fdatasync(file.fileno())

        source.backup(copy, pages=PAGES, progress=copied, sleep=0)


def _origin(copy: sqlite3.Connection) -> Origin:
    (epoch,) = copy.execute(f"SELECT value FROM {EPOCH}").fetchone() or ("",)  # noqa: S608
    applied = copy.execute(f"SELECT app || '.' || name FROM {MIGRATIONS} ORDER BY id")  # noqa: S608
    return Origin(
        server=sqlite3.sqlite_version,
        epoch=str(UUID(epoch)) if epoch else "",
        migrations=[name for (name,) in applied],
    )


def read(path: Path) -> Contents:
    """What a copy that nobody uses holds; raises `Unusable` if it is damaged."""
    with _told(path), closing(_open(path, "mode=ro&immutable=1")) as copy:
        (said,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if said != "ok":
            raise Unusable(f"The database is damaged: {said}. Restore the last good backup.")
        return add_up(_tables(copy))


def _tables(copy: sqlite3.Connection) -> Generator[Table, None, None]:
    for name in _names(copy):
        if name == EPOCH:
            continue
        rows = copy.execute(f'SELECT * FROM "{name}"')  # noqa: S608
        columns = [column[0] for column in rows.description]
        yield Table(name, columns, map(_line, rows), orjson.loads)


def _names(database: sqlite3.Connection) -> list[str]:
    """All tables but SQLite's own and the search index, which follows from the messages."""
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    return [name for name in names if not name.startswith(("sqlite_", SEARCH))]


def _line(row: tuple[object, ...]) -> bytes:
    return orjson.dumps(row, default=bytes.hex)


# ---- back ---------------------------------------------------------------------------------------------------------


def check_place() -> None:
    """Raise `Unusable` unless the database's place is free: no file, or one without content that nobody has open."""
    place = _place()
    todo = f"Stop the server and move it away: mkdir {place.parent}/old && mv {place}* {place.parent}/old/"
    if not place.exists():
        # SQLite would take it for the new file's own.
        if (log := Path(f"{place}-wal")).exists() and log.stat().st_size:
            raise Unusable(f"{log} belongs to a database that is no longer here. {todo}")
        return
    with _told(place), closing(_open(place, "mode=rw")) as there:
        check_empty(f"The database {place}", _names(there), lambda name: _has_rows(there, name), todo)
        try:
            # Only who is alone may leave WAL; and what is in no WAL is in none that a new file would meet.
            there.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError:
            raise Unusable(f"{place} is in use. Stop the server first.") from None


def _has_rows(database: sqlite3.Connection, table: str) -> bool:
    return database.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone() is not None  # noqa: S608


@contextmanager
def put_back(path: Path, origin: Origin) -> Iterator[Contents]:
    """Inside, Django's connection is to a copy of `path` beside the database's place, which then takes that place.

    Yields what the copy holds. If anything goes wrong inside, the place is as it was.
    """
    place = _place()
    aside = place.with_name(f".{place.name}-restoring")
    try:
        aside.unlink(missing_ok=True)
        _write(path, aside)
        with _django_at(aside):
            yield read(aside)
            check_search()
        with closing(_open(aside)) as copy:
            copy.execute("PRAGMA journal_mode = DELETE")
        sync(aside)
        Path(f"{place}-wal").unlink(missing_ok=True)
        aside.replace(place)
        sync(place.parent)
    finally:
        for left in ("", "-wal", "-shm", "-journal"):
            Path(f"{aside}{left}").unlink(missing_ok=True)


def _write(path: Path, aside: Path) -> None:
    create(aside)
    size = path.stat().st_size
    with path.open("rb") as source, aside.open("wb") as target:
        shutil.copyfileobj(source, target, PIECE)
    if aside.stat().st_size != size:
        raise Unusable(f"{path} changed while it was copied.")


@contextmanager
def _django_at(path: Path) -> Iterator[None]:
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def check_search() -> None:
    """The index came with the messages; one that is damaged, or lacks some of them, is made anew."""
    with connection.cursor() as cursor:
        if not _search_holds(cursor):
            cursor.execute(f"INSERT INTO {SEARCH}({SEARCH}) VALUES ('rebuild')")  # noqa: S608


def _search_holds(cursor: CursorWrapper) -> bool:
    """It is sound in itself, and has each message with a text. (Comparing all of it would miss the blank ones.)"""
    missing = f"SELECT 1 FROM {MESSAGES} WHERE content <> '' AND id NOT IN (SELECT id FROM {SEARCH}_docsize)"  # noqa: S608
    try:
        cursor.execute(f"INSERT INTO {SEARCH}({SEARCH}) VALUES ('integrity-check')")  # noqa: S608
        cursor.execute(f"{missing} LIMIT 1")
    except DatabaseError:
        return False
    return cursor.fetchone() is None


def after(_: Origin) -> None:
    """Nothing more is to be done; SQLite's statistics are in the file."""


# ---- both ways -------------------------------------------------------------------------------------------------------


def _place() -> Path:
    return Path(connection.settings_dict["NAME"]).resolve()


def _open(path: Path, query: str = "mode=rwc") -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?{query}", uri=True, isolation_level=None, timeout=TIMEOUT_S)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What SQLite says of `path`, as a sentence."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise Unusable(f"{path} cannot be read or copied: {error}.") from None
