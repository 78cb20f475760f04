"""The links of the sidebar: `{% room_links rooms %}`, and `{% room_link_template %}` for scripts to clone.

Somebody may be in hundreds of rooms, and a template takes a fifth of a millisecond for each of their links. So
templates/chat/_room_link.html is rendered once for each *shape* that a link has (which parts of it there are), with a
mark in the place of each value, and the values are put in here.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.conf import settings
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from chat.templatetags.faces import hue, initials, others, room_name
from chat.templatetags.shell import is_muted, is_quiet

register = template.Library()

TEMPLATE = "chat/_room_link.html"
# Between two characters for private use; the values themselves are not searched for it.
MARK = re.compile("\ue000([a-z]+)\ue001")


@dataclass(frozen=True, slots=True)
class Shape:
    """Which parts a link has.

    `kind` is the room's, empty where scripts fill it in; `has_presence` where one other person is behind it, `is_crowd`
    where several are. An unread link with mentions shows these alone.
    """

    kind: str = ""
    is_current: bool = False
    is_unread: bool = False
    is_mentioned: bool = False
    is_quiet: bool = False
    is_muted: bool = False
    has_presence: bool = False
    is_crowd: bool = False


@dataclass(frozen=True, slots=True)
class RoomLink:
    """A link: its shape and what stands in it.

    `face` is how many others are in a direct, or the initials of the one, whose id is `person` and whose hue `hue`.
    """

    shape: Shape
    id: str = ""
    name: str = ""
    unread: str = ""
    mentions: str = ""
    face: str = ""
    hue: str = ""
    person: str = ""


VALUES = ("id", "name", "unread", "mentions", "face", "hue", "person")


@register.simple_tag(takes_context=True)
def room_links(context: RequestContext, rooms: Iterable[Mapping[str, Any]]) -> SafeString:
    """The links of `rooms`, as they are on the wire for the reader."""
    me, current = str(context["me"].uuid), context.get("current")
    return mark_safe("".join(filled(link_to(room, me=me, current=current)) for room in rooms))  # noqa: S308


@register.simple_tag
def room_link_template() -> SafeString:
    """A link for scripts to clone and fill in."""
    return mark_safe(filled(RoomLink(Shape(has_presence=True))))  # noqa: S308


def link_to(room: Mapping[str, Any], *, me: str, current: str | None) -> RoomLink:
    """The link to a room, as `me` sees it while the room `current` is open."""
    seen, people = room["membership"], others(room, me) if room["kind"] == "direct" else ()
    unread, mentions, is_pair = seen["unread_count"], seen["mention_count"], len(room.get("people", ())) == 2
    shape = Shape(
        kind=room["kind"],
        is_current=room["id"] == current,
        is_unread=unread > 0,
        is_mentioned=mentions > 0,
        is_quiet=is_quiet(seen),
        is_muted=is_muted(seen),
        has_presence=is_pair,
        is_crowd=len(people) > 1,
    )
    link = RoomLink(shape, room["id"], room_name(room, me), str(unread or ""), str(mentions or ""))
    if not people:
        return link
    first = people[0]
    face = str(len(people)) if shape.is_crowd else initials(first["name"])
    return replace(link, face=face, hue=hue(first["id"]), person=first["id"] if is_pair else "")


def filled(link: RoomLink) -> str:
    """The HTML of a link, as the template makes it."""
    text, names = (_text.__wrapped__ if settings.DEBUG else _text)(link.shape, get_language())
    return text % tuple(escape(getattr(link, name)) for name in names)


@lru_cache(maxsize=1024)
def _text(shape: Shape, language: str | None) -> tuple[str, tuple[str, ...]]:
    """The template's text for a shape, with `%s` for each value, and the names of these."""
    marks = {name: f"\ue000{name}\ue001" for name in VALUES}
    text = render_to_string(TEMPLATE, {"link": RoomLink(shape, **marks)})
    return MARK.sub("%s", text.replace("%", "%%")), tuple(MARK.findall(text))


def forget() -> None:
    """Have the template rendered anew, in words that may have changed meanwhile."""
    _text.cache_clear()
