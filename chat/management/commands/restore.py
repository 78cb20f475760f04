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
Restore BACKUP, a folder made by `manage.py backup`, or with --verify only check it.

  manage.py restore BACKUP --verify     reads all of it and compares every file's SHA-256, every table and every room's
                                        messages with its manifest; changes nothing, and does not need an empty place
  manage.py restore BACKUP              does the same, then restores it and compares the result with the manifest again

A backup can only be restored into an empty place: a database where Campfire has not been set up, and no uploaded files.
Nothing is ever overwritten; if something is in the way, the command says what it is and how to move it. Stop the server
first and start it again afterwards. Run the command as the user who runs the server, with the same settings; the backup
must be from the same kind of database.

A backup from an older release is migrated to this one. The database gets a new epoch, so that pages which are still
open reload. Anything that has changed since the backup is lost, security included: sessions ended, people deactivated
and passwords changed since then are back to what they were.

If anything goes wrong, one sentence says what, the exit code is 1, and the place is left as empty as before.
"""


class Command(BaseCommand):
    help = HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path, metavar="BACKUP", help="the folder of the backup")
        parser.add_argument("--verify", action="store_true", help="only check it; change nothing")

    def handle(self, *, backup: Path, **options: Any) -> None:
        began = time.monotonic()
        path = backup.resolve()
        try:
            if options["verify"]:
                manifest = verify(path)
                self.stdout.write(f"{path} is intact: {in_numbers(manifest)}.\n{origin(manifest)}.")
            else:
                self._tell(restore(path), time.monotonic() - began)
        except Unusable as error:
            raise CommandError(str(error)) from None

    def _tell(self, done: Restored, seconds: float) -> None:
        say = self.stdout.write
        say(f"Restored {in_numbers(done.manifest)} in {seconds:.1f} s; every table, room and file matches the backup.")
        say(f"{origin(done.manifest)}.")
        if done.migrations:
            say(f"The backup is from an older release; {done.migrations} migrations brought it up to this one.")
        say(f"The epoch is now {done.epoch}; open pages will reload.")
        if not done.has_same_key:
            say("The secret key is not the one the backup was made with: everyone will have to sign in again.")
        say("Start the server.")
