"""What holds for every answer: privacy in caches, and expected errors that leave a page's view."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from campfire.errors import CampfireError, NotFound, Unauthenticated
from campfire.handlers import error_page, is_api, json_error, not_found

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


class ExpectedErrorsMiddleware:
    """A `CampfireError` from a view becomes the page of its status; signed out, the way to sign in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, CampfireError):
            return None
        if is_api(request):
            return json_error(exception)
        if isinstance(exception, Unauthenticated):
            return redirect("sign_in")
        if isinstance(exception, NotFound):
            return not_found(request, exception)
        return error_page(request, exception)
