"""What a line begins in talk: quotes, lists, headings, code and tables, as rules for markdown-it. Pure.

Each holds back where people mean just what they typed: `1986. A great year`, `>.<`, `* * * * *`.
"""

import re
from collections.abc import Iterator
from itertools import count

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, heading, hr, list_block, table
from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token

from chat.rules.code import language_of

MOST_CELLS = 2_000

_ORDERED = re.compile(r"(\d{1,9})[.)]")
# With something behind it. `>.<` is a face, `>50%` a number, `>>> ` the prompt of Python and `>>>>>>>` a conflict.
_QUOTE = re.compile(r"(?!>>>)>(?:[ \t>]+[^ \t>]|[^\W\d_]|[\"“@`\[]|\*\*)")
_LISTED = re.compile(r"[ \t]*[*+-](?:[ \t]|$)")
_BACKTICKS = re.compile(r"(?<!`)```(?!`)")
_FENCE_INSIDE = re.compile(r"(?<!`)(```)(?!`)([^`]*)$")
_FENCE = re.compile(r"(`{3,})([^`]*)$|(~{3,})([^~]*)$")


def speak_blocks(parser: MarkdownIt) -> None:
    """Teach `parser` what a line begins."""
    ruler = parser.block.ruler
    ruler.disable(["lheading", "reference", "html_block"])
    ruler.at("code", _never)
    ruler.at("paragraph", _paragraph)
    ruler.at("table", _table, {"alt": ["paragraph"]})
    ruler.at("fence", _fence, {"alt": ["paragraph", "blockquote", "list"]})
    ruler.at("blockquote", _quote, {"alt": ["paragraph", "blockquote", "list"]})
    ruler.at("hr", _rule, {"alt": []})
    ruler.at("list", _list, {"alt": ["paragraph", "blockquote"]})
    ruler.at("heading", _heading, {"alt": ["paragraph", "blockquote"]})


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _never(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """No code by indentation. As the rule is there, nothing else begins on a line indented by four, either."""
    return False


def _has_room(state: StateBlock, levels: int) -> bool:
    """Whether a block of `levels` may begin here: what is deeper than the parser goes would be lost."""
    return bool(state.level + levels < state.md.options.maxNesting)


def _paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Lines up to an empty one or where something else begins. A quote or item holds only lines that are marked so."""
    line, last = start + 1, state.lineMax
    terminators = state.md.block.ruler.getRules("paragraph")
    parent, state.parentType = state.parentType, "paragraph"
    fence = _fence_inside(state, start)
    while not fence and line < last and not state.isEmpty(line) and state.sCount[line] >= state.blkIndent:
        is_indented = state.sCount[line] - state.blkIndent > 3
        if not is_indented and any(rule(state, line, last, True) for rule in terminators):
            break
        fence = _fence_inside(state, line)
        line += 1
    state.line = line
    opening = state.push("paragraph_open", "p", 1)
    text = state.push("inline", "", 0)
    content = state.getLines(start, line, state.blkIndent, False).strip()
    text.content, text.children = content.removesuffix(fence).rstrip(), []
    opening.map = text.map = [start, line]
    state.push("paragraph_close", "p", -1)
    state.parentType = parent
    if fence:
        _begin_at(state, line - 1, fence)
        _fence(state, line - 1, last, False)
    return True


def _fence_inside(state: StateBlock, line: int) -> str:
    """What of a line is a fence and what stands behind it, if it is closed below: `the error: ```Traceback …`"""
    text = _line(state, line).rstrip()
    opening = _FENCE_INSIDE.search(text)
    # In pairs they are code within the line.
    if opening is None or not opening.start() or len(_BACKTICKS.findall(text)) % 2 == 0:
        return ""
    code, rest, behind = _up_to_fence(state, line + 1, state.lineMax, opening[1])
    has_code = opening[2].strip() or rest.strip() or any(not state.isEmpty(one) for one in range(line + 1, code))
    return opening[0] if behind is not None and has_code else ""


def _quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`>` before something that is said: lines that all begin with it."""
    if not _QUOTE.match(_line(state, start)) or not _has_room(state, 1):
        return False
    if silent:
        return True
    last = start + 1
    while last < end and _line(state, last).startswith(">"):
        last += 1
    # The parser would look on to the next empty line, for each quote anew.
    below, state.lineMax = state.lineMax, last
    is_quote = bool(blockquote(state, start, last, silent))
    state.lineMax = below
    return is_quote


def _rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`---` in one piece, or three others: `* * * * *` is what cron reads, `*****` a password."""
    line = _line(state, start).strip()
    return " " not in line and (line[:1] == "-" or len(line) == 3) and bool(hr(state, start, end, silent))


def _list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A list begins with `-`, `*` or the number 1, and with something in its first item that is no item itself."""
    text = _line(state, start)
    number = _ORDERED.match(text)
    marker = number.group() if number else text[:1]
    if number and int(number[1]) > 1:
        return False
    behind = text[len(marker) :]
    if marker == "+" or not behind.strip(" \t*+-") or (not number and _LISTED.match(behind)):
        return False
    return _has_room(state, 2) and bool(list_block(state, start, end, silent))


def _heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`# ` with something behind it."""
    return bool(_line(state, start).strip("# \t")) and bool(heading(state, start, end, silent))


def _fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Code up to the next fence, wherever that stands.

    What stands behind the first fence names the language, if it is one and code follows; else it is code too.
    """
    opening = _FENCE.match(_line(state, start))
    if opening is None or state.is_code_block(start):
        return False
    fence, info = opening[1] or opening[3], (opening[2] or opening[4] or "").strip()
    last, rest, behind = _up_to_fence(state, start + 1, end, fence)
    # `~~~` is how some people end a sentence.
    if fence[0] == "~" and behind is None:
        return False
    lines = [state.getLines(start + 1, last, state.sCount[start], False)] if last > start + 1 else []
    lines += [rest] if rest else []
    language = language_of(info) if "".join(lines).strip() else ""
    if info and not language:
        lines.insert(0, info)
    if not "".join(lines).strip():
        return False
    if not silent:
        token = state.push("fence", "code", 0)
        token.info, token.markup, token.content = language, fence, "\n".join(lines) + "\n"
        state.line = last if behind is None else last + 1
        if behind:
            _begin_at(state, last, behind)
        token.map = [start, state.line]
    return True


def _up_to_fence(state: StateBlock, start: int, end: int, fence: str) -> tuple[int, str, str | None]:
    """The line that ends the code, what of it is code, and what stands behind the fence (None if there is no fence)."""
    for line in range(start, end):
        code, closing, behind = _line(state, line).partition(fence)
        if (code or closing) and state.sCount[line] < state.blkIndent:
            return line, "", None
        if closing:
            return line, code, behind.lstrip(fence[0]).strip()
    return end, "", None


def _begin_at(state: StateBlock, line: int, text: str) -> None:
    """Have the next block begin within `line`, with the `text` at its end."""
    state.line = line
    state.bMarks[line] = state.src.rindex(text, state.bMarks[line], state.eMarks[line])
    state.tShift[line], state.sCount[line] = 0, state.blkIndent


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A table ends where a line has no `|` or more cells than its head, and is of a size that a page can show."""
    if not table(state, start, end, True):
        return False
    columns = _cells(state, start)
    if silent or columns > MOST_CELLS:
        return columns <= MOST_CELLS
    last, most_rows = start + 2, MOST_CELLS // columns
    while last < end and last - start <= most_rows and "|" in _line(state, last) and _cells(state, last) <= columns:
        last += 1
    return bool(table(state, start, last, False))


def _cells(state: StateBlock, line: int) -> int:
    cells = escapedSplit(_line(state, line).strip().removeprefix("|"))
    return len(cells) - (cells[-1] == "")


def number_items(tokens: list[Token]) -> None:
    """Items say the number they were given where it is not the next one: `1.` and then `5.`"""
    counters: list[Iterator[int]] = []
    for token in tokens:
        if token.type == "ordered_list_open":
            counters.append(count(int(token.attrs.get("start", 1))))
        elif token.type == "ordered_list_close":
            counters.pop()
        elif token.type == "list_item_open" and token.info:
            expected, given = next(counters[-1]), int(token.info)
            if given > expected:
                token.attrSet("value", str(given))
                counters[-1] = count(given + 1)


def align_cells(tokens: list[Token]) -> None:
    """By an attribute: styles are not let through."""
    for token in tokens:
        if token.type in ("th_open", "td_open") and (style := token.attrGet("style")):
            token.attrs = {"align": str(style).removeprefix("text-align:")}
