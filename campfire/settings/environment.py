"""Settings as an operator gives them, in environment variables: read strictly, refused in one sentence.

Each reader names its variable, so that docs and tests can find it. What cannot be meant ends the process with what is
wrong and what to do, before anything has started; a traceback would hide both.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import environ
from django.http.request import split_domain_port

_SWITCH = {"on": True, "true": True, "yes": True, "1": True, "off": False, "false": False, "no": False, "0": False}
_PORTS = {"http": 80, "https": 443}
_DATABASES = ("postgres", "postgresql", "sqlite")


class Misconfigured(SystemExit):
    """An invalid setting; the process exits with code 1 and this sentence."""

    def __init__(self, name: str, why: str, todo: str) -> None:
        super().__init__(f"Campfire cannot start: {name} {why}. {todo}")


class Environment:
    """Reads variables; an empty one is the same as none. Every reader raises `Misconfigured`."""

    def text(self, name: str, *, default: str) -> str:
        return os.environ.get(name) or default

    def number(self, name: str, *, default: int, at_least: int = 1) -> int:
        given = self.text(name, default="")
        if not given:
            return default
        if not (given.isascii() and given.isdigit() and len(given) <= 15 and int(given) >= at_least):
            raise Misconfigured(
                name,
                f"is {given!r}, which is not a whole number of at least {at_least}",
                f"Use digits only, like {default}.",
            )
        return int(given)

    def switch(self, name: str, *, default: bool) -> bool:
        given = self.text(name, default="on" if default else "off")
        if given.lower() not in _SWITCH:
            raise Misconfigured(name, f"is {given!r}", "Use on or off.")
        return _SWITCH[given.lower()]

    def choice(self, name: str, *choices: str, default: str) -> str:
        given = self.text(name, default=default)
        if given not in choices:
            raise Misconfigured(name, f"is {given!r}", f"Choose one of {', '.join(choices)}.")
        return given

    def folder(self, name: str, *, default: Path) -> Path:
        """An absolute path, made (0700) where there is none."""
        path = Path(self.text(name, default=str(default))).resolve()
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Misconfigured(
                name,
                f"is {path}, where no folder can be created ({error.strerror})",
                "Choose one that this user can write to.",
            ) from None
        return path

    def origin(self, name: str) -> str:
        """`https://chat.example.com` as browsers write it: lower case, no default port, no slash; empty if not set."""
        given = self.text(name, default="")
        if not given:
            return ""
        todo = "Use the address where people reach this server, scheme and host only, like https://chat.example.com."
        try:
            url, port, host = _split(given)
        except ValueError:
            raise Misconfigured(name, f"is {given!r}, which is not an address", todo) from None
        if why := _flaw(url, host):
            raise Misconfigured(name, f"is {given!r}, {why}", todo)
        return f"{url.scheme}://{host}" + (f":{port}" if port and port != _PORTS[url.scheme] else "")

    def database(self, name: str, *, file: Path) -> dict[str, Any]:
        """What Django needs to know of a database; SQLite in `file` without the variable."""
        given = self.text(name, default="")
        if not given:
            return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}
        todo = "Use postgres://user:password@host:5432/name, with @ : / # ? % in the password percent-encoded."
        try:
            url = urlsplit(given)
            _ = url.port
        except ValueError:
            # The address itself may hold a password: it is not repeated.
            raise Misconfigured(name, "is not a database address", todo) from None
        if url.scheme not in _DATABASES:
            raise Misconfigured(name, "does not begin with postgres:// or sqlite:///", todo)
        if len(url.path) < 2 or url.fragment or (url.scheme == "sqlite" and url.netloc):
            raise Misconfigured(name, "does not name a database", todo)
        if url.scheme != "sqlite" and set("/@") & set(url.path[1:]):
            # What lies before it would be taken for a host, and told in every error.
            raise Misconfigured(name, "names a database with / or @ in it, which may belong to the password", todo)
        found = dict(environ.Env.db_url_config(given))
        # A folder with a socket is a host too, written %2Frun%2Fpostgresql.
        return {**found, "HOST": unquote(found.get("HOST") or "")}

    def redis(self, name: str) -> str:
        given = self.text(name, default="")
        if not given:
            return ""
        from redis.connection import parse_url

        try:
            parse_url(given)
        except ValueError:
            raise Misconfigured(name, "is not a Redis address", "Use redis://host:6379/0.") from None
        return given

    def mail(self, name: str) -> dict[str, Any]:
        """Django's EMAIL_… settings; without the variable, mail is printed."""
        given = self.text(name, default="consolemail://")
        try:
            return dict(environ.Env.email_url_config(given))
        except (ValueError, KeyError, environ.ImproperlyConfigured):
            todo = "Use smtp+tls://user:password@host:587, with @ : / in the two percent-encoded."
            raise Misconfigured(name, "is not a mail server address", todo) from None


def _split(given: str) -> tuple[SplitResult, int | None, str]:
    """The parts of an address, its port, its host as browsers write it. Raises `ValueError`."""
    url = urlsplit(given.removesuffix("/"))
    host = url.hostname or ""
    host = f"[{host}]" if ":" in host else host.encode("idna").decode()
    if not given.isprintable() or " " in given or (host and not split_domain_port(host)[0]):
        raise ValueError(given)
    return url, url.port, host


def _flaw(url: SplitResult, host: str) -> str:
    """Why an address is no origin, the end of a sentence; empty if it is one."""
    if url.scheme not in _PORTS:
        return "which does not begin with https:// or http://"
    if not host:
        return "which does not name a host"
    if "@" in url.netloc:
        return "which contains a user name"
    if url.path or url.query or url.fragment:
        return "which continues after the host; Campfire needs a host of its own"
    return ""


env = Environment()
