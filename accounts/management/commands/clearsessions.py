"""`manage.py clearsessions`: remove what has run out. Run it daily."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.actions.access_changes import forget_changes
from accounts.sessions import SessionStore


class Command(BaseCommand):
    help = "Remove expired sessions, and the record of changes of access that every process has long applied."

    def handle(self, *args: Any, **options: Any) -> None:
        SessionStore.clear_expired()
        forget_changes()
