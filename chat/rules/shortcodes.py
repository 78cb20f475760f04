"""Emoji by their names: `:tada:`. Pure."""

import re
from functools import cache

import emoji

_SHORTCODE = re.compile(r":([a-z0-9+-][a-z0-9_+-]*):")


@cache
def _emoji() -> dict[str, str]:
    """Emoji by the names people type, without colons."""
    names: dict[str, str] = {}
    for character, data in emoji.EMOJI_DATA.items():
        if data["status"] == emoji.STATUS["fully_qualified"]:
            for name in (data["en"], *data.get("alias", ())):
                names.setdefault(name.strip(":").lower(), character)
    return names


def shortcodes_at(source: str, position: int) -> tuple[str, int] | None:
    """The emoji that are named at `position`, one after another, and where the last name ends.

    They stand by themselves, not within a word: `10:30:45` is a time.
    """
    before = source[position - 1 : position] if position else ""
    if before.isalnum() or before in ("/", ":"):
        return None
    found: list[str] = []
    end = position
    while (match := _SHORTCODE.match(source, end)) and (one := _emoji().get(match[1])):
        if source[match.end() : match.end() + 1].isalnum():
            break
        found.append(one)
        end = match.end()
    return ("".join(found), end) if found else None


def with_emoji(content: str) -> str:
    """`content` with the emoji that are named in it."""
    if ":" not in content:
        return content
    parts, position = [], 0
    for match in re.finditer(":", content):
        if match.start() >= position and (found := shortcodes_at(content, match.start())):
            parts += [content[position : match.start()], found[0]]
            position = found[1]
    return "".join([*parts, content[position:]])
