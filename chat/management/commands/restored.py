"""`manage.py restored`: run once after going back to a backup, before the server starts."""

from typing import Any

from django.core.management.base import BaseCommand

from chat.actions.epochs import begin_epoch


class Command(BaseCommand):
    help = "Tell Campfire that the database was restored from a backup: it gets a new epoch, and open pages reload."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"The epoch is now {begin_epoch()}; open pages will reload.")
