"""Rendered messages as text, for where markup has no place: results of a search, titles, notifications. Pure."""

import html
import re

import nh3

# The renderer ends what stands on a line of its own with a line break.
_SPACE = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")


def plain_text(rendered: str) -> str:
    """What a reader sees of rendered Markdown, without marks: lines where it has lines, single spaces elsewhere."""
    text = html.unescape(nh3.clean(rendered, tags=set()))
    return _LINES.sub("\n", _SPACE.sub(" ", text)).strip()
