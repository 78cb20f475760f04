"""The mails that people get. They are sent by tasks; nobody waits for a mail server."""

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext

from accounts.models import User


def password_reset(user: User, *, origin: str) -> EmailMessage:
    """The mail with a fresh link to choose a new password."""
    context = {"user": user, "password_reset_url": reset_url(reset_key(user), origin=origin)}
    body = render_to_string("accounts/mail/password_reset.txt", context)
    return EmailMessage(gettext("Choose a new password for Campfire"), body, to=[user.email] if user.email else [])


def reset_key(user: User) -> str:
    """A one-time key, `<uid>-<token>`, valid until the password changes or `PASSWORD_RESET_TIMEOUT` is over."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    return f"{user_pk_to_url_str(user)}-{token}"


def reset_url(key: str, *, origin: str) -> str:
    """The link to choose a new password: at the configured host, else at `origin`."""
    uid, _, token = key.partition("-")
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
    return f"{settings.CAMPFIRE_URL or origin}{path}"
