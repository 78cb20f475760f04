"""A page's main part alone: what a script asks for that has the page around it already (docs/decisions/browser.md)."""

from django.http import HttpRequest

HEADER = "X-Campfire-Part"


def is_part(request: HttpRequest) -> bool:
    """Whether only the main part is wanted, without sidebar, dialogs and scripts."""
    return request.headers.get(HEADER) == "main"


def frame(request: HttpRequest) -> dict[str, str]:
    """For templates: what `shell.html` extends."""
    return {"frame": "part.html" if is_part(request) else "base.html"}
