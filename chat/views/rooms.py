"""The room page, its permalinks, and the ways into rooms."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campfire.errors import CampfireError, NotFound
from campfire.http.forms import put_errors
from campfire.http.parts import is_part
from chat import access
from chat.actions.memberships import join_room, leave_room
from chat.actions.rooms import create_room
from chat.models import Membership, Room
from chat.models.memberships import Involvement
from chat.queries import history
from chat.queries.rooms import rooms_of
from chat.views.choosing import choice_of, is_looking
from chat.views.forms import NewRoomForm, reachable_by
from chat.views.pages import FORM, PersonalRequest, private_page
from chat.views.room_page import PAGE, room_context

LAST_ROOM = "last_room"
A_YEAR = 365 * 24 * 3600


@require_safe
@private_page
def home(request: PersonalRequest) -> HttpResponse:
    """The room one was in last, else the first; without any, the menu says what to do."""
    rooms = [room for room in rooms_of(request.user) if room["membership"]["involvement"] != Involvement.INVISIBLE]
    last = request.COOKIES.get(LAST_ROOM, "")
    chosen = next((room["id"] for room in rooms if room["id"] == last), rooms[0]["id"] if rooms else None)
    return redirect("room", chosen) if chosen else redirect("menu")


@require_safe
@private_page
def menu(request: PersonalRequest) -> HttpResponse:
    """The sidebar as a page of its own, for phones."""
    return render(request, "chat/menu.html", {"rooms": rooms_of(request.user), "current": ""})


@require_safe
@private_page
def show(request: PersonalRequest, room_id: UUID) -> HttpResponse:
    """A room at its end; `?before=` and `?after=` page through its past without JavaScript.

    Who could join it is led to where they can: a link to it may stand in any message.
    """
    try:
        membership = access.membership_for(request.user, room_id)
    except NotFound:
        room = access.joinable_room_for(request.user, room_id)
        return redirect(f"{reverse('browse_rooms')}?{urlencode({'q': room.name})}")
    anchors = {name: request.GET[name] for name in ("before", "after") if request.GET.get(name)}
    page = history.page(membership.room, limit=PAGE, **anchors)
    return _room(request, membership, page)


@require_safe
@private_page
def permalink(request: PersonalRequest, room_id: UUID, seq: int) -> HttpResponse:
    """A room around one message."""
    membership = access.membership_for(request.user, room_id)
    page = history.page(membership.room, around=seq, limit=PAGE)
    return _room(request, membership, page, target=seq)


def _room(
    request: PersonalRequest, membership: Membership, page: history.Page, target: int | None = None
) -> HttpResponse:
    response = render(request, "chat/room.html", room_context(request, membership, page, target))
    # A script asks for rooms ahead too, and says itself which one its reader is in.
    if not is_part(request):
        response.set_cookie(
            LAST_ROOM, str(membership.room.uuid), max_age=A_YEAR, samesite="Lax", secure=request.is_secure()
        )
    return response


@require_http_methods(FORM)
@private_page
def new(request: PersonalRequest) -> HttpResponse:
    """Make a room, with the chosen people in it, and go there."""
    sent = request.POST if request.method == "POST" else None
    form = NewRoomForm(sent, user=request.user)
    if sent and not is_looking(request) and form.is_valid():
        try:
            room = create_room(user=request.user, **form.wanted())
            # Nobody finds a closed room by themselves.
            alone = room.kind == Room.Kind.CLOSED and not form.cleaned_data["people"]
            return redirect("add_people" if alone else "room", room.uuid)
        except CampfireError as error:
            put_errors(form, error)
    context = {"form": form, "choice": choice_of(request, reachable_by(request.user).exclude(pk=request.user.pk))}
    return render(request, "chat/new_room.html", context)


@require_POST
@private_page
def join(request: PersonalRequest, room_id: UUID) -> HttpResponse:
    join_room(user=request.user, room=room_id)
    return redirect("room", room_id)


@require_POST
@private_page
def leave(request: PersonalRequest, room_id: UUID) -> HttpResponse:
    room = access.room_for(request.user, room_id)
    leave_room(user=request.user, room=room_id)
    messages.success(request, _("You have left %(name)s.") % {"name": room.name})
    return redirect("browse_rooms")
