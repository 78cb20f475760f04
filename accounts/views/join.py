"""`/join/<code>`: coming in by invitation, as somebody new or as who you are already."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import invitation_by
from accounts.actions.invitations import accept_invitation
from accounts.actions.users import register
from accounts.addresses import client_address
from accounts.forms import PersonForm
from accounts.limits import guessing
from accounts.models import Invitation, User
from accounts.sign_in import sign_in
from campfire.errors import Conflict, InvalidFrame, NotFound


@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, code: str) -> HttpResponse:
    """The form for newcomers, a button for those who are signed in; a code that lets nobody in is a 404."""
    try:
        with guessing(what="invitation", address=client_address(request)):
            invitation = invitation_by(code)
            return _accept(request, invitation) if request.method == "POST" else _page(request, invitation)
    except NotFound:
        return render(request, "accounts/invitation_gone.html", status=404)


def _page(request: HttpRequest, invitation: Invitation, form: PersonForm | None = None) -> HttpResponse:
    if form is None and not request.user.is_authenticated:
        form = PersonForm()
    context = {"form": form, "invitation": invitation}
    return render(request, "accounts/sign_up.html", context)


def _accept(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if isinstance(request.user, User):
        accept_invitation(user=request.user, code=invitation.code)
        return redirect("/")
    form = PersonForm(request.POST)
    if form.is_valid():
        try:
            sign_in(request, register(code=invitation.code, **form.cleaned_data))
        except (Conflict, InvalidFrame) as error:
            form.put_errors(error)
        else:
            return redirect("/")
    return _page(request, invitation, form)
