"""A backup's folder: whole or not there, and every file in it known by its sum."""

import errno
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chat.backup import folder, taking
from chat.backup.folder import Unusable, check_sums, copy_files, new_folder

MOMENT = datetime(2026, 1, 31, 12, tzinfo=UTC)

pytestmark = pytest.mark.sqlite


@pytest.mark.parametrize(
    "name", ["plain", "with\nbreak", "back\\slash", "\\n", "  spaces  ", "\r", "grün", "\udcff"], ids=ascii
)
def test_every_name_that_a_file_can_have_is_written_as_sha256sum_reads_it(tmp_path: Path, name: str) -> None:
    with new_folder(tmp_path, MOMENT) as aside:
        (aside / name).write_text(name, errors="surrogateescape")
    whole = tmp_path / "campfire-20260131T120000Z"

    assert list(check_sums(whole)) == [name]
    command = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    assert subprocess.run(command, cwd=whole, capture_output=True, check=False).returncode == 0


def test_after_an_error_nothing_is_left(tmp_path: Path) -> None:
    def interrupted() -> None:
        with new_folder(tmp_path, MOMENT) as aside:
            (aside / "database").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert list(tmp_path.iterdir()) == []


def test_a_backup_is_never_written_over(tmp_path: Path) -> None:
    with new_folder(tmp_path, MOMENT) as aside:
        (aside / "first").touch()
    with pytest.raises(Unusable, match="from this very second"), new_folder(tmp_path, MOMENT):
        pass

    assert (tmp_path / "campfire-20260131T120000Z" / "first").exists()


def test_a_place_that_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unusable, match="cannot be written"), new_folder(tmp_path / "file", MOMENT):
        pass


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(path: Path, moment: datetime) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(taking, "_fill", fill)
    with pytest.raises(Unusable, match=f"could not be written to {tmp_path}: No space left on device"):
        taking.take(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_goes_meanwhile_is_left_out_and_links_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    (source / "deep" / "er").mkdir(parents=True)
    (source / "deep" / "er" / "stays").write_text("here")
    (source / "link").symlink_to("/etc/passwd")
    found = [*folder.files_in(source), source / "gone"]
    monkeypatch.setattr(folder, "files_in", lambda path: found)

    assert copy_files(source, tmp_path / "copy") == (1, 4)
    assert (tmp_path / "copy" / "deep" / "er" / "stays").read_text() == "here"
    assert not (tmp_path / "copy" / "link").exists()
    assert not (tmp_path / "copy" / "gone").exists()


def test_no_files_yet(tmp_path: Path) -> None:
    assert copy_files(tmp_path / "nothing", tmp_path / "copy") == (0, 0)
    assert (tmp_path / "copy").is_dir()
