"""Rooms beyond the sidebar: open ones to join, archived ones to read, hidden ones to show again."""

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.roles import Role, is_admin
from chat.models import Membership, Room
from chat.models.memberships import Involvement
from chat.queries.rooms import memberships_of, rooms_of
from chat.templatetags.faces import room_name
from chat.views.by_name import looked_for, page_of
from chat.views.pages import PersonalRequest, private_page

ARCHIVED = 50


@require_safe
@private_page
def browse(request: PersonalRequest) -> HttpResponse:
    """All three, by name; `?q=` looks for part of a name or topic, `?after=` goes on with the open rooms."""
    me, query = request.user, looked_for(request)
    rooms = rooms_of(me)
    joined = set(Membership.objects.filter(user=me).values_list("room_id", flat=True))
    page = page_of(_open_rooms(me, query), key="key", after=request.GET.get("after", ""))
    context = {
        "rooms": rooms,
        "query": query,
        "page": page,
        "open_rooms": [(room, room.pk in joined) for room in page.rows],
        "hidden": _hidden(rooms, me, query),
        "archived": _archived(me, query),
        "is_guest": not me.members.exclude(role=Role.GUEST).exists(),
    }
    return render(request, "chat/browse_rooms.html", context)


def _open_rooms(user: User, query: str) -> QuerySet[Room]:
    """With `people_count`, counted in one index for the rooms of a page only: without asking who is still active."""
    people = Membership.objects.filter(room=OuterRef("pk")).order_by().values("room")
    counted = Coalesce(Subquery(people.annotate(count=Count("*")).values("count")), 0)
    return _matching(Room.objects.joinable_by(user).annotate(key=Lower("name"), people_count=counted), query)


def _matching(rooms: QuerySet[Room], query: str) -> QuerySet[Room]:
    return rooms.filter(Q(name__icontains=query) | Q(topic__icontains=query)) if query else rooms


def _hidden(rooms: list[dict[str, Any]], me: User, query: str) -> list[dict[str, Any]]:
    hidden = [room for room in rooms if room["membership"]["involvement"] == Involvement.INVISIBLE]
    return [room for room in hidden if query.casefold() in room_name(room, me.uuid).casefold()]


def _archived(user: User, query: str) -> list[tuple[Room, bool]]:
    """The archived rooms `user` is in, each with whether they may bring it back."""
    roles = dict(user.members.values_list("workspace_id", "role"))
    rooms = Room.objects.filter(pk__in=memberships_of(user, archived=True).values("room"))
    return [
        (room, room.creator_id == user.pk or is_admin(roles.get(room.workspace_id, Role.GUEST)))
        for room in _matching(rooms, query).order_by(Lower("name"), "pk")[:ARCHIVED]
    ]
