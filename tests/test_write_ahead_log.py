"""The write-ahead log is moved into the database file while others read and write."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from accounts.tests.factories import make_workspace
from campfire.data import write_ahead_log
from campfire.data.write_ahead_log import Checkpointer

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]


def names_in(file: Path, copy: Path) -> list[str]:
    """The workspaces that stand in the file alone, without the log beside it."""
    shutil.copy(file, copy)
    with closing(sqlite3.connect(copy)) as database:
        return [name for (name,) in database.execute("SELECT name FROM accounts_workspace")]


@pytest.fixture
def file() -> Path:
    """The database's, with all in it that was before."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(str(connection.settings_dict["NAME"]))


def test_what_so_many_commits_have_written_is_moved(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_ahead_log, "COMMITS", 2)
    checkpointer = Checkpointer()
    make_workspace(name="Early")
    checkpointer.committed()
    checkpointer.wait()
    assert "Early" not in names_in(file, tmp_path / "before")

    checkpointer.committed()
    checkpointer.wait()
    assert "Early" in names_in(file, tmp_path / "after")


def test_a_reader_keeps_what_it_sees_and_is_not_waited_for_for_long(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_ahead_log, "COMMITS", 1)
    monkeypatch.setattr(write_ahead_log, "FEW_PAGES", 1)
    checkpointer = Checkpointer()
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM accounts_workspace").fetchone() == (0,)
        make_workspace(name="Late")
        checkpointer.committed()
        checkpointer.wait()
        make_workspace(name="Later")
        assert reader.execute("SELECT count(*) FROM accounts_workspace").fetchone() == (0,)
        reader.execute("COMMIT")
    checkpointer.committed()
    checkpointer.wait()
    assert {"Late", "Later"} <= set(names_in(file, tmp_path / "after"))
