"""Which words of a text are addresses. Pure.

A bare word is one only where it plainly is: `www.…`, something with a path, or a name that ends as no file does. The
rest (`readme.md`, `lib.rs`, `git.io`) looks the same as the name of a file, and those are what people write more often.
"""

import re

from linkify_it import LinkifyIt
from linkify_it.main import Match

SCHEMES = {"http", "https", "mailto"}
# Endings of names of hosts that are not those of files too.
ENDINGS = ("com", "org", "net", "edu", "gov", "eu")
_BARE = re.compile(rf"(?i:www\.\S+|[^/?#]+[/?#]\S*|[^/?#:]+\.(?:{'|'.join(ENDINGS)})(?::\d+)?)")
# What stands behind an address ends the sentence, not the address.
_BEHIND = re.compile(r"[:;,.!?'\"*_~]+$")


class Addresses(LinkifyIt):  # type: ignore[misc]
    """linkify-it, more careful."""

    def __init__(self) -> None:
        super().__init__()
        # They lead nowhere: only `SCHEMES` are let through (chat/rules/markdown.py).
        self.add("ftp:", None)
        self.add("//", None)

    def match(self, text: str) -> list[Match] | None:
        found = [kept for match in super().match(text) or () if (kept := _kept(match))]
        return found or None

    def match_at_start(self, text: str) -> Match | None:
        match = super().match_at_start(text)
        return _kept(match) if match else None


def leads_somewhere(url: str) -> bool:
    """Whether the address of a written link is one that is kept: with a known scheme, or a path of this site."""
    scheme, colon, _ = url.partition(":")
    return scheme.lower() in SCHEMES if colon else url.startswith("/") and not url.startswith("//")


def _kept(match: Match) -> Match | None:
    """`match` without what stands behind it, if it is an address at all."""
    if not match.schema and not _BARE.fullmatch(match.raw):
        return None
    behind = _BEHIND.search(match.raw)
    if behind is not None:
        length = len(behind.group())
        match.last_index -= length
        match.raw, match.text, match.url = match.raw[:-length], match.text[:-length], match.url[:-length]
    return match
