"""Faces and names in templates; static/js/helpers/people.js does the same in the browser."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.translation import gettext as _

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
    """What a person calls a room: its name, in a direct the other's name, or `Ben, Cleo and 2 more` by first names."""
    if room["name"]:
        return str(room["name"])
    names = [person["name"] for person in others(room, me)]
    return names[0] if len(names) == 1 else _listed(names)


def _listed(names: Sequence[str]) -> str:
    short = [name.split(" ", 1)[0] for name in names]
    first, second, *more = short if len(set(short)) == len(short) else names
    words = several_names()
    if not more:
        return words["names_two"].format(first=first, second=second)
    if len(more) == 1:
        return words["names_three"].format(first=first, second=second, third=more[0])
    return words["names_more"].format(first=first, second=second, count=len(more))


def several_names() -> dict[str, str]:
    """How several people are named together, for scripts too."""
    return {
        "names_two": _("{first} and {second}"),
        "names_three": _("{first}, {second} and {third}"),
        "names_more": _("{first}, {second} and {count} more"),
    }
