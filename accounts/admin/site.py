"""The site: entered through the product's own sign-in, left through its sign-out."""

from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.sign_in import sign_out
from campfire.errors import Forbidden, InvalidFrame
from campfire.http.context import reader_zone
from campfire.http.redirects import is_path_here

# They would change a password past its action.
_LEFT_OUT = {"password_change", "password_change_done"}


class OperatorSite(admin.AdminSite):
    site_header = site_title = "Campfire"
    index_title = "Administration"
    site_url = "/"
    empty_value_display = "–"

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The product's own way to sign in, with its limits; back only to this site. Others than staff: `Forbidden`."""
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
        if not is_path_here(wanted):
            wanted = reverse("admin:index")
        if self.has_permission(request):
            return redirect(wanted)
        if request.user.is_authenticated:
            raise Forbidden("Only staff can use these pages.")
        return redirect_to_login(wanted, reverse("sign_in"))

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return _sign_out(request)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        return [url for url in super().get_urls() if getattr(url, "name", None) not in _LEFT_OUT]

    def autocomplete_view(self, request: HttpRequest) -> Any:
        return TellingNamesakesApart.as_view(admin_site=self)(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """As Django's, with times in the reader's zone. Null bytes, which PostgreSQL cannot look for, are refused."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if any("\x00" in value for values in request.GET.lists() for value in values[1]):
                raise InvalidFrame("Text may not contain null bytes.")
            with timezone.override(reader_zone(request)):
                response = inner(request, *args, **kwargs)
                return response.render() if isinstance(response, SimpleTemplateResponse) else response

        return shown


class TellingNamesakesApart(AutocompleteJsonView):
    """What a field offers while somebody types: people with their email."""

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        result: dict[str, str] = super().serialize_result(obj, to_field_name)
        return {**result, "text": f"{obj.name} <{obj.email or 'no email'}>"} if isinstance(obj, User) else result


@require_POST
def _sign_out(request: HttpRequest) -> HttpResponse:
    sign_out(request)
    return redirect("sign_in")


site = OperatorSite(name="admin")
