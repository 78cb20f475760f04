"""Which of several pg_dumps is the right one."""

from pathlib import Path

import pytest

from chat.backup import programs
from chat.backup.folder import Unusable
from chat.backup.programs import find_program

pytestmark = pytest.mark.sqlite


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Debian would have them; nothing is in PATH."""
    monkeypatch.setattr(programs, "FOLDERS", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def install(folder: Path, version: str) -> Path:
    program = folder / version / "bin" / "pg_dump"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}.4 (Debian {version}.4-1)'\n")
    program.chmod(0o755)
    return program


def test_the_oldest_that_is_new_enough(versions: Path) -> None:
    old, same, new = (install(versions, version) for version in ("9", "15", "17"))

    assert find_program("pg_dump", at_least=15) == same
    assert find_program("pg_dump", at_least=16) == new
    assert find_program("pg_dump", at_least=0) == old
    assert find_program("pg_dump", at_least=0, newest=True) == new


def test_one_in_the_path(versions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = install(versions / "elsewhere", "16")
    monkeypatch.setenv("PATH", str(program.parent))

    assert find_program("pg_dump", at_least=15) == program


def test_one_that_is_too_old_and_none_at_all_say_what_to_install(versions: Path) -> None:
    with pytest.raises(Unusable, match=r"pg_dump is not installed\. Install it: apt-get install postgresql-client-16 "):
        find_program("pg_dump", at_least=16)
    install(versions, "15")
    with pytest.raises(
        Unusable, match="pg_dump is version 15, but PostgreSQL is version 16: it must be at least as new"
    ):
        find_program("pg_dump", at_least=16)
