"""`manage.py clearsessions`: remove what has expired. Run it daily."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.sessions import SessionStore


class Command(BaseCommand):
    help = "Remove expired sessions."

    def handle(self, *args: Any, **options: Any) -> None:
        SessionStore.clear_expired()
