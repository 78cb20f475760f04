"""A room's settings: what it is, for its creator and admins; how it stands to oneself, for everybody in it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campfire.errors import CampfireError, Conflict, Forbidden
from campfire.http.forms import put_errors
from chat import access
from chat.actions import rooms as actions
from chat.actions.memberships import update_membership
from chat.models import Membership, Room
from chat.views.forms import INVOLVEMENTS, MUTES, DeleteRoomForm, OwnPartForm, RoomForm
from chat.views.pages import FORM, PersonalRequest, private_page, way_back
from chat.views.room_page import room_frame


@require_http_methods(FORM)
@private_page
def show(request: PersonalRequest, room_id: UUID) -> HttpResponse:
    """What the room is, with a form for those who may change it."""
    membership = access.membership_for(request.user, room_id)
    form = _form(request, membership.room)
    if request.method == "POST" and form.is_valid():
        try:
            actions.update_room(user=request.user, room=room_id, **form.cleaned_data)
        except CampfireError as error:
            put_errors(form, error)
            return _page(request, membership, form=form, status=error.status)
        messages.success(request, _("Saved."))
        return redirect("room_settings", room_id)
    return _page(request, membership, form=form, status=400 if form.errors else 200)


@require_POST
@private_page
def change_own_part(request: PersonalRequest, room_id: UUID) -> HttpResponse:
    """Star, mute, and what the room may tell: what the form names, and back to the page it names."""
    membership = access.membership_for(request.user, room_id)
    own = OwnPartForm(request.POST)
    if own.is_valid():
        try:
            update_membership(user=request.user, room=room_id, **own.wanted())
            return redirect(way_back(request))
        except CampfireError as error:
            _say_when(own, error)
    return _page(request, membership, own=own, status=400)


def _say_when(own: OwnPartForm, error: CampfireError) -> None:
    """A time that cannot be belongs to the field it was typed into."""
    about_time = (error.errors or {}).get("muted_until")
    if about_time:
        own.add_error("until", [_(sentence) for sentence in about_time])
    else:
        put_errors(own, error)


@require_POST
@private_page
def archive(request: PersonalRequest, room_id: UUID) -> HttpResponse:
    """Archive the room, or with `archived=false` bring it back."""
    actions.update_room(user=request.user, room=room_id, archived=request.POST.get("archived") != "false")
    return redirect(way_back(request))


@require_http_methods(FORM)
@private_page
def delete(request: PersonalRequest, room_id: UUID) -> HttpResponse:
    """Ask for the room's name, then remove it with all that was said."""
    room = access.room_for(request.user, room_id)
    if room.is_direct:
        raise Conflict("Direct conversations cannot be changed or deleted.")
    if not access.may_change(request.user, room, room.creator_id):
        raise Forbidden("Only the room's creator or an admin can do that.")
    form = DeleteRoomForm(request.POST if request.method == "POST" else None, room=room)
    if form.is_valid():
        actions.delete_room(user=request.user, room=room_id)
        messages.success(request, _("%(name)s has been deleted.") % {"name": room.name})
        return redirect("browse_rooms")
    context = {"form": form, "room": room, "current": room_id, "message_count": room.messages.live().count()}
    return render(request, "chat/delete_room.html", context, status=400 if form.errors else 200)


def _form(request: PersonalRequest, room: Room) -> RoomForm:
    now = {"name": room.name, "topic": room.topic, "kind": room.kind}
    return RoomForm(request.POST if request.method == "POST" else None, initial=now)


def _page(
    request: PersonalRequest,
    membership: Membership,
    *,
    form: RoomForm | None = None,
    own: OwnPartForm | None = None,
    status: int = 200,
) -> HttpResponse:
    room, now = membership.room, timezone.localtime()
    muted_until = membership.muted_until if membership.muted_until and membership.muted_until > now else None
    context: dict[str, Any] = room_frame(request, membership) | {
        "form": form or RoomForm(initial={"name": room.name, "topic": room.topic, "kind": room.kind}),
        "own": own or OwnPartForm(),
        "membership": membership,
        "involvements": INVOLVEMENTS,
        "mutes": MUTES,
        "muted_until": muted_until,
        # What the field offers: the next full hour, up to a year.
        "earliest": now,
        "latest": now + timedelta(days=365),
        "creator": room.creator,
        "created_at": room.created_at,
        "archived_at": room.archived_at,
        "people_count": room.memberships.filter(user__is_active=True).count(),
    }
    return render(request, "chat/room_settings.html", context, status=status)
