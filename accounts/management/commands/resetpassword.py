"""`manage.py resetpassword EMAIL`: a one-time link to choose a new password, where no mail is configured."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.mail import reset_key, reset_url
from accounts.models import User


class Command(BaseCommand):
    help = "Print a one-time link for choosing a new password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower(), is_active=True).first()
        if user is None:
            raise CommandError("There is no active account with this email.")
        self.stdout.write(reset_url(reset_key(user), origin="http://localhost:8000"))
