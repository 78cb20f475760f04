"""Until somebody has set Campfire up, every page leads to `/setup`."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from chat.actions.setup import is_set_up

OPEN = ("/setup", "/api/", "/healthz", "/readyz", "/version", "/metrics", "/ws", settings.STATIC_URL)


class FirstRunMiddleware:
    """One query for each page until there is a workspace, none afterwards."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(OPEN) or is_set_up():
            return self.get_response(request)
        return redirect("setup")
