"""The piece of a message around what was searched for, as a reader sees it, with the words marked."""

import re

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from chat.rules.plain_text import plain_text

LENGTH = 280
BEFORE = 80


def excerpt(content: str, rendered: str, words: list[str]) -> SafeString:
    """At most `LENGTH` characters of a message from shortly before the first of `words`, each of them in `<mark>`.

    Its text without Markdown; as written where a word stands only there, as in the address of a link.
    """
    text = plain_text(rendered)
    hidden = any(word.casefold() not in text.casefold() for word in words)
    return _around(content if hidden else text, words)


def _around(content: str, words: list[str]) -> SafeString:
    pattern = re.compile(
        "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or "(?!)", re.IGNORECASE
    )
    first = pattern.search(content)
    start = max(0, first.start() - BEFORE) if first and first.end() > LENGTH else 0
    piece = content[start : start + LENGTH]
    marked = format_html_join("", "{}", ((part,) for part in _parts(piece, pattern)))
    return format_html("{}{}{}", "…" if start else "", marked, "…" if start + LENGTH < len(content) else "")


def _parts(piece: str, pattern: re.Pattern[str]) -> list[str]:
    parts: list[str] = []
    end = 0
    for match in pattern.finditer(piece):
        parts += [piece[end : match.start()], format_html("<mark>{}</mark>", match.group())]
        end = match.end()
    return [*parts, piece[end:]]
