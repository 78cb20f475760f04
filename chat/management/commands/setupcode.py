"""`manage.py setupcode`: the one-time code for `/setup`; nothing once Campfire is set up."""

from typing import Any

from django.core.management.base import BaseCommand

from chat.actions.setup import setup_code


class Command(BaseCommand):
    help = "Print the one-time code that /setup asks for, if Campfire is not set up yet."

    def handle(self, *args: Any, **options: Any) -> None:
        if code := setup_code():
            self.stdout.write(code)
