"""The people of a room: looked through, looked for, taken out."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Member, User
from accounts.roles import Role
from chat import access
from chat.actions.memberships import remove_member
from chat.models import Room
from chat.views.by_name import looked_for, named, page_of
from chat.views.pages import PersonalRequest, private_page, way_back
from chat.views.room_page import room_frame

ROLES = {Role.OWNER: gettext_lazy("Owner"), Role.ADMIN: gettext_lazy("Admin"), Role.GUEST: gettext_lazy("Guest")}


@dataclass(frozen=True, slots=True)
class Row:
    """A person in the room. `role` is what the page says of it: nothing for members."""

    person: User
    role: str
    is_creator: bool
    is_me: bool


@require_safe
@private_page
def show(request: PersonalRequest, room_id: UUID) -> HttpResponse:
    """Who is in the room, by name, a page at a time; `?q=` looks for part of a name."""
    membership = access.membership_for(request.user, room_id)
    room, query = membership.room, looked_for(request)
    everybody = User.objects.filter(memberships__room=room, is_active=True)
    page = page_of(named(everybody, query), key="name_key", after=request.GET.get("after", ""))
    context = room_frame(request, membership) | {
        "people_count": everybody.count(),
        "page": page,
        "members": _rows(request.user, room, page.rows),
        "query": query,
    }
    return render(request, "chat/members.html", context)


def _rows(me: User, room: Room, people: list[User]) -> list[Row]:
    roles = dict(Member.objects.filter(workspace=room.workspace_id, user__in=people).values_list("user_id", "role"))
    return [
        Row(
            person,
            role=str(ROLES.get(Role(roles.get(person.pk, Role.MEMBER)), "")),
            is_creator=person.pk == room.creator_id and not room.is_direct,
            is_me=person.pk == me.pk,
        )
        for person in people
    ]


@require_POST
@private_page
def remove(request: PersonalRequest, room_id: UUID, user_id: UUID) -> HttpResponse:
    """Take somebody out and go back to the others."""
    room = access.room_for(request.user, room_id)
    person = room.people.filter(uuid=user_id).first()
    remove_member(user=request.user, room=room_id, person=user_id)
    if person == request.user:
        return redirect("browse_rooms")
    messages.success(request, _("%(name)s is no longer in the room.") % {"name": person.name if person else ""})
    return redirect(way_back(request))
