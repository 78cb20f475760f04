"""What holds for every answer: privacy in caches, who asked for it, and expected errors that leave a page's view."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject

from campfire.data.database import outage
from campfire.errors import CampfireError, NotFound, Unauthenticated
from campfire.http.handlers import error_page, is_api, json_error, not_found
from campfire.logs import context as log_context

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class PrivateAnswersMiddleware:
    """`Cache-Control: private, no-store` on what the API or a session had a part in (reliability: attack 18)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        session = getattr(request, "session", None)
        if is_api(request) or (session is not None and session.accessed):
            response.setdefault("Cache-Control", "private, no-store")
        return response


class WhoAskedMiddleware:
    """Adds the signed-in person to the log's context if the view looked them up; doing so here would cost a query."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if (person := _person(request)) is not None and person.is_authenticated:
            log_context.bind(person=str(person.uuid))
        return response


def _person(request: HttpRequest) -> Any:
    """Who was found behind the session, or by REST behind a token; None where nobody looked."""
    user = vars(request).get("user")
    return vars(request).get("_cached_user") if type(user) is SimpleLazyObject else user


class ExpectedErrorsMiddleware:
    """What is expected to go wrong in a view becomes the page of its status; signed out, the way to sign in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        error = exception if isinstance(exception, CampfireError) else outage(exception)
        if error is None:
            return None
        if is_api(request):
            return json_error(error)
        if isinstance(error, Unauthenticated):
            return redirect("sign_in")
        if isinstance(error, NotFound):
            return not_found(request, error)
        return error_page(request, error)
