"""The running server as people reach it: through whatever stands in front of it."""

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from http.client import HTTPMessage
from typing import IO, Any

from django.conf import settings
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import connect
from websockets.typing import Origin

from campfire.doctor.findings import Asked, Finding, ok, problem, sentence, warning
from campfire.version import NAME, VERSION

TIMEOUT_S = 10
# What a proxy says when whom it passes to does not answer.
AWAY = (502, 503, 504)
_STRANGER = "the server does not recognise this host name: the proxy changes Host, or CAMPFIRE_URL differs"
_SAME_HOST = "Have the proxy pass Host on unchanged (proxy_set_header Host $http_host;), and check CAMPFIRE_URL."
Answer = tuple[int, Message, bytes]


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it is what is looked at."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


def fetch(url: str) -> Answer:
    """Status, headers and body. Raises `OSError` where nobody answers."""
    try:
        with urllib.request.build_opener(_Stay).open(url, timeout=TIMEOUT_S) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def check_server(asked: Asked) -> Iterator[Finding]:
    url = asked.url or settings.CAMPFIRE_URL
    if not url:
        todo = "Say where to reach it: --url http://127.0.0.1:8000"
        yield warning("server", "was not checked, because CAMPFIRE_URL is not set", todo)
        return
    try:
        status, _, body = fetch(f"{url}/healthz")
    except OSError as error:
        yield _nobody(url, error)
        return
    if (status, body) != (200, b"ok"):
        yield _no_campfire(url, status)
        return
    yield ok("server", f"answers at {url}")
    for look in (_version, _readiness, _proxy, _sockets):
        yield from look(url)


def _no_campfire(url: str, status: int) -> Finding:
    if status in AWAY:
        todo = "Start the server, and check that the proxy passes requests to the port it listens on."
        return problem("server", f"the proxy at {url} answers, but not the server behind it ({status})", todo)
    if status == 400:
        return problem("server", _STRANGER, _SAME_HOST)
    todo = "Have the proxy pass everything to the server; deploy/ has examples."
    return problem("server", f"{url}/healthz is answered by something other than Campfire, with {status}", todo)


def _nobody(url: str, error: OSError) -> Finding:
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLError):
        return problem("server", f"the certificate of {url} is not valid: {sentence(reason)}", _TRUST)
    todo = "Start the server, and check that the name points here and that the firewall lets people in."
    return problem("server", f"nothing answers at {url}: {sentence(reason)}", todo)


def _version(url: str) -> Iterator[Finding]:
    said: dict[str, Any] = json.loads(fetch(f"{url}/version")[2])
    if (said.get("name"), said.get("version")) != (NAME, VERSION):
        yield warning("release", f"{said.get('version')} is running, but the code is {VERSION}", "Restart the server.")
    else:
        yield ok("release", VERSION)


def _readiness(url: str) -> Iterator[Finding]:
    status, _, body = fetch(f"{url}/readyz")
    parts: dict[str, bool] = json.loads(body)
    if status != 200:
        missing = ", ".join(name for name, holds in parts.items() if not holds)
        yield problem("ready", f"the server is not ready: {missing}", "See above, and the server's log.")
    else:
        yield ok("ready", "database, layer, migrations")


def _proxy(url: str) -> Iterator[Finding]:
    """An address that goes round in circles, or a Host that is not ours, is a header that did not come through."""
    secure = url.startswith("https:")
    if settings.HTTPS and not secure:
        yield warning("proxy", "was not checked, because this address bypasses it", "Leave out --url to go through it.")
        return
    status, headers, _ = fetch(f"{url}/sign-in")
    if status == 400:
        yield problem("proxy", _STRANGER, _SAME_HOST)
    elif status in (301, 302, 307, 308) and headers.get("Location", "").startswith(f"{url}/sign-in"):
        said = "the server takes every request for an unencrypted one, and redirects forever"
        yield problem("proxy", said, "Have the proxy pass the scheme on: proxy_set_header X-Forwarded-Proto $scheme;")
    elif secure and "Strict-Transport-Security" not in headers:
        said = "the header Strict-Transport-Security is missing: browsers would first try to connect without encryption"
        yield problem(
            "proxy", said, "Set CAMPFIRE_URL to the https:// address, and have the proxy pass the server's headers on."
        )
    else:
        yield ok("proxy", "Host and X-Forwarded-Proto reach the server")


def _sockets(url: str) -> Iterator[Finding]:
    """Who does not sign in is refused, with 403, by Campfire; whatever else is the answer comes from before it."""
    try:
        with connect(f"{url.replace('http', 'ws', 1)}/ws/", origin=Origin(url), proxy=None):
            answer = 101
    except InvalidStatus as error:
        answer = error.response.status_code
    except (OSError, WebSocketException) as error:
        yield problem("sockets", f"do not reach the server: {sentence(error)}", _UPGRADE)
        return
    if answer == 403:
        yield ok("sockets", "reach the server")
    else:
        yield problem(
            "sockets", f"do not reach the server, the answer is {answer}: pages would not update live", _UPGRADE
        )


_TRUST = "Renew it, or get one that browsers trust. If you issued it yourself, this machine must trust your authority."
_UPGRADE = "Have the proxy pass Upgrade and Connection on, with HTTP/1.1; deploy/nginx.conf shows how."

CHECKS = [check_server]
