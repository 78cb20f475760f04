"""What the room page shows and hands to its scripts."""

from typing import Any
from uuid import uuid4

from accounts.payloads import user_payload
from campfire.http.parts import is_part
from chat import access
from chat.models import Membership, Room
from chat.queries import history
from chat.queries.rooms import room_of, rooms_of
from chat.templatetags.faces import room_name
from chat.templatetags.words import words
from chat.views.pages import PersonalRequest
from chat.views.people import may_add_people
from chat.views.timeline import rows
from chat.views.welcome import inviter_in, welcome

PAGE = 40
# In the list of the header; all of them have a page of their own.
PEOPLE = 100


def room_frame(request: PersonalRequest, membership: Membership) -> dict[str, Any]:
    """What every page about one room reads: the room on the wire, what one may do with it, and the sidebar's rooms.

    The main part alone has no sidebar, so nobody asks for three hundred rooms to show one.
    """
    me, rooms = request.user, None if is_part(request) else rooms_of(request.user)
    # An archived room is in no list, and may still be read.
    room = next((room for room in rooms or () if room["id"] == str(membership.room.uuid)), None) or room_of(membership)
    within = membership.room
    may_change = not within.is_direct and access.may_change(me, within, within.creator_id)
    return {
        "me": me,
        "rooms": rooms,
        "current": room["id"],
        "room": room,
        "title": room_name(room, me.uuid),
        "may_change": may_change,
        "may_add_people": may_add_people(within, may_change=may_change),
    }


def room_context(
    request: PersonalRequest, membership: Membership, page: history.Page, target: int | None
) -> dict[str, Any]:
    """Everything templates/chat/room.html reads. `target` is the seq of a permalink."""
    me, frame = request.user, room_frame(request, membership)
    room = frame["room"]
    inviter = inviter_in(me, membership.room)
    people, count = _people(membership.room)
    return frame | {
        "people": people,
        "people_count": count,
        "page": page,
        "rows": rows(page, reader=me, last_read_seq=_marker_within(membership, page), target=target),
        "target": target,
        "target_is_gone": target is not None and all(message.seq != target for message in page.messages),
        "may_invite": inviter is not None,
        "welcome": None if page.messages or room["archived_at"] else welcome(request, inviter, membership.room),
        "unread_above": _unread_above(membership, page, room["membership"]["unread_count"]),
        # Sent twice by an impatient finger, the form still posts once.
        "form_id": uuid4(),
        "edited": words()["edited"],
        "data": {"room": room, "people": people},
    }


def _people(room: Room) -> tuple[list[dict[str, Any]], int]:
    """Who is in the room by name, and how many; of a crowd those who came first, as nobody sorts thousands for this."""
    everybody = room.people.filter(is_active=True)
    count = everybody.count()
    order = ["name_key", "pk"] if count <= PEOPLE else ["memberships__pk"]
    return [user_payload(user) for user in everybody.order_by(*order)[:PEOPLE]], count


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
