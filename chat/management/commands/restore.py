"""`manage.py restore BACKUP`: looks a backup over, or goes back to it."""

import time
from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chat.backup.folder import Unusable
from chat.backup.restoring import Restored, restore, verify
from chat.backup.saying import in_numbers, origin

HELP = """\
Go back to BACKUP, a folder that `manage.py backup` made, or with --verify only look it over.

  manage.py restore BACKUP --verify     reads all of it, compares each file's SHA-256, each table and each room's
                                        messages with its manifest; changes nothing, and needs no empty place
  manage.py restore BACKUP              the same, then restores it and compares again what was restored

It is restored into an empty place only: a database where nobody has set Campfire up, and no uploaded files. Nothing is
ever written over; what is in the way is told, with how to move it away. Stop the server first, and start it after.
Run the command as the user who serves, with the same settings; the kind of database has to be that of the backup.

A backup of an older release is brought up to this one. The database gets a new epoch, so that pages which are still
open load anew. What has changed since the backup is gone, for good and for ill: sessions that were ended since, people
who were deactivated and passwords that were changed are as they were then.

If anything goes wrong, one sentence says what, the exit code is 1, and the place is as empty as before.
"""


class Command(BaseCommand):
    help = HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path, metavar="BACKUP", help="the folder of one backup")
        parser.add_argument("--verify", action="store_true", help="only look it over")

    def handle(self, *, backup: Path, **options: Any) -> None:
        began = time.monotonic()
        path = backup.resolve()
        try:
            if options["verify"]:
                manifest = verify(path)
                self.stdout.write(f"{path} is whole: {in_numbers(manifest)}.\n{origin(manifest)}.")
            else:
                self._tell(restore(path), time.monotonic() - began)
        except Unusable as error:
            raise CommandError(str(error)) from None

    def _tell(self, done: Restored, seconds: float) -> None:
        say = self.stdout.write
        say(f"Restored {in_numbers(done.manifest)} in {seconds:.1f} s; each table, room and file is as it was.")
        say(f"{origin(done.manifest)}.")
        if done.migrations:
            say(f"The backup is of an older release; {done.migrations} migrations brought it up to this one.")
        say(f"The epoch is now {done.epoch}; open pages reload.")
        if not done.has_same_key:
            say("The secret key is not the one in use at the time of the backup, so everyone has to sign in again.")
        say("Start the server.")
