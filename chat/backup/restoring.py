"""Looking a backup over, and going back to one: into an empty place, compared row by row, under a new epoch."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connections
from django.db.migrations.loader import MigrationLoader

from campfire.serving.preparing import one_at_a_time, unapplied_migrations, unserved
from chat.actions.epochs import begin_epoch
from chat.backup.contents import FORMAT, Contents, Manifest, differences
from chat.backup.folder import FILES, MANIFEST, Unusable, check_sums, copy_files, files_in, listed, sums_of, to_disk
from chat.backup.stores import STORES, kind_here
from chat.backup.taking import key_print

OURS = ("accounts.", "chat.")


class Restored(NamedTuple):
    """What was done: `migrations` is how many the backup's release lacked."""

    manifest: Manifest
    migrations: int
    epoch: str
    has_same_key: bool


def verify(backup: Path) -> Manifest:
    """Read all of a backup and compare it with what its manifest says; nothing is changed. Raises `Unusable`."""
    manifest, _ = _look_over(backup)
    store = STORES[manifest.database]
    _compare(manifest.contents, store.read(backup / store.FILE), f"{backup} is damaged")
    return manifest


def restore(backup: Path) -> Restored:
    """Go back to a backup. Raises `Unusable`; then the place is as empty as it was."""
    manifest, sums = _look_over(backup)
    if manifest.database != kind_here():
        todo = "Set DATABASE_URL to one, or leave it unset for SQLite."
        raise Unusable(f"The backup is from {manifest.database}, but this server uses {kind_here()}. {todo}")
    _check_release(manifest)
    try:
        # A server that is started meanwhile waits.
        with one_at_a_time(settings.DATA_DIR), unserved(settings.DATA_DIR):
            return _restore(backup, manifest, sums)
    except BlockingIOError:
        raise Unusable(f"A server is using {settings.DATA_DIR}. Stop the server first.") from None
    except OSError as error:
        raise Unusable(f"The backup could not be restored: {error.strerror or error}.") from None
    except DatabaseError as error:
        raise Unusable(f"The backup could not be restored; the database says: {error}.") from error


def _restore(backup: Path, manifest: Manifest, sums: Mapping[str, str]) -> Restored:
    store = STORES[manifest.database]
    store.check_place()
    with _files(backup / FILES, sums), store.put_back(backup / store.FILE, manifest.origin) as found:
        _compare(manifest.contents, found, "What was restored does not match the backup")
        missing = unapplied_migrations()
        call_command("migrate", verbosity=0, interactive=False)
        epoch = begin_epoch()
        store.after(manifest.origin)
        connections.close_all()
    return Restored(manifest, missing, epoch, manifest.secret_key == key_print())


def _look_over(backup: Path) -> tuple[Manifest, Mapping[str, str]]:
    """The manifest and the sums of a backup whose files are all as they were written."""
    sums = check_sums(backup)
    try:
        data = (backup / MANIFEST).read_bytes()
        number = msgspec.json.decode(data, type=dict[str, object]).get("format")
        if number != FORMAT:
            raise Unusable(f"{backup} has a format that this release does not know: {number}. Use a newer release.")
        manifest = msgspec.json.decode(data, type=Manifest)
    except (FileNotFoundError, msgspec.DecodeError) as error:
        raise Unusable(f"{backup} is not a Campfire backup: {MANIFEST} cannot be read ({error}).") from None
    if manifest.database not in STORES:
        raise Unusable(f"{backup} is from a kind of database that this release does not know: {manifest.database}.")
    return manifest, sums


def _check_release(manifest: Manifest) -> None:
    known = {".".join(key) for key in MigrationLoader(None).disk_migrations or {}}
    theirs = [name for name in manifest.origin.migrations if name.startswith(OURS) and name not in known]
    if theirs:
        said = f"The backup is from a newer release, {manifest.campfire}, which changed tables: {listed(theirs)}."
        raise Unusable(f"{said} Install that release, or a newer one.")


def _compare(expected: Contents, found: Contents, said: str) -> None:
    if wrong := differences(expected, found):
        raise Unusable(f"{said}: {listed(wrong)}. Use another backup.")


@contextmanager
def _files(source: Path, sums: Mapping[str, str]) -> Iterator[None]:
    """Inside, the files are in their place; if anything goes wrong there, they are gone again."""
    place = settings.MEDIA_ROOT
    if files_in(place):
        raise Unusable(f"The folder {place} already contains files. Move it away: mv {place} {place}.old")
    try:
        copy_files(source, place)
        _check_files(place, sums)
        to_disk(place)
        yield
    except BaseException:
        for path in files_in(place):
            path.unlink()
        raise


def _check_files(place: Path, sums: Mapping[str, str]) -> None:
    prefix = f"{FILES}/"
    expected = {name.removeprefix(prefix): digest for name, digest in sums.items() if name.startswith(prefix)}
    if sums_of(place) != expected:
        raise Unusable(f"The files in {place} do not match the backup. Use another backup.")
