"""What the room page shows and hands to its scripts."""

from typing import Any
from uuid import uuid4

from django.conf import settings

from accounts.payloads import user_payload
from chat import history
from chat.models import Epoch, Membership
from chat.rooms_of import room_of, rooms_of
from chat.templatetags.faces import room_name
from chat.views.pages import PersonalRequest
from chat.views.people import may_add_people
from chat.views.timeline import rows
from chat.views.welcome import inviter_in, welcome
from chat.views.words import words

PAGE = 40
PEOPLE = 500


def room_context(
    request: PersonalRequest, membership: Membership, page: history.Page, target: int | None
) -> dict[str, Any]:
    """Everything templates/chat/room.html reads. `target` is the seq of a permalink."""
    me = request.user
    rooms = rooms_of(me)
    # An archived room is in no list, and may still be read.
    room = next((room for room in rooms if room["id"] == str(membership.room.uuid)), None) or room_of(membership)
    inviter = inviter_in(me, membership.room)
    people = [user_payload(user) for user in membership.room.people.order_by("name_key", "pk")[:PEOPLE]]
    return {
        "rooms": rooms,
        "current": room["id"],
        "room": room,
        "title": room_name(room, me.uuid),
        "people": people,
        "page": page,
        "rows": rows(page, reader=me, last_read_seq=_marker_within(membership, page)),
        "target": target,
        "may_invite": inviter is not None,
        "may_add_people": may_add_people(me, membership.room),
        "welcome": None if page.messages else welcome(request, inviter, membership.room),
        "unread_above": _unread_above(membership, page, room["membership"]["unread_count"]),
        # Sent twice by an impatient finger, the form still posts once.
        "form_id": uuid4(),
        "words": words(),
        "start": {
            "me": user_payload(me),
            "epoch": Epoch.current(),
            "room": room,
            "people": people,
            "target": target,
            "limits": {"content": settings.CONTENT_LENGTH},
        },
    }


def _marker_within(membership: Membership, page: history.Page) -> int | None:
    """The read marker, if what follows it begins on this page."""
    oldest = page.messages[-1].seq if page.messages else 0
    return None if page.has_older and membership.last_read_seq + 1 < oldest else membership.last_read_seq


def _unread_above(membership: Membership, page: history.Page, unread: int) -> dict[str, Any] | None:
    """What to offer when the first unread message lies above this page: how many, since when, where."""
    oldest = page.messages[-1].seq if page.messages else 0
    if not unread or not page.has_older or page.has_newer or membership.last_read_seq + 1 >= oldest:
        return None
    first = history.page(membership.room, after=membership.last_read_seq, limit=1).messages
    return {"count": unread, "first": first[0]} if first and first[0].seq < oldest else None
