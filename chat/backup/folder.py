"""A backup on the disk: a folder that is filled aside and named when it is whole, with the SHA-256 of each file.

campfire-20260131T120000Z/
    database.sqlite3 or database.dump
    files/…                 what people uploaded
    manifest.json           what the database holds, in numbers
    SHA256SUMS              of all of these; `sha256sum --check SHA256SUMS` reads it, too
"""

import fcntl
import hashlib
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from tqdm import tqdm

NAME = "campfire-%Y%m%dT%H%M%SZ"
_NAMED = re.compile(r"campfire-\d{8}T\d{6}Z")
MANIFEST, FILES, SUMS = "manifest.json", "files", "SHA256SUMS"
_LINE = re.compile(r"(\\?)([0-9a-f]{64})  (.+)")
MOST_SHOWN = 5
PIECE = 1024 * 1024


class Unusable(Exception):
    """Why there is no backup, or why one cannot be used: sentences for the operator, what to do included."""


@contextmanager
def new_folder(destination: Path, moment: datetime) -> Iterator[Path]:
    """A folder to fill, which is named after `moment` (UTC) in `destination` once it is whole and on the disk.

    Whatever goes wrong, nothing is left. Raises `Unusable`: cannot be written, there already, another one at work.
    """
    whole = destination / moment.strftime(NAME)
    with _alone():
        aside = _aside(destination, whole)
        try:
            yield aside
            _write_sums(aside)
            to_disk(aside)
            aside.rename(whole)
            sync(destination)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise


@contextmanager
def _alone() -> Iterator[None]:
    """One backup at a time, so that whatever else lies half done was left by a process that died."""
    with (settings.DATA_DIR / ".backup-lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unusable("Another backup is running. Wait for it to finish.") from None
        yield


def _aside(destination: Path, whole: Path) -> Path:
    # Another machine may be at work in the same place.
    prefix = f".partial-{socket.gethostname()}-"
    try:
        destination.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in destination.glob(f"{prefix}*"):
            shutil.rmtree(left)
        if whole.exists():
            raise Unusable(f"There is already a backup from this very second: {whole}.")
        return Path(tempfile.mkdtemp(prefix=prefix, dir=destination))
    except OSError as error:
        todo = "Choose a folder that the user who runs the server can write to."
        raise Unusable(f"{destination} cannot be written ({error.strerror}). {todo}") from None


def create(path: Path) -> None:
    """An empty file that nobody else may read, for programs that would make one as the umask says."""
    path.touch(mode=0o600, exist_ok=False)


def write(path: Path, data: bytes) -> None:
    create(path)
    path.write_bytes(data)


def sync(path: Path) -> None:
    """Wait until the disk has a file, or the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def to_disk(folder: Path) -> None:
    """Wait until the disk has all that is in `folder`."""
    for path in [*files_in(folder), *(path for path in folder.rglob("*") if path.is_dir()), folder]:
        sync(path)


def files_in(folder: Path) -> list[Path]:
    """The files below `folder`, however deep; links are none. Empty where there is no folder."""
    found = folder.rglob("*") if folder.is_dir() else ()
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def copy_files(source: Path, target: Path) -> tuple[int, int]:
    """Copy the files below `source`, for their owner only; how many, and how many bytes.

    One that is removed meanwhile is left out. None may be in `target` already.
    """
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    count = size = 0
    with tqdm(files_in(source), desc="Copying files", unit=" files", disable=None, leave=False) as found:
        for path in found:
            copy = target / path.relative_to(source)
            with suppress(FileNotFoundError), path.open("rb") as file:
                copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                create(copy)
                with copy.open("wb") as written:
                    shutil.copyfileobj(file, written, PIECE)
                count, size = count + 1, size + copy.stat().st_size
    return count, size


# ---- sums ---------------------------------------------------------------------------------------------------------


def sums_of(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file below `folder`, by its path in there."""
    sums = {}
    with tqdm(files_in(folder), desc="Computing checksums", unit=" files", disable=None, leave=False) as found:
        for path in found:
            with path.open("rb") as file:
                sums[str(path.relative_to(folder))] = hashlib.file_digest(file, "sha256").hexdigest()
    return sums


def _write_sums(folder: Path) -> None:
    text = "".join(f"{_line(name, digest)}\n" for name, digest in sums_of(folder).items())
    write(folder / SUMS, os.fsencode(text))


def _line(name: str, digest: str) -> str:
    """As sha256sum writes it: a name with a line break or backslash is spelt out, and the line says so."""
    spelt = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'' if spelt == name else chr(92)}{digest}  {spelt}"


def check_sums(folder: Path) -> Mapping[str, str]:
    """What SHA256SUMS says of each file, if it is so of all and there is nothing else. Raises `Unusable`."""
    if not folder.is_dir():
        raise Unusable(f"The folder {folder} does not exist.")
    if not (folder / SUMS).is_file():
        raise Unusable(f"{folder} is not a complete backup: {SUMS} is missing.")
    said = _read_sums(folder / SUMS)
    found = sums_of(folder)
    del found[SUMS]
    wrong = [f"{name} is missing" for name in sorted(said.keys() - found.keys())]
    wrong += [f"{name} does not belong here" for name in sorted(found.keys() - said.keys())]
    wrong += [
        f"{name} has changed since it was written"
        for name in sorted(said.keys() & found.keys())
        if said[name] != found[name]
    ]
    if wrong:
        raise Unusable(f"{folder} is damaged: {listed(wrong)}. Use another backup.")
    return said


def _read_sums(path: Path) -> dict[str, str]:
    lines = [_LINE.fullmatch(line) for line in os.fsdecode(path.read_bytes()).split("\n")[:-1]]
    if not lines or not all(lines):
        raise Unusable(f"{path.parent} is damaged: {SUMS} has changed since it was written. Use another backup.")
    spelt_out = {"\\\\": "\\", "\\n": "\n", "\\r": "\r"}
    return {
        re.sub(r"\\[\\nr]", lambda mark: spelt_out[mark[0]], line[3]) if line[1] else line[3]: line[2]
        for line in lines
        if line
    }


def listed(wrong: list[str]) -> str:
    """The first of them, and how many more."""
    more = f" and {len(wrong) - MOST_SHOWN:,} more" if len(wrong) > MOST_SHOWN else ""
    return "; ".join(wrong[:MOST_SHOWN]) + more


# ---- those that are there -------------------------------------------------------------------------------------------


def backups_in(destination: Path) -> list[Path]:
    """The whole ones, oldest first."""
    found = destination.glob("campfire-*") if destination.is_dir() else ()
    return sorted(path for path in found if _NAMED.fullmatch(path.name) and (path / SUMS).is_file())


def taken_at(backup: Path) -> datetime:
    """When it was taken, as its name says."""
    return datetime.strptime(backup.name, NAME).replace(tzinfo=UTC)


def remove_all_but(count: int, destination: Path) -> list[Path]:
    """Remove the oldest backups of `destination`, but for the newest `count`; those that were removed."""
    old = backups_in(destination)[:-count]
    for path in old:
        # Its sums first: what is half removed is no backup.
        (path / SUMS).unlink()
        shutil.rmtree(path)
    return old
