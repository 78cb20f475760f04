"""Copying a file of SQLite that is written to all the time."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.actions.messages import delete_message, post_message
from chat.backup import sqlite
from chat.backup.folder import Unusable
from chat.queries.search import search
from chat.tests.conftest import House

pytestmark = pytest.mark.sqlite

ROWS = 2000


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """A database in the place of the product's, as much of it as is looked at."""
    path = tmp_path / "live.sqlite3"
    monkeypatch.setitem(connection.settings_dict, "NAME", str(path))
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(
            """
            PRAGMA journal_mode = WAL;
            CREATE TABLE chat_epoch (id integer PRIMARY KEY, value char(32));
            INSERT INTO chat_epoch VALUES (1, '0199aaaa000070008000000000000001');
            CREATE TABLE django_migrations (id integer PRIMARY KEY, app text, name text);
            CREATE TABLE chat_room (id integer PRIMARY KEY, uuid char(32));
            INSERT INTO chat_room VALUES (1, '0199aaaa000070008000000000000002');
            CREATE TABLE chat_message (id integer PRIMARY KEY, room_id integer, content text);
            """
        )
        database.executemany("INSERT INTO chat_message VALUES (?, 1, ?)", [(n, "x" * 500) for n in range(ROWS)])
        yield database


def test_it_ends_and_is_of_one_moment_though_another_writes_after_each_step(
    live: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0

    def write(_: int) -> None:
        nonlocal steps
        steps += 1
        assert steps < 1000, "the copy begins anew for ever"
        live.execute("INSERT INTO chat_message VALUES (?, 1, 'later')", (ROWS + steps,))
        live.execute("UPDATE chat_message SET content = 'changed' WHERE id = ?", (steps,))

    monkeypatch.setattr(os, "fdatasync", write)
    monkeypatch.setattr(sqlite, "PAGES", 10)
    origin, contents = sqlite.take(tmp_path / "copy.sqlite3")

    assert steps > 10
    assert contents.count("chat_message") == ROWS
    assert origin.epoch == "0199aaaa-0000-7000-8000-000000000001"
    with closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as copy:
        assert copy.execute("SELECT count(*) FROM chat_message WHERE length(content) = 500").fetchone() == (ROWS,)
        assert copy.execute("SELECT count(*) FROM chat_epoch").fetchone() == (0,)
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.sqlite3"]


def test_a_damaged_database_makes_no_backup(live: sqlite3.Connection, tmp_path: Path) -> None:
    live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with (tmp_path / "live.sqlite3").open("r+b") as file:
        file.seek(40 * 4096)
        file.write(b"\xff" * 4096)

    with pytest.raises(Unusable, match=r"damaged|malformed"):
        sqlite.take(tmp_path / "copy.sqlite3")


def test_a_log_that_was_left_behind_is_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "live.sqlite3"))
    sqlite.check_place()
    (tmp_path / "live.sqlite3-wal").write_bytes(b"frames")

    with pytest.raises(Unusable, match=r"live\.sqlite3-wal belongs to a database that is no longer here"):
        sqlite.check_place()


def test_a_search_index_that_disagrees_is_made_anew_and_one_that_agrees_is_kept(house: House) -> None:
    post_message(user=house.ada, room=house.hall.uuid, content="kaleidoscope")
    gone = post_message(user=house.ada, room=house.hall.uuid, content="periscope")
    delete_message(user=house.ada, message=gone.payload["id"])
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as queries:
        sqlite.check_search()
        assert not any("rebuild" in query["sql"] for query in queries)
        cursor.execute("INSERT INTO chat_message_search(chat_message_search) VALUES ('delete-all')")
        assert search(house.ada, "kaleidoscope", limit=9) == []

        sqlite.check_search()
    assert [message.content for message in search(house.ada, "kaleidoscope", limit=9)] == ["kaleidoscope"]
