"""Bringing people of the workspace into a room."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.access import people_visible_to
from accounts.models import User
from campfire.errors import Forbidden
from chat import access
from chat.actions.memberships import add_member
from chat.models import Room
from chat.views.forms import PeopleForm
from chat.views.pages import PersonalRequest, private_page


def may_add_people(user: User, room: Room) -> bool:
    """Whether to offer it: into open rooms to everybody, into closed ones to their creator and admins."""
    if room.is_direct:
        return False
    return room.kind == Room.Kind.OPEN or room.creator_id == user.pk or access.is_admin_of(user, room)


@private_page
def add(request: PersonalRequest, room_id: UUID) -> HttpResponse:
    """Choose people and go back to the room with them in it."""
    room = access.room_for(request.user, room_id)
    if not may_add_people(request.user, room):
        raise Forbidden("Only the room's creator or an admin may add people to it.")
    people = _absent(request.user, room)
    form = PeopleForm(request.POST if request.method == "POST" else None, people=people)
    if request.method == "POST" and form.is_valid():
        for person in form.cleaned_data["people"]:
            add_member(user=request.user, room=room_id, person=person.uuid)
        return redirect("room", room_id)
    return render(request, "chat/add_people.html", {"form": form, "people": people, "room": room, "current": room_id})


def _absent(user: User, room: Room) -> QuerySet[User]:
    """People of the room's workspace whom `user` sees and who are not in the room, by name."""
    people = people_visible_to(user).filter(members__workspace=room.workspace_id, is_active=True)
    return people.exclude(memberships__room=room).order_by("name_key", "pk")
