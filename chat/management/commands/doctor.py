"""`manage.py doctor`: looks an installation over and says what is wrong, why, and what to do."""

import sys
from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts.models import Member
from accounts.roles import Role
from campfire import wire
from campfire.doctor import examine
from campfire.doctor.findings import Asked, Finding, ok, problem, warning
from chat.actions.setup import is_set_up
from chat.backup.folder import Unusable, backups_in, taken_at
from chat.backup.stores import STORES, kind_here

OLD_BACKUP = timedelta(days=2)
HELP = """\
Check this installation: settings, data folder, disk, static files, database, Redis, mail, tasks, backups, and the
running server as people reach it, through the proxy. Each item is ok, a warning or a problem, with the reason and what
to do. Nothing is changed, and nothing is sent except by --mail-to.

The exit code is 1 if there is a problem, otherwise 0. Run it as the user who runs the server, with the same settings:

  manage.py doctor                                checks the settings, and the server at CAMPFIRE_URL
  manage.py doctor --url http://127.0.0.1:8000    bypasses the proxy
  manage.py doctor --workers 4                    also checks that there is room for four workers
  manage.py doctor --mail-to me@example.com       sends a test mail
  manage.py doctor --json                         for programs: {"ok", "findings": [{state, name, said, todo}]}

If the settings cannot be read at all, one sentence says so, and nothing else is checked.
"""


def web_address(given: str) -> str:
    """An address without its slash at the end; raises `ArgumentTypeError` where the scheme is missing."""
    if not given.startswith(("http://", "https://")):
        raise ArgumentTypeError("must begin with http:// or https://")
    return given.rstrip("/")


def at_least_one(given: str) -> int:
    if not given.isdecimal() or int(given) < 1:
        raise ArgumentTypeError("must be a number of at least 1")
    return int(given)


class Command(BaseCommand):
    help = HELP
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", type=web_address, help="address at which to check the server (CAMPFIRE_URL)")
        parser.add_argument(
            "--workers", type=at_least_one, default=1, metavar="N", help="number of server processes to allow for (1)"
        )
        parser.add_argument("--mail-to", default="", metavar="ADDRESS", help="send a test mail to this address")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = Asked(url=options["url"] or "", workers=options["workers"], mail_to=options["mail_to"])
        found = examine(asked, check_people, check_backups)
        is_well = all(finding.state != "problem" for finding in found)
        if options["json"]:
            report = {"ok": is_well, "findings": [asdict(finding) for finding in found]}
            self.stdout.write(wire.encode(report).decode())
        else:
            self.tell(found)
        if not is_well:
            sys.exit(1)

    def tell(self, found: list[Finding]) -> None:
        colours = {"ok": self.style.SUCCESS, "warning": self.style.WARNING, "problem": self.style.ERROR}
        for finding in found:
            self.stdout.write(f"{colours[finding.state](f'{finding.state:8}')} {finding.name:14} {finding.said}")
            if finding.todo:
                self.stdout.write(f"{'':23} → {finding.todo}")
        states = [finding.state for finding in found]
        self.stdout.write(f"\n{count(states, 'problem')}, {count(states, 'warning')}.")


def count(states: Sequence[str], state: str) -> str:
    number = states.count(state)
    return f"{number} {state}" if number == 1 else f"{number} {state}s"


def check_people(asked: Asked) -> Iterator[Finding]:
    if not is_set_up():
        todo = "Open /setup and enter the code that manage.py setupcode prints."
        yield warning("people", "Campfire has not been set up yet", todo)
    elif not Member.objects.filter(role=Role.OWNER, user__is_active=True).exists():
        yield problem("people", "no workspace has an active owner", "Reactivate one in /admin/.")
    else:
        yield ok("people", "there is an owner")


def check_backups(asked: Asked) -> Iterator[Finding]:
    """Whether there is a fresh one where they belong, and the programs to make the next."""
    try:
        STORES[kind_here()].check_programs()
    except Unusable as error:
        yield warning("backups", "manage.py backup could not make a backup", str(error))
        return
    found = backups_in(settings.BACKUPS)
    todo = "Run manage.py backup every day (deploy/campfire-backup.timer); BACKUPS says where backups are kept."
    if not found:
        yield warning("backups", f"there are none in {settings.BACKUPS}", todo)
    elif (age := timezone.now() - taken_at(found[-1])) > OLD_BACKUP:
        yield warning("backups", f"the newest in {settings.BACKUPS} is {age.days} days old", todo)
    else:
        yield ok("backups", f"the newest is from {taken_at(found[-1]):%Y-%m-%d %H:%M} UTC, in {settings.BACKUPS}")
