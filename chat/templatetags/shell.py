"""The sidebar, on any page of either app: `{% sidebar %}`."""

from typing import Any

from django import template
from django.template.context import RequestContext

from accounts.roles import Role
from chat.rooms_of import rooms_of

register = template.Library()


@register.inclusion_tag("chat/_sidebar.html", takes_context=True)
def sidebar(context: RequestContext) -> dict[str, Any]:
    """The reader's rooms and directs; the page's own `rooms`, where its view has read them already."""
    request = context["request"]
    rooms = context.get("rooms")
    if rooms is None:
        rooms = rooms_of(request.user)
    members = list(request.user.members.select_related("workspace").order_by("pk"))
    return {
        "request": request,
        "me": request.user,
        "workspace": members[0].workspace if members else None,
        "is_guest": all(member.role == Role.GUEST for member in members),
        "named": [room for room in rooms if room["kind"] != "direct"],
        "directs": [room for room in rooms if room["kind"] == "direct"],
        "current": str(context.get("current", "")),
        "theme": context.get("theme", "system"),
        "csrf_token": context.get("csrf_token"),
    }
