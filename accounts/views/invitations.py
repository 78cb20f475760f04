"""`/invitations`: the links that let people into a workspace."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import invitations_visible_to, member_for
from accounts.actions.invitations import create_invitation, revoke_invitation
from accounts.forms import ROLE_NAMES, InvitationForm
from accounts.models import Invitation, Member, User
from accounts.roles import Role
from accounts.views.invite_link import invite_link, invite_url, qr
from campfire.errors import NotFound


@login_required
@require_http_methods(["GET", "POST"])
def invitations(request: HttpRequest) -> HttpResponse:
    """The links of your workspace that work, and a form for a new one; `?workspace=` chooses among several."""
    member = _inviter(request)
    form = InvitationForm(request.POST or None, own_role=member.role)
    if request.method == "POST" and form.is_valid():
        create_invitation(
            inviter=member.user,
            workspace=member.workspace.uuid,
            role=Role(form.cleaned_data["role"]),
            expires_in=form.cleaned_data["expires_in"],
            max_uses=form.cleaned_data["max_uses"],
        )
        return redirect(request.get_full_path())
    working = list(invitations_visible_to(member).usable().select_related("workspace"))
    link = invite_link(request, working[0]) if working else {}
    links = [(row, invite_url(request, row), ROLE_NAMES[Role(row.role)]) for row in working]
    return render(request, "accounts/invitations.html", {"form": form, "links": links, **link})


@login_required
@require_safe
def code(request: HttpRequest, invitation: UUID) -> HttpResponse:
    """The link of an invitation that one may see and that works, as a QR code."""
    found = _seen(request, invitation)
    response = HttpResponse(qr(invite_url(request, found)), content_type="image/svg+xml")
    patch_cache_control(response, private=True, no_store=True)
    return response


@login_required
@require_POST
def revoke(request: HttpRequest, invitation: UUID) -> HttpResponse:
    assert isinstance(request.user, User)
    workspace = _workspace_of(invitation)
    revoke_invitation(user=request.user, workspace=workspace, invitation=invitation)
    return redirect("invitations")


def _seen(request: HttpRequest, invitation: UUID) -> Invitation:
    assert isinstance(request.user, User)
    member = member_for(request.user, _workspace_of(invitation))
    found = invitations_visible_to(member).usable().filter(uuid=invitation).first()
    if found is None:
        raise NotFound
    return found


def _workspace_of(invitation: UUID) -> UUID:
    workspace = Invitation.objects.filter(uuid=invitation).values_list("workspace__uuid", flat=True).first()
    if workspace is None:
        raise NotFound
    return workspace


def _inviter(request: HttpRequest) -> Member:
    """The signed-in person in the workspace they want to invite to. Raises `NotFound` for guests."""
    assert isinstance(request.user, User)
    if chosen := request.GET.get("workspace"):
        try:
            return member_for(request.user, UUID(chosen))
        except ValueError:
            raise NotFound from None
    members = request.user.members.exclude(role=Role.GUEST).select_related("workspace", "user")
    member = members.order_by("pk").first()
    if member is None:
        raise NotFound("Guests cannot invite people.")
    return member
