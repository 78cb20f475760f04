"""The search page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from campfire.errors import InvalidFrame
from chat.queries.messages import StoredMessage
from chat.queries.rooms import rooms_of
from chat.queries.search import search, words_of
from chat.templatetags.faces import room_name
from chat.views.excerpts import excerpt
from chat.views.pages import PersonalRequest, private_page
from chat.views.timeline import permalink

MOST = 50


@require_safe
@private_page
def show(request: PersonalRequest) -> HttpResponse:
    """Messages with the words of `?q=`, in all rooms or that of `?room=`, newest first."""
    query = request.GET.get("q", "").strip()
    within = request.GET.get("room", "")
    rooms = rooms_of(request.user)
    names = {room["id"]: room_name(room, request.user.uuid) for room in rooms}
    within = within if within in names else ""
    found, problem = _found(request, query, within)
    return render(
        request,
        "chat/search.html",
        {
            "rooms": rooms,
            "query": query,
            "within": within,
            "within_name": names.get(within, ""),
            "problem": problem,
            "results": [_result(message, query, names) for message in found],
            "may_be_more": len(found) == MOST,
        },
    )


def _found(request: PersonalRequest, query: str, within: str) -> tuple[list[StoredMessage], str]:
    try:
        return search(request.user, query, room_uuid=within or None, limit=MOST) if query else [], ""
    except InvalidFrame as error:
        sentences = [sentence for field in (error.errors or {}).values() for sentence in field]
        return [], " ".join(map(gettext, sentences or [error.message]))


def _result(message: StoredMessage, query: str, names: dict[str, str]) -> dict[str, object]:
    payload = message.payload()
    return {
        "message": payload,
        "room_name": names.get(payload["room_id"], ""),
        "at": timezone.localtime(message.created_at),
        "permalink": permalink(payload),
        "excerpt": excerpt(message.content, message.html, words_of(query)),
    }
