"""`/setup`: the first page of an empty Campfire."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.addresses import client_address
from accounts.forms import PersonForm
from accounts.limits import count_guess
from accounts.names import LENGTH
from accounts.sign_in import sign_in
from campfire.errors import Conflict, InvalidFrame
from chat.actions.setup import is_set_up, is_setup_code, set_up

CODE_WRONG = _("That’s not the code the server printed.")


class SetupForm(PersonForm):
    """The five fields of the first run; `?code=` fills in the last."""

    workspace = forms.CharField(
        label=_("Name of your team or company"),
        max_length=LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    code = forms.CharField(
        label=_("One-time code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_("The server printed it when it started. Run “manage.py setupcode” on the server to see it again."),
    )
    field_order = ["workspace", "name", "email", "password", "code"]


@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Make the workspace, sign its owner in, go to the room. Once there is a workspace this leads home."""
    if is_set_up():
        return redirect("/")
    if request.method == "GET":
        return _page(request, SetupForm(initial={"code": request.GET.get("code", "")}))
    count_guess(what="setup", address=client_address(request))
    form = SetupForm(request.POST)
    if form.is_valid() and not is_setup_code(form.cleaned_data.pop("code")):
        form.add_error("code", CODE_WRONG)
    return _set_up(request, form) if form.is_valid() else _page(request, form)


def _set_up(request: HttpRequest, form: SetupForm) -> HttpResponse:
    try:
        owner = set_up(**form.cleaned_data)
    except InvalidFrame as error:
        form.put_errors(error)
        return _page(request, form)
    except Conflict:
        return redirect("/")
    sign_in(request, owner)
    return redirect(f"/rooms/{owner.rooms.get().uuid}")


def _page(request: HttpRequest, form: SetupForm) -> HttpResponse:
    return render(request, "setup.html", {"form": form})
