"""Faces and names in templates; static/js/helpers/people.js does the same in the browser."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template

register = template.Library()

HUES = 12


@register.filter
def hue(uuid: object) -> str:
    """The CSS class of a person's hue: `hue-0` to `hue-11`, from the random end of their id."""
    tail = str(uuid or "")[-4:]
    try:
        return f"hue-{int(tail, 16) % HUES}"
    except ValueError:
        return "hue-0"


@register.filter
def initials(name: str) -> str:
    """The first letters of the first and the last word: `Ada King Lovelace` is `AL`."""
    words = str(name or "").split()
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()


@register.filter
def others(room: Mapping[str, Any], me: object) -> Sequence[Mapping[str, Any]]:
    """The people of a direct room but oneself; alone with oneself, oneself."""
    people: list[Mapping[str, Any]] = list(room.get("people", ()))
    return [person for person in people if person["id"] != str(me)] or people


@register.filter
def room_name(room: Mapping[str, Any], me: object) -> str:
    """What a person calls a room: its name, or in a direct the names of the others."""
    return room["name"] or ", ".join(person["name"] for person in others(room, me))
