"""Markdown to harmless HTML, once, when a message is written. Pure.

CommonMark with tables, strikethrough and bare links (markdown-it-py), raw HTML off, less what is text in talk
(chat/rules/talk.py); then nh3 lets only the tags and attributes below through, whatever came before it.
"""

import html
import re
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import emoji
import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from chat.rules.addresses import SCHEMES, leads_somewhere
from chat.rules.code import highlight
from chat.rules.content import is_blank
from chat.rules.mentions import Person, match_at
from chat.rules.room_references import NamedRoom, begins_at, room_at
from chat.rules.shortcodes import with_emoji
from chat.rules.talk import speak

TAGS = set(
    "a blockquote br code del em h1 h2 h3 h4 h5 h6 hr li ol p pre s span strong table tbody td th thead tr ul".split()
)
ATTRIBUTES = {
    "a": {"class", "data-room-id", "href", "title"},
    "code": {"class"},
    "li": {"value"},
    "ol": {"start"},
    "p": {"class"},
    "span": {"aria-label", "class", "data-user-id", "role"},
    "td": {"align"},
    "th": {"align"},
}
LARGE_EMOJI = 10

# Lines of letters, digits and this punctuation, in which Markdown, linkify and HTML see nothing to do. They begin with
# a letter (but ℹ, the one that is an emoji too) and do not end with a space. A full stop counts only where no name of a
# host goes on, a colon where neither an address nor the name of an emoji begins.
_PLAIN_LINE = (
    r"[^\W\d_ℹ]"
    r"(?:[^\W_]|[^\x00-\x7f\s]|[-,;?'\"()$%=+]|!(?!\[)|:(?!/|[\w+-]*:)|/(?!/)|\.(?=[ \d\n.]|$)| (?! *(?:\n|$)))*"
)
_PLAIN = re.compile(rf"{_PLAIN_LINE}(?:\n{_PLAIN_LINE})*")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Rendered:
    """Sanitised HTML, and the people whose names stand in it, in order, once each."""

    html: str
    mentioned: tuple[Person, ...] = ()


def _mention_rule(state: StateInline, silent: bool) -> bool:
    people: tuple[Person, ...] = state.env.get("people", ())
    if not people or state.src[state.pos] != "@" or state.src[state.pos - 1 : state.pos].isalnum():
        return False
    found = match_at(state.src, state.pos + 1, people)
    if found is None:
        return False
    person, end = found
    if not silent:
        token = state.push("mention", "span", 0)
        token.content = state.src[state.pos : end]
        token.meta = {"uuid": person.uuid}
        state.env["mentioned"][person.uuid] = person
    state.pos = end
    return True


def _room_rule(state: StateInline, silent: bool) -> bool:
    rooms: tuple[NamedRoom, ...] = state.env.get("rooms", ())
    if not rooms or state.linkLevel or state.src[state.pos] != "#" or not begins_at(state.src, state.pos):
        return False
    found = room_at(state.src, state.pos + 1, rooms)
    if found is None:
        return False
    room, end = found
    if not silent:
        token = state.push("room", "a", 0)
        token.content = state.src[state.pos : end]
        token.meta = {"uuid": room.uuid}
    state.pos = end
    return True


def _render_mention(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: MutableMapping[str, Any]
) -> str:
    token = tokens[index]
    return f'<span class="mention" data-user-id="{token.meta["uuid"]}">{html.escape(token.content)}</span>'


def _render_room(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: MutableMapping[str, Any]
) -> str:
    token = tokens[index]
    uuid, name = token.meta["uuid"], html.escape(token.content)
    return f'<a class="room-ref" href="/rooms/{uuid}" data-room-id="{uuid}">{name}</a>'


def _render_task(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: MutableMapping[str, Any]
) -> str:
    token = tokens[index]
    return f'<span class="task" role="img" aria-label="{token.attrs["aria-label"]}">{token.content}</span>'


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "highlight": highlight})
    parser.validateLink = leads_somewhere  # type: ignore[method-assign]
    parser.enable(["table", "strikethrough"]).disable("image")
    speak(parser)
    parser.inline.ruler.before("text", "mention", _mention_rule)
    parser.inline.ruler.before("text", "room", _room_rule)
    parser.add_render_rule("mention", _render_mention)
    parser.add_render_rule("room", _render_room)
    parser.add_render_rule("task", _render_task)
    return parser


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )


def render_markdown(content: str, people: tuple[Person, ...] = (), rooms: tuple[NamedRoom, ...] = ()) -> Rendered:
    """`content` as HTML; `@Name` of one of `people` becomes a mention, `#name` of one of `rooms` a link."""
    if _PLAIN.fullmatch(content):
        return Rendered("<p>" + content.replace("\n", "<br>\n") + "</p>\n")
    return render_fully(content, people, rooms)


def render_fully(content: str, people: tuple[Person, ...] = (), rooms: tuple[NamedRoom, ...] = ()) -> Rendered:
    """`render_markdown` without its quick path for plain text (the two are fuzzed against each other)."""
    shown = with_emoji(content)
    if is_large_emoji(shown):
        return Rendered(f'<p class="emoji-only">{html.escape(shown.strip())}</p>\n')
    env: dict[str, Any] = {"people": people, "rooms": rooms, "mentioned": {}}
    rendered = _cleaner().clean(_parser().render(content, env))
    if "<hr>" not in rendered and is_blank(_TAG.sub("", rendered)):
        return Rendered("<p>" + html.escape(content.strip()).replace("\n", "<br>\n") + "</p>\n")
    return Rendered(rendered, tuple(env["mentioned"].values()))


def is_large_emoji(content: str) -> bool:
    """Whether `content` is nothing but up to ten emoji, which are shown large."""
    compact = "".join(content.split())
    return (
        0 < len(compact) <= LARGE_EMOJI * 8
        and not compact.isascii()
        and emoji.purely_emoji(compact)
        and emoji.emoji_count(compact) <= LARGE_EMOJI
    )
