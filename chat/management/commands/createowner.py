"""`manage.py createowner`: the first run without a browser."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from campfire.errors import CampfireError
from chat.actions.setup import set_up


class Command(BaseCommand):
    help = "Set up a new Campfire: its workspace, its owner and the room All Talk."

    def add_arguments(self, parser: CommandParser) -> None:
        for field in ("workspace", "name", "email", "password"):
            parser.add_argument(f"--{field}", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        fields = {field: options[field] for field in ("workspace", "name", "email", "password")}
        try:
            owner = set_up(**fields)
        except CampfireError as error:
            details = "; ".join(f"{field}: {' '.join(said)}" for field, said in (error.errors or {}).items())
            raise CommandError(details or error.message) from None
        self.stdout.write(f"{owner.name} is now the owner of {options['workspace']}.")
