"""Where talk is not CommonMark: rules for markdown-it that leave text as it was typed. Pure.

People write `1986. A great year`, `2*3*4` and `C:\\temp` and mean just that (docs/markdown.md lists what is what).
"""

import re
from collections.abc import Callable
from functools import cache

import emoji
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, heading, hr, list_block
from markdown_it.rules_inline import StateInline, link
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

BlockRule = Callable[[StateBlock, int, int, bool], bool]

_ORDERED = re.compile(r"(\d{1,9})[.)]")
# What a backslash takes the meaning from; before anything else, itself included, it is a backslash.
_ESCAPED = set("*_`~[]#>@:|<!-.()")
_SHORTCODE = re.compile(r":([a-z0-9+][a-z0-9_+-]*):")
# Scripts that are written without spaces: there a word's middle is no reason against emphasis.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
_TASK = re.compile(r"\[([ xX])\] ")
_BOXES = {" ": "☐", "x": "☑", "X": "☑"}


def speak(parser: MarkdownIt) -> None:
    """Teach `parser` all of it."""
    block, inline = parser.block.ruler, parser.inline.ruler
    block.disable(["lheading", "reference", "html_block"])
    block.at("code", _never)
    block.at("paragraph", _paragraph)
    block.at("hr", hr, {"alt": []})
    block.at("list", _list, {"alt": ["paragraph", "blockquote"]})
    block.at("heading", _heading, {"alt": ["paragraph", "blockquote"]})
    inline.at("escape", _escape)
    inline.at("emphasis", _emphasis)
    inline.before("text", "shortcode", _shortcode)
    inline.before("link", "picture", _picture)
    parser.core.ruler.push("tasks", _tasks)


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _never(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """No code by indentation. As the rule is there, nothing else begins on a line indented by four, either."""
    return False


def _paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Lines up to an empty one or where something else begins. A quote or item holds only lines that are marked so."""
    line, last = start + 1, state.lineMax
    terminators = state.md.block.ruler.getRules("paragraph")
    parent, state.parentType = state.parentType, "paragraph"
    while line < last and not state.isEmpty(line) and state.sCount[line] >= state.blkIndent:
        is_indented = state.sCount[line] - state.blkIndent > 3
        if not is_indented and any(rule(state, line, last, True) for rule in terminators):
            break
        line += 1
    state.line = line
    opening = state.push("paragraph_open", "p", 1)
    text = state.push("inline", "", 0)
    text.content, text.children = state.getLines(start, line, state.blkIndent, False).strip(), []
    opening.map = text.map = [start, line]
    state.push("paragraph_close", "p", -1)
    state.parentType = parent
    return True


def _list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A list begins with `-`, `*` or the number 1, and with something in its first item."""
    text = _line(state, start)
    number = _ORDERED.match(text)
    marker = number.group() if number else text[:1]
    if number and int(number[1]) > 1:
        return False
    if marker == "+" or not text[len(marker) :].strip():
        return False
    return bool(list_block(state, start, end, silent))


def _heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`# ` with something behind it."""
    return bool(_line(state, start).strip("# \t")) and bool(heading(state, start, end, silent))


def _escape(state: StateInline, silent: bool) -> bool:
    """A backslash takes the meaning from what has one; before anything else it is a backslash."""
    if state.src[state.pos] != "\\":
        return False
    following = state.src[state.pos + 1 : state.pos + 2]
    is_escape = following in _ESCAPED and following != "" and state.src[state.pos - 1 : state.pos] != "\\"
    if not silent:
        token = state.push("text_special", "", 0)
        token.content = following if is_escape else "\\"
        token.markup, token.info = "\\" + following if is_escape else "\\", "escape"
    state.pos += 1 + is_escape
    return True


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Markers as tokens. In the middle of a word they are no markers: `2*3*4`, `snake_case`."""
    marker = state.src[state.pos]
    if silent or marker not in "_*":
        return False
    scanned = state.scanDelims(state.pos, marker == "*")
    around = state.src[state.pos - 1 : state.pos], state.src[state.pos + scanned.length :][:1]
    splits = all(one.isalnum() and not _UNSPACED.match(one) for one in around)
    for _ in range(scanned.length):
        state.push("text", "", 0).content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker),
                length=scanned.length,
                token=len(state.tokens) - 1,
                end=-1,
                open=scanned.can_open and not splits,
                close=scanned.can_close and not splits,
            )
        )
    state.pos += scanned.length
    return True


@cache
def _emoji() -> dict[str, str]:
    """Emoji by the names people type, without colons."""
    names: dict[str, str] = {}
    for character, data in emoji.EMOJI_DATA.items():
        if data["status"] == emoji.STATUS["fully_qualified"]:
            for name in (data["en"], *data.get("alias", ())):
                names.setdefault(name.strip(":").lower(), character)
    return names


def _shortcode_at(source: str, position: int) -> tuple[str, int] | None:
    """The emoji that is named at `position` by a word of its own, and where the name ends."""
    match = _SHORTCODE.match(source, position)
    before = source[position - 1 : position] if position else ""
    if match is None or before.isalnum() or before in ("/", ":") or source[match.end() : match.end() + 1].isalnum():
        return None
    found = _emoji().get(match[1])
    return (found, match.end()) if found else None


def _shortcode(state: StateInline, silent: bool) -> bool:
    """`:tada:` is an emoji where it is a known name; `10:30:45` is a time."""
    if state.src[state.pos] != ":":
        return False
    found = _shortcode_at(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.pending += found[0]
    state.pos = found[1]
    return True


def with_emoji(content: str) -> str:
    """`content` with the emoji that are named in it."""
    if ":" not in content:
        return content
    parts, position = [], 0
    for match in re.finditer(":", content):
        if match.start() >= position and (found := _shortcode_at(content, match.start())):
            parts += [content[position : match.start()], found[0]]
            position = found[1]
    return "".join([*parts, content[position:]])


def _picture(state: StateInline, silent: bool) -> bool:
    """Pictures come by upload; one that is written as Markdown is a link by its description."""
    if not state.src.startswith("![", state.pos):
        return False
    start = state.pos
    state.pos += 1
    if link(state, silent):
        return True
    state.pos = start
    return False


def _tasks(state: object) -> None:
    """`[ ]` and `[x]` at the beginning of an item are boxes."""
    tokens: list[Token] = state.tokens  # type: ignore[attr-defined]
    for item, _paragraph_open, text in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if item.type != "list_item_open" or text.type != "inline" or not text.children:
            continue
        first = text.children[0]
        match = _TASK.match(first.content) if first.type == "text" else None
        if match:
            box = Token("task", "span", 0)
            box.content = _BOXES[match[1]]
            first.content = " " + first.content[match.end() :]
            text.children.insert(0, box)
