"""`manage.py clearsessions`: remove what has run out, as the daily task does."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.tasks import clear_sessions


class Command(BaseCommand):
    help = "Remove expired sessions, and old records of access changes that every process has already applied."

    def handle(self, *args: Any, **options: Any) -> None:
        clear_sessions.call()
