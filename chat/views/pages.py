"""What every private page does around its view."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import ensure_csrf_cookie

from accounts.models import User
from campfire.errors import CampfireError
from campfire.http.context import reader_zone
from campfire.http.handlers import error_page
from campfire.http.redirects import is_path_here

View = Callable[..., HttpResponse]

# What a page with a form takes.
FORM = ["GET", "HEAD", "POST"]


class PersonalRequest(HttpRequest):
    """A request of somebody who is signed in: what the views behind `private_page` get."""

    user: User


def private_page(view: View) -> View:
    """For signed-in people only, in their time zone, never stored; an expected error becomes its page."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with timezone.override(reader_zone(request)):
            try:
                response = view(request, *args, **kwargs)
            except CampfireError as error:
                response = error_page(request, error)
        patch_cache_control(response, private=True, no_store=True)
        return response

    return login_required(ensure_csrf_cookie(wrapped))


def way_back(request: HttpRequest) -> str:
    """The path of this site that a form names as `next`, else home."""
    back: str = request.POST.get("next", "")
    return back if is_path_here(back) else "home"
