"""`manage.py resetpassword EMAIL`: a one-time link to choose a new password, where no mail is configured."""

from typing import Any

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.adapter import reset_url
from accounts.models import User


class Command(BaseCommand):
    help = "Print a one-time link with which somebody can choose a new password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower(), is_active=True).first()
        if user is None:
            raise CommandError("There is no active person with this e-mail.")
        token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
        self.stdout.write(reset_url(f"{user_pk_to_url_str(user)}-{token}", origin="http://localhost:8000"))
