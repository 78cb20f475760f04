"""How allauth behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext

from accounts import mail
from accounts.actions import users
from accounts.addresses import client_address
from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth is untyped
    """`User.email` is the only truth about addresses: allauth's `EmailAddress` stays empty."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never by allauth's own form: people come in by invitation."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request) or ""

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: our pages say what happened themselves."""

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        assert isinstance(user, User)
        users.set_password(user=user, password=password)

    def send_password_reset_mail(self, user: AbstractBaseUser, email: str, context: dict[str, Any]) -> None:
        """In the background, so that the answer takes no longer for an address that is known."""
        body = render_to_string("accounts/mail/password_reset.txt", context)
        mail.send_later(EmailMessage(gettext("Choose a new password for Campfire"), body, to=[email]))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """None yet."""

    def get_reset_password_from_key_url(self, key: str) -> str:
        return reset_url(key, origin=f"{self.request.scheme}://{self.request.get_host()}")

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        return False

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """For an account and address, so that a stranger elsewhere cannot lock somebody out."""
        return f"{credentials.get('email', '').lower()}:{self.get_client_ip(request)}"


def reset_url(key: str, *, origin: str) -> str:
    """The link to choose a new password: at the configured host, else at `origin`; `key` is `<uid>-<token>`."""
    uid, _, token = key.partition("-")
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
    return f"{settings.CAMPFIRE_URL or origin}{path}"
