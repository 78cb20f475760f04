"""How the REST API knows who calls: any token as a bearer, or the session cookie with CSRF (the API's schema)."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.middleware import note_request
from accounts.models import Session, User
from accounts.sessions import SessionStore
from accounts.tokens import session_of


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; `request.auth` is the session. A bad token is refused, cookie or not."""

    def authenticate(self, request: Request) -> tuple[User, Session] | None:
        scheme, _, token = get_authorization_header(request).decode("latin-1").strip().partition(" ")
        if scheme.lower() != "bearer":
            return None
        session = session_of(token.strip())
        if session is None or session.user is None:
            raise AuthenticationFailed
        note_request(request._request, session)  # noqa: SLF001 -- DRF has no other way to Django's request
        return session.user, session

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class CookieAuthentication(SessionAuthentication):
    """The session cookie, with the CSRF token for what changes anything; `request.auth` is the session."""

    def authenticate(self, request: Request) -> tuple[User, Session] | None:
        found = super().authenticate(request)
        if found is None:
            return None
        store = request._request.session  # noqa: SLF001 -- as above
        assert isinstance(store, SessionStore)
        assert store.record is not None
        return found[0], store.record

    def enforce_csrf(self, request: Request) -> None:
        """Against Django's request: DRF's would have the body parsed to look for a token there."""
        super().enforce_csrf(request._request)  # type: ignore[arg-type] # noqa: SLF001


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = BearerAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "The `session_token` that login returns."}


class CookieScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = CookieAuthentication
    name = "cookie"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "session_token",
            "description": "Set by signing in. Requests that change anything also need `X-CSRFToken`.",
        }
