"""Posting without JavaScript."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from campfire.errors import CampfireError
from chat import access
from chat.actions.messages import post_message
from chat.queries import history
from chat.views.pages import PersonalRequest, private_page
from chat.views.room_page import PAGE, room_context


@require_POST
@private_page
def post(request: PersonalRequest, room_id: UUID) -> HttpResponse:
    """Post and show the room's end; what is refused stays in the box, with the reason."""
    membership = access.membership_for(request.user, room_id)
    content = request.POST.get("content", "").replace("\r\n", "\n")
    client_message_id = _uuid(request.POST.get("client_message_id", ""))
    try:
        post_message(user=request.user, room=room_id, content=content, client_message_id=client_message_id)
    except CampfireError as error:
        page = history.page(membership.room, limit=PAGE)
        refused = {"draft": content, "refusal": gettext(error.message)}
        context = room_context(request, membership, page, target=None) | refused
        return render(request, "chat/room.html", context, status=error.status)
    return redirect("room", room_id)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
