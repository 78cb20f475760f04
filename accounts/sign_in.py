"""Signing in and out: one way for pages and API, through allauth with its limits."""

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.contrib.auth import SESSION_KEY, logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.models import User
from accounts.sessions import SessionStore
from campfire.errors import RateLimited, Unauthenticated

WAIT_S = 180


def authenticate(request: HttpRequest, *, email: str, password: str) -> User:
    """The person of these credentials. A wrong password and an unknown email look and take the same.

    Raises `Unauthenticated`; `RateLimited` after ten failures in three minutes for an account and address.
    """
    if not ratelimit.consume(request, action="login"):
        raise too_many_failures()
    try:
        user: User | None = get_adapter(request).authenticate(request, email=email.strip().lower(), password=password)
    except ValidationError:
        raise too_many_failures() from None
    if user is None:
        raise Unauthenticated("Wrong email or password.")
    return user


def too_many_failures() -> RateLimited:
    """What is answered at the limit of failed sign-ins."""
    return RateLimited("Too many failed attempts. Please try again in a few minutes.", retry_after=WAIT_S)


def sign_in(request: HttpRequest, user: User) -> str:
    """Start a new session for `user`, whose token is the answer; its cookie is set with the response.

    A signed-in session that the request came with lives on: somebody may hold its token elsewhere.
    """
    if SESSION_KEY not in request.session:
        request.session.flush()
    request.session = SessionStore()
    get_adapter(request).login(request, user)
    token: str | None = request.session.session_key
    assert token is not None
    return token


def sign_out(request: HttpRequest) -> None:
    """End the session of the request's cookie."""
    logout(request)
