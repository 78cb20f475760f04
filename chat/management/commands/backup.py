"""`manage.py backup`: one moment of this Campfire, in a folder of its own, while people talk."""

import time
from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat

from chat.backup.folder import Unusable, files_in, remove_all_but
from chat.backup.saying import counted, in_numbers
from chat.backup.taking import take

HELP = """\
Back up Campfire: the database and uploaded files, as they are at one moment. The server keeps running, and nobody has
to wait. Every message that was acknowledged before the command started is in the backup.

A backup is a folder in DESTINATION, named after the time in UTC, that only its owner can read:

  campfire-20260131T120000Z/
      database.sqlite3, or database.dump from pg_dump
      files/            uploaded files
      manifest.json     counts and hashes of rooms, messages and everything else
      SHA256SUMS        of each of these files

It appears complete or not at all. Run the command as the user who runs the server, with the same settings. The secret
key is not included: without it, whoever finds a backup cannot sign in as anyone. The settings are not included either.

  manage.py backup                           into BACKUPS (backups/ in the data folder by default)
  manage.py backup /mnt/elsewhere            onto another disk
  manage.py backup --keep 14                 and, once this one is complete, remove all but the newest 14

A backup on the same disk is lost with the disk, so copy it elsewhere too. `manage.py restore BACKUP --verify` reads it
again and compares every row.
"""


def at_least_one(given: str) -> int:
    if not given.isdecimal() or int(given) < 1:
        raise ArgumentTypeError("must be a number of at least 1")
    return int(given)


class Command(BaseCommand):
    help = HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("destination", nargs="?", type=Path, metavar="DESTINATION", help="folder for backups")
        parser.add_argument("--keep", type=at_least_one, metavar="N", help="then remove all but the newest N in it")

    def handle(self, *, destination: Path | None, keep: int | None, **_: Any) -> None:
        began = time.monotonic()
        place = (destination or settings.BACKUPS).resolve()
        try:
            taken = take(place)
        except Unusable as error:
            raise CommandError(str(error)) from None
        size = filesizeformat(sum(path.stat().st_size for path in files_in(taken.path))).replace("\xa0", " ")
        self.stdout.write(
            f"Backed up {in_numbers(taken.manifest)} to {taken.path}: {size} in {time.monotonic() - began:.1f} s."
        )
        if keep and (removed := remove_all_but(keep, place)):
            self.stdout.write(f"Removed {counted(len(removed), 'older backup')}.")
