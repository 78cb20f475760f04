"""What every page knows: the chosen looks and the reader's time zone, from cookies, so that nothing flashes."""

import zoneinfo

from django.http import HttpRequest

THEMES = ("light", "dark", "system")


def looks(request: HttpRequest) -> dict[str, str]:
    theme = request.COOKIES.get("theme", "system")
    return {"theme": theme if theme in THEMES else "system", "zone": reader_zone(request).key}


def reader_zone(request: HttpRequest) -> zoneinfo.ZoneInfo:
    """The time zone the reader's browser named in its `zone` cookie, UTC until it has."""
    try:
        return zoneinfo.ZoneInfo(request.COOKIES.get("zone", "UTC"))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return zoneinfo.ZoneInfo("UTC")
