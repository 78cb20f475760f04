"""Signing in and out in the browser."""

from typing import Any

from allauth.account.views import LoginView
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts import sign_in as signing
from accounts.forms import SignInForm
from campfire.http.handlers import too_many


class SignInView(LoginView):  # type: ignore[misc] # allauth is untyped
    """`/sign-in`. `next` is followed only within this site."""

    template_name = "accounts/sign_in.html"

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        if form.is_limited:
            return too_many(self.request)
        response: HttpResponse = super().form_invalid(form)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "next": self.get_next_url() or "", "has_mail": settings.HAS_MAIL}


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    signing.sign_out(request)
    return redirect("sign_in")
