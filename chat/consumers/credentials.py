"""Who opens a socket, and from where: checked before it is accepted (protocol: the socket)."""

from functools import lru_cache
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from accounts.models import Session
from accounts.tokens import sessions_of
from campfire.data.database import BatchedLookup

Scope = dict[str, object]

# Everybody comes back at once after a restart or an outage: one query for all who knock while the last one ran.
look_up: BatchedLookup[str, Session] = BatchedLookup(sessions_of)

_PORTS = {"http": 80, "https": 443}


async def session_for(scope: Scope) -> Session | None:
    """The session of a handshake that may pass, else None.

    The Host must be one of ours. An Origin must be this site whatever the credential; with a cookie it must be there,
    because a browser sends the cookie along with any page's socket.
    """
    headers = _headers(scope)
    if not _host_is_ours(headers):
        return None
    origin = headers.get("origin")
    if origin is not None and not _is_this_site(scope, headers, origin):
        return None
    token = _bearer(headers) or _query_token(scope)
    if token is None and origin is not None:
        token = _cookie(headers)
    return await look_up(token) if token else None


def _headers(scope: Scope) -> dict[str, str]:
    pairs: list[tuple[bytes, bytes]] = scope.get("headers", [])  # type: ignore[assignment]
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs}


def _host_is_ours(headers: dict[str, str]) -> bool:
    """A test communicator sends no Host; a browser and HTTP/1.1 always do."""
    return "host" not in headers or _is_allowed(headers["host"], tuple(settings.ALLOWED_HOSTS))


@lru_cache(maxsize=64)
def _is_allowed(host: str, allowed: tuple[str, ...]) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, allowed)


def _is_this_site(scope: Scope, headers: dict[str, str], origin: str) -> bool:
    """The configured URL, or, where none is, the very scheme, host and port of the request."""
    if settings.CAMPFIRE_URL:
        return _parts(origin) == _parts(settings.CAMPFIRE_URL)
    scheme = "https" if scope.get("scheme") in ("wss", "https") else "http"
    return _parts(origin) is not None and _parts(origin) == _parts(f"{scheme}://{headers.get('host', '')}")


def _parts(url: str) -> tuple[str, str, int] | None:
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError:
        return None
    if split.scheme not in _PORTS or not split.hostname:
        return None
    return split.scheme, split.hostname, port or _PORTS[split.scheme]


def _bearer(headers: dict[str, str]) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _query_token(scope: Scope) -> str | None:
    query: bytes = scope.get("query_string", b"")  # type: ignore[assignment]
    values = parse_qs(query.decode("latin-1")).get("token")
    return values[0] if values else None


def _cookie(headers: dict[str, str]) -> str | None:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    return morsel.value if morsel else None
