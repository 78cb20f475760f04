"""Which words of a text are addresses. Pure.

A bare word is one only where it plainly is: `www.…`, something with a path, or a name that ends as no file does. The
rest (`readme.md`, `lib.rs`, `git.io`) looks the same as the name of a file, and those are what people write more often.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from urllib.parse import urlsplit

from linkify_it import LinkifyIt
from linkify_it.main import Match
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

SCHEMES = {"http", "https", "mailto"}
# Endings of names of hosts that are not those of files too.
ENDINGS = ("com", "org", "net", "edu", "gov", "eu")
# In small letters: `ASP.NET` is no host.
_BARE = re.compile(rf"(?i:www\.\S+)|[^/?#\x80-\U0010ffff]+/\S*|[^/?#:]+\.(?:{'|'.join(ENDINGS)})(?::\d+)?(?:[?#]\S*)?")
# What every text with an address has: to look for it is ten times as quick as to look for the address.
_MAY_BE = re.compile(rf"(?i)\w://|mailto:|\w@\w|www\.|\.(?:{'|'.join(ENDINGS)})\b|\.[^\s./]+/")
# What stands behind an address ends the sentence, not the address.
_BEHIND = ":;,.!?'\""
# Nor is any of these part of one, though a browser would take it.
_ELSEWHERE = re.compile(
    '["|،؛؟۔।«»‹›〈〉［］｛｝～„。，、；：！？（）「」『』【】《》“”‘’…\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]'
)
# Marks that begin something: they are not part of an address behind them, nor are those that end it.
_OPENING = re.compile(r"(?<![^\s(\[{\"'“‘])[*_~]+(?=\S)")
# What linkify takes for a part of the word: letters of scripts without spaces, `url=`, `mail:`, `[`, `,`.
_BEFORE_LINK = re.compile(r"(?:[^\x00-\x7f]|[=+^$`])(?=https?://|www\.)")
_BEFORE_MAIL = re.compile(r"(?:[\[{',;=]|(?<![^\s])(?!mailto:)[^\s/@:]+:)(?=[\w.+-]+@\w)", re.IGNORECASE)
_NUMBER_6 = re.compile(r"(?<=://)\[[0-9A-Fa-f:.]+\]")
_HOST = re.compile(r"(?<=://)[\w.-]+")
_FOUR_NUMBERS = re.compile(r"[\d.]+\.\d+")


@dataclass(frozen=True, slots=True)
class Address:
    """Where an address stands in a text, and where it leads."""

    start: int
    end: int
    url: str


@cache
def _linkify() -> LinkifyIt:
    # They lead nowhere: only `SCHEMES` are let through (chat/rules/markdown.py).
    return LinkifyIt().add("ftp:", None).add("//", None)


def addresses_in(text: str) -> list[Address]:
    """Every address in `text`, in order."""
    if not _MAY_BE.search(text):
        return []
    opened: dict[str, int] = {}
    for opening in _OPENING.finditer(text):
        for mark in opening[0]:
            opened.setdefault(mark, opening.start())
    return [
        address for match in _linkify().match(_made_plain(text)) or () if (address := _address(text, match, opened))
    ]


def _made_plain(text: str) -> str:
    """`text` without what keeps linkify from seeing an address, everything at its place."""
    text = _OPENING.sub(lambda marks: " " * len(marks[0]) if marks[0][0] in text[marks.end() :] else marks[0], text)
    text = _ELSEWHERE.sub(" ", text)
    text = _BEFORE_LINK.sub(" ", text)
    text = _BEFORE_MAIL.sub(lambda before: before[0][:-1] + " ", text)
    text = _NUMBER_6.sub(lambda host: "x" * len(host[0]), text)
    return _HOST.sub(lambda host: host[0].replace("_", "x"), text)


def _address(text: str, match: Match, opened: dict[str, int]) -> Address | None:
    """`match` without what stands behind it, if it is an address at all."""
    # What has been opened before an address ends behind it: `**see https://…**`
    marks = "".join(mark for mark, position in opened.items() if position < match.index)
    raw = text[match.index : match.last_index].rstrip(_BEHIND + marks)
    end, url = match.index + len(raw), match.url.removesuffix(match.raw) + raw
    if not match.schema and not _BARE.fullmatch(raw):
        return None
    # A path on another machine: `git@example.com:a/b.git`
    if match.schema == "mailto:" and re.match(r":\S", text[end : end + 2]):
        return None
    return Address(match.index, end, url) if _has_host(url) else None


def _has_host(url: str) -> bool:
    """Whether a browser can make something of `url`."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    numbers = host.split(".") if _FOUR_NUMBERS.fullmatch(host) else []
    return bool(parts.path or host) and all(number and int(number) < 256 for number in numbers)


def leads_somewhere(url: str) -> bool:
    """Whether the address of a written link is one that is kept: with a known scheme, or a path of this site."""
    scheme, colon, _ = url.partition(":")
    return scheme.lower() in SCHEMES if colon else url.startswith("/") and not url.startswith("//")


def speak_addresses(parser: MarkdownIt) -> None:
    """Teach `parser` to find addresses before anything in them could be taken for a mark."""
    parser.inline.ruler.at("text", _text)
    parser.inline.ruler.before("text", "address", _link)


def _next(state: StateInline) -> Address | None:
    """The first address from here on, unless this is within a link."""
    if state.linkLevel:
        return None
    if state.env.get("addresses_of") is not state.src:
        state.env["addresses_of"], state.env["addresses"] = state.src, addresses_in(state.src)
    addresses: list[Address] = state.env["addresses"]
    following = bisect_left(addresses, state.pos, key=attrgetter("start"))
    return addresses[following] if following < len(addresses) else None


def _text(state: StateInline, silent: bool) -> bool:
    """Text up to where an address or a mark may begin."""
    mark, address = state.md.inline.terminator_re.search(state.src, state.pos), _next(state)
    end = min(mark.start() if mark else state.posMax, address.start if address else state.posMax)
    if end == state.pos:
        return False
    if not silent:
        state.pending += state.src[state.pos : end]
    state.pos = end
    return True


def _link(state: StateInline, silent: bool) -> bool:
    address = _next(state)
    if address is None or address.start != state.pos or address.end > state.posMax:
        return False
    href = state.md.normalizeLink(address.url)
    if not state.md.validateLink(href):
        return False
    if not silent:
        state.push("link_open", "a", 1).attrs = {"href": href}
        state.push("text", "", 0).content = state.src[address.start : address.end]
        state.push("link_close", "a", -1)
    state.pos = address.end
    return True
