"""The sidebar, on any page of either app: `{% sidebar %}`."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.conf import settings
from django.template.context import RequestContext
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.payloads import user_payload
from accounts.roles import Role
from campfire.http import bundles
from campfire.version import VERSION
from chat.models import Epoch
from chat.models.memberships import Involvement
from chat.queries.rooms import rooms_of
from chat.templatetags.words import words

register = template.Library()

QUIET = (Involvement.NOTHING, Involvement.INVISIBLE)


@register.inclusion_tag("chat/_sidebar.html", takes_context=True)
def sidebar(context: RequestContext) -> dict[str, Any]:
    """The reader's rooms and directs; the page's own `rooms`, where its view has read them already."""
    request = context["request"]
    rooms = context.get("rooms")
    if rooms is None:
        rooms = rooms_of(request.user)
    current = str(context.get("current", ""))
    members = list(request.user.members.select_related("workspace").order_by("pk"))
    return {
        "request": request,
        "me": request.user,
        "workspace": members[0].workspace if members else None,
        "is_guest": all(member.role == Role.GUEST for member in members),
        **sections([room for room in rooms if is_shown(room, current)]),
        "current": current,
        "theme": context.get("theme", "system"),
        "csrf_token": context.get("csrf_token"),
    }


def sections(rooms: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Starred rooms and directs first, then the other rooms, then the other directs; scripts do the same."""
    starred = [room for room in rooms if room["membership"]["starred"]]
    others = [room for room in rooms if not room["membership"]["starred"]]
    return {
        "starred": starred,
        "named": [room for room in others if room["kind"] != "direct"],
        "directs": [room for room in others if room["kind"] == "direct"],
    }


def is_shown(room: Mapping[str, Any], current: str) -> bool:
    """Whether the sidebar holds a room: a hidden one only while it is open or somebody named the reader in it."""
    seen = room["membership"]
    return seen["involvement"] != Involvement.INVISIBLE or room["id"] == current or seen["mention_count"] > 0


@register.simple_tag(takes_context=True)
def shell_start(context: RequestContext) -> dict[str, Any]:
    """What the scripts of every page with a sidebar begin with."""
    room = context.get("room")
    return {
        "me": user_payload(context["request"].user),
        "epoch": room["epoch"] if isinstance(room, Mapping) else Epoch.current(),
        "version": VERSION,
        "build": build(),
        "limits": {"content": settings.CONTENT_LENGTH},
    }


@register.simple_tag
def shell_words() -> dict[str, Any]:
    """What those scripts say."""
    return words()


@register.simple_tag
def build() -> str:
    """Which Campfire made this page, for which script and stylesheet: a part goes into a page of the same build."""
    return " ".join([VERSION, bundles.address("js", "app"), bundles.address("css", "app")])


@register.filter
def is_quiet(membership: Mapping[str, Any]) -> bool:
    """Whether a room is dim and left out of the number in the title: by its level, or muted for now."""
    return membership["involvement"] in QUIET or is_muted(membership)


@register.filter
def is_muted(membership: Mapping[str, Any]) -> bool:
    """Whether a room is muted and the time has not come yet."""
    until = membership["muted_until"] and parse_datetime(membership["muted_until"])
    return until is not None and until > timezone.now()
