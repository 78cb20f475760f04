"""Bringing people of the workspace into a room."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import people_visible_to
from accounts.models import User
from campfire.errors import CampfireError, Forbidden
from campfire.http.forms import put_errors
from chat import access
from chat.actions.memberships import add_member
from chat.models import Room
from chat.views.choosing import choice_of, is_looking
from chat.views.forms import PeopleForm
from chat.views.pages import FORM, PersonalRequest, private_page


def may_add_people(room: Room, *, may_change: bool) -> bool:
    """Whether to offer it: into open rooms to everybody, into closed ones to their creator and admins."""
    return not room.is_direct and (room.kind == Room.Kind.OPEN or may_change)


@require_http_methods(FORM)
@private_page
def add(request: PersonalRequest, room_id: UUID) -> HttpResponse:
    """Choose people and go back to the room with them in it."""
    room = access.room_for(request.user, room_id)
    if not may_add_people(room, may_change=access.may_change(request.user, room, room.creator_id)):
        raise Forbidden("Only the room's creator or an admin can add people to it.")
    people = _absent(request.user, room)
    sent = request.POST if request.method == "POST" and not is_looking(request) else None
    form = PeopleForm(sent, people=people, label=_("People"))
    if form.is_valid():
        try:
            for person in form.cleaned_data["people"]:
                add_member(user=request.user, room=room_id, person=person.uuid)
            return redirect("room", room_id)
        except CampfireError as error:
            put_errors(form, error)
    context = {"form": form, "choice": choice_of(request, people), "room": room, "current": room_id}
    return render(request, "chat/add_people.html", context)


def _absent(user: User, room: Room) -> QuerySet[User]:
    """People of the room's workspace whom `user` sees and who are not in the room."""
    people = people_visible_to(user).filter(members__workspace=room.workspace_id, is_active=True)
    return people.exclude(pk__in=room.memberships.values("user"))
