"""From where a request comes, and on what it was made."""

import re

from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest

_BROWSERS = [
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"(Firefox|FxiOS)/"),
    ("Chrome", r"(Chrome|CriOS|Chromium)/"),
    ("Safari", r"Safari/"),
]
_SYSTEMS = [
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux"),
]
UNKNOWN = "Unknown device"


def client_address(request: HttpRequest) -> str | None:
    """The caller's IP address, past as many proxies as settings trust; None over a Unix socket."""
    address: str | None = get_client_ip(request)
    return address


def client_device(request: HttpRequest) -> str:
    """A short name of the caller's device, `Firefox on Linux`."""
    return device_of(request.headers.get("User-Agent", ""))


def device_of(user_agent: str) -> str:
    """What a User-Agent header says in a few words: browser and system, else its first product name."""
    browser, system = _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    product = re.match(r"[\w.-]{1,40}", user_agent)
    return browser or system or (product.group() if product else UNKNOWN)


def _first(patterns: list[tuple[str, str]], text: str) -> str:
    return next((name for name, pattern in patterns if re.search(pattern, text)), "")
