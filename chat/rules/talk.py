"""Where talk is not CommonMark: rules for markdown-it that leave text as it was typed. Pure.

People write `1986. A great year`, `2*3*4` and `C:\\temp` and mean just that (docs/markdown.md lists what is what).
What begins a line is in chat/rules/blocks.py, what stands in it in marks.py, addresses.py and here.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, autolink, link
from markdown_it.token import Token

from chat.rules.addresses import speak_addresses
from chat.rules.blocks import align_cells, number_items, speak_blocks
from chat.rules.content import is_blank
from chat.rules.marks import speak_marks
from chat.rules.shortcodes import shortcodes_at

_TASK = re.compile(r"\[([ xX])\] ")
_NOWHERE = re.compile(r"\]\(\s*\)$")
_BOXES = {" ": ("☐", "To do"), "x": ("☑", "Done"), "X": ("☑", "Done")}


def speak(parser: MarkdownIt) -> None:
    """Teach `parser` all of it."""
    speak_blocks(parser)
    speak_addresses(parser)
    speak_marks(parser)
    inline = parser.inline.ruler
    # `&copy;` is what somebody typed who means `&copy;`.
    inline.disable("entity")
    inline.before("text", "shortcode", _shortcode)
    inline.at("link", _link)
    inline.at("autolink", _autolink)
    inline.before("link", "picture", _picture)
    inline.before("link", "lone_bracket", _lone_bracket)
    parser.core.ruler.push("finish", _finish)


def _shortcode(state: StateInline, silent: bool) -> bool:
    """`:tada:` is an emoji where it is a known name; `10:30:45` is a time."""
    if state.src[state.pos] != ":":
        return False
    found = shortcodes_at(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.pending += found[0]
    state.pos = found[1]
    return True


def _can_be_link(state: StateInline, position: int) -> bool:
    """Whether any link ends behind `position`: without this each of thousands of brackets is tried as a link."""
    source, last = state.env.get("last_link", (None, -1))
    if source is not state.src:
        last = state.src.rfind("](")
        state.env["last_link"] = (state.src, last)
    return bool(last > position)


def _lone_bracket(state: StateInline, silent: bool) -> bool:
    """An opening bracket that begins no link is text."""
    if state.src[state.pos] != "[" or _can_be_link(state, state.pos):
        return False
    if not silent:
        state.pending += "["
    state.pos += 1
    return True


def _link(state: StateInline, silent: bool) -> bool:
    """A link that leads nowhere is text: `[x]()`."""
    start = state.pos
    if not link(state, True) or _NOWHERE.search(state.src, start, state.pos):
        state.pos = start
        return False
    state.pos = start
    return bool(link(state, silent))


def _picture(state: StateInline, silent: bool) -> bool:
    """Pictures come by upload; one that is written as Markdown is a link by its description."""
    start = state.pos
    is_picture = state.src.startswith("![", start) and not state.src[start - 1 : start].isalnum()
    if not is_picture or not _can_be_link(state, start + 1):
        return False
    state.pos += 1
    # Within a link it is no link of its own, but that one's text.
    is_link = _link(state, silent or state.linkLevel > 0)
    if not is_link:
        state.pos = start
    elif state.linkLevel and not silent:
        state.pending += state.src[start + 2 : state.md.helpers.parseLinkLabel(state, start + 1, True)]
    return is_link


def _autolink(state: StateInline, silent: bool) -> bool:
    """`<https://…>` with nothing else in it."""
    end = state.src.find(">", state.pos)
    return "|" not in state.src[state.pos : end] and bool(autolink(state, silent))


def _finish(state: StateCore) -> None:
    number_items(state.tokens)
    align_cells(state.tokens)
    _tasks(state.tokens)
    for token in state.tokens:
        token.children = _named_links(token.children) if token.children else token.children


def _tasks(tokens: list[Token]) -> None:
    """`[ ]` and `[x]` at the beginning of an item are boxes."""
    for item, _paragraph_open, text in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if item.type != "list_item_open" or text.type != "inline" or not text.children:
            continue
        first = text.children[0]
        match = _TASK.match(first.content) if first.type == "text" else None
        if match:
            box = Token("task", "span", 0)
            box.content, box.attrs["aria-label"] = _BOXES[match[1]]
            first.content = " " + first.content[match.end() :]
            text.children.insert(0, box)


def _named_links(tokens: list[Token]) -> list[Token]:
    """A link that would show nothing shows where it leads."""
    named: list[Token] = []
    address, shown, opened = "", "", 0
    for token in tokens:
        if token.type == "link_open":
            address, shown, opened = str(token.attrs["href"]), "", len(named)
        elif token.type == "link_close" and is_blank(shown):
            named[opened + 1 :] = [Token("text", "", 0, content=address)]
        shown += token.content
        named.append(token)
    return named
