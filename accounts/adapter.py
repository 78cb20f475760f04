"""How allauth behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest

from accounts.actions import users
from accounts.addresses import client_address
from accounts.models import User
from campfire.http.redirects import is_path_here


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth is untyped
    """`User.email` is the only truth about addresses: allauth's `EmailAddress` stays empty."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never by allauth's own form: people come in by invitation."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Whether somebody may be led there after signing in: within this site."""
        return is_path_here(url or "")

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request) or ""

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: our pages say what happened themselves."""

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        assert isinstance(user, User)
        users.set_password(user=user, password=password)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """None yet."""

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        return False

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """For an account and address, so that a stranger elsewhere cannot lock somebody out."""
        return f"{credentials.get('email', '').lower()}:{self.get_client_ip(request)}"
