"""What Django itself refuses, in the API's shape under /api/ and as a page elsewhere."""

import codecs
import math
import sys

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.views import defaults

from campfire import wire
from campfire.data.database import outage
from campfire.errors import CampfireError, Forbidden, InvalidFrame, NotFound, RateLimited, TooLarge, Unavailable
from campfire.http.rest import as_campfire_error, log_unexpected, unexpected_body

API = "/api/"


def is_api(request: HttpRequest) -> bool:
    """Whether the caller expects JSON."""
    return request.path.startswith(API)


def json_error(error: CampfireError) -> HttpResponse:
    """An expected error as the API answers it."""
    response = HttpResponse(wire.encode(error.as_dict()), status=error.status, content_type="application/json")
    if error.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if error.retry_after is not None:
        response["Retry-After"] = str(math.ceil(error.retry_after))
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, also for a Host that is not ours; 413 for a body over the limit."""
    if is_api(request):
        return json_error(as_campfire_error(exception) or InvalidFrame("This request could not be understood."))
    response = defaults.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig):
        response.status_code = TooLarge.status
    return response


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return json_error(as_campfire_error(exception) or Forbidden())
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return json_error(NotFound())
    return defaults.page_not_found(request, exception)


def too_many(request: HttpRequest) -> HttpResponse:
    """429; also what allauth answers when a limit of its own is reached."""
    error = RateLimited("Too many attempts. Please try again in a few minutes.", retry_after=60)
    return json_error(error) if is_api(request) else error_page(request, error)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: an id that is in the log too, and nothing else. 503 where a middleware met a database that is away."""
    error = sys.exc_info()[1]
    if error is not None and (unavailable := outage(error)) is not None:
        return json_error(unavailable) if is_api(request) else error_page(request, unavailable)
    request_id = log_unexpected(error)
    if is_api(request):
        body = wire.encode(unexpected_body(request_id))
        return HttpResponse(body, status=500, content_type="application/json")
    try:
        page: str = render_to_string("500.html", {"request_id": request_id})
    except (TemplateDoesNotExist, OSError):
        page = f"<!doctype html><title>Server error</title><h1>Something went wrong</h1><p>{request_id}</p>"
    return HttpResponse(page, status=500)


def load_error_pages() -> None:
    """Read now what it takes to report an error: where it is needed there may be no file left to open."""
    # Django logs each answer of 400 and above in it.
    codecs.lookup("unicode_escape")
    for name in ("500.html", "503.html"):
        render_to_string(name)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without its token: an old page, or another site's."""
    error = Forbidden("This form has expired or came from another site. Reload the page and try again.")
    return json_error(error) if is_api(request) else error_page(request, error)


def error_page(request: HttpRequest, error: CampfireError) -> HttpResponse:
    """An expected error as a page, in its own words."""
    if isinstance(error, Unavailable):
        # Whose page this is may not be found out either.
        response = HttpResponse(render_to_string("503.html"), status=error.status)
    else:
        template = f"{error.status}.html" if error.status in {403, 404, 429} else "400.html"
        context = {"message": gettext(error.message), "retry_after": error.retry_after}
        response = render(request, template, context, status=error.status)
    if error.retry_after is not None:
        response["Retry-After"] = str(math.ceil(error.retry_after))
    return response
