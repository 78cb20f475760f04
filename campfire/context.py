"""What every page knows: the chosen looks, from a cookie, so that nothing flashes."""

from django.http import HttpRequest

THEMES = ("light", "dark", "system")


def looks(request: HttpRequest) -> dict[str, str]:
    theme = request.COOKIES.get("theme", "system")
    return {"theme": theme if theme in THEMES else "system"}
