"""Choosing a new password: by mail where the server can send one, else with `manage.py resetpassword`."""

from typing import Any

from allauth.account import views as allauth
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse_lazy
from django.utils.translation import gettext

from accounts.forms import NewPasswordForm
from campfire.errors import InvalidFrame, NotFound


class PasswordResetView(allauth.PasswordResetView):  # type: ignore[misc] # allauth is untyped
    """Ask for a link. The answer is the same for unknown addresses. `NotFound` where no mail can be sent."""

    template_name = "accounts/password_reset.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.HAS_MAIL:
            raise NotFound
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


class PasswordResetDoneView(allauth.PasswordResetDoneView):  # type: ignore[misc] # allauth is untyped
    template_name = "accounts/password_reset_done.html"


class PasswordResetFromKeyView(allauth.PasswordResetFromKeyView):  # type: ignore[misc] # allauth is untyped
    """What the link opens. `validlink` is false for one that has been used or is too old."""

    template_name = "accounts/password_reset_confirm.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("account_reset_password_from_key_done")

    def form_valid(self, form: NewPasswordForm) -> HttpResponse:
        try:
            response: HttpResponse = super().form_valid(form)
        except InvalidFrame as error:
            for sentence in (error.errors or {}).get("password", [error.message]):
                form.add_error("password1", gettext(sentence))
            response = self.form_invalid(form)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "validlink": self.reset_user is not None}


class PasswordResetFromKeyDoneView(allauth.PasswordResetFromKeyDoneView):  # type: ignore[misc] # allauth is untyped
    template_name = "accounts/password_reset_complete.html"
