"""Rendering stored messages anew, after the rules of what text becomes have changed.

What a message says stays, so it takes no version and nobody is told; pages show it from the next load on.
"""

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from chat.actions.messages import rooms_named
from chat.models import Message, Revision
from chat.rules.markdown import render_markdown
from chat.rules.mentions import Person
from chat.rules.room_references import NamedRoom

BATCH = 500
_MENTION = re.compile(r'<span class="mention" data-user-id="([0-9a-f-]{36})">@(.*?)</span>')
_ROOM = re.compile(r'<a class="room-ref"[^>]*? data-room-id="([0-9a-f-]{36})"[^>]*>#(.*?)</a>')


class Step(NamedTuple):
    """A batch that is done: the row id of its last message, how many messages it had, how many look otherwise now."""

    last: int
    seen: int
    changed: int


def to_render(*, after: int = 0) -> int:
    """How many messages there are above row id `after`."""
    return Message.objects.filter(pk__gt=after, deleted_at=None).count()


def render_messages(*, after: int = 0) -> Iterator[Step]:
    """Render every message above row id `after`, batch by batch. May be ended and gone on with at any batch."""
    while rows := list(_rows(after)):
        changed = sum(_render(row) for row in rows)
        after = rows[-1].pk
        yield Step(after, len(rows), changed)


def _rows(after: int) -> list[Message]:
    found = Message.objects.filter(pk__gt=after, deleted_at=None).select_related("creator", "room").order_by("pk")
    return list(found.prefetch_related("revisions")[:BATCH])


def _render(row: Message) -> bool:
    """Store how `row` and its earlier wordings look now. Whether it looks otherwise."""
    for revision in row.revisions.all():
        earlier = _rendered(row, revision)
        if earlier != revision.html:
            Revision.objects.filter(pk=revision.pk).update(html=earlier)
    rendered = _rendered(row, row)
    if rendered == row.html:
        return False
    # Unless it has been edited or deleted meanwhile.
    return bool(Message.objects.filter(pk=row.pk, version=row.version, deleted_at=None).update(html=rendered))


def _rendered(row: Message, wording: Message | Revision) -> str:
    # Whom it named it names for ever, by the name they had.
    people = tuple(Person(0, uuid, html.unescape(name)) for uuid, name in _MENTION.findall(wording.html))
    rooms = tuple(NamedRoom(uuid, html.unescape(name)) for uuid, name in _ROOM.findall(wording.html))
    if not rooms and row.creator is not None:
        rooms = rooms_named(wording.content, row.room.uuid, row.creator)
    return render_markdown(wording.content, people, rooms).html
