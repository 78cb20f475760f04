"""Taking a backup while people talk: the database first, then the files, so that each row's file is in it."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from campfire.version import VERSION
from chat.backup.contents import FORMAT, Manifest
from chat.backup.folder import FILES, MANIFEST, Unusable, copy_files, new_folder, write
from chat.backup.folder import NAME as NAMED
from chat.backup.stores import STORES, kind_here


class Taken(NamedTuple):
    path: Path
    manifest: Manifest


def take(destination: Path) -> Taken:
    """Make a backup in the folder `destination`. All that was acknowledged before the call is in it.

    Raises `Unusable`; then nothing was left in `destination`.
    """
    moment = timezone.now()
    try:
        with new_folder(destination, moment) as folder:
            manifest = _fill(folder, moment)
    except OSError as error:
        raise Unusable(f"The backup could not be written to {destination}: {error.strerror or error}.") from None
    return Taken(destination / moment.strftime(NAMED), manifest)


def _fill(folder: Path, moment: datetime) -> Manifest:
    kind = kind_here()
    origin, contents = STORES[kind].take(folder / STORES[kind].FILE)
    count, _ = copy_files(settings.MEDIA_ROOT, folder / FILES)
    manifest = Manifest(
        format=FORMAT,
        campfire=VERSION,
        taken_at=moment,
        database=kind,
        secret_key=key_print(),
        files=count,
        origin=origin,
        contents=contents,
    )
    write(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")
    return manifest


def key_print() -> str:
    """By which one sees whether a key is the same, and nothing else."""
    return salted_hmac("chat.backup", "secret key", algorithm="sha256").hexdigest()[:16]
