"""`*soft*`, `**bold**` and backslashes where people mean them, as rules for markdown-it. Pure.

Both stay what was typed where they mean nothing: `2*3*4`, `**/*.py`, `src/_layouts_/x`, `C:\\temp\\..\\x`, `\\d+\\.`
"""

import re
import unicodedata
from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, backtick
from markdown_it.rules_inline.balance_pairs import processDelimiters
from markdown_it.rules_inline.state_inline import Delimiter

from chat.rules.mentions import match_at
from chat.rules.room_references import room_at
from chat.rules.shortcodes import shortcodes_at

# Scripts that are written without spaces: there a word's middle is no reason against emphasis.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
_RUN = re.compile(r"([*_])\1*")
_ESCAPED_RUN = re.compile(r"(\\[*_])\1*")
# A name of Python.
_DUNDER = re.compile(r"__[A-Za-z][A-Za-z0-9_]*__(?!\w)")
# A mark opens nothing behind these: `(a)*(b)`, `.*x`
_BEHIND_SOMETHING = re.compile(r"(?:[)\]}\\.=]|(?<![*_~])/)$")
# Nor before these: `(*)`, `**/*.py`, `*_*`
_GOES_ON = re.compile(r"[)\]},;^´]|:(?![a-z0-9+-])|/(?![A-Za-z])|[^\w\s*_][*_]|_\*|\*_")
# One alone does not before these: `*.py`
_SUFFIX = re.compile(r"\.[\w{\[]")
_QUOTES = set("\"'“”‘’`")
# `_` and marks with a backslash open something only where a word begins: not in `^_^`, not at the arm of `¯\\_(ツ)_/¯`.
_WORD_BEGINS_BEHIND = set(" \n\t([{\"'“‘«„–—|*_~")
# It closes nothing before these: `)*(`
_BEGINNING = ("(", "[", "{")
# Nor behind these: `**/a/**`
_ENDS_NOTHING_BEHIND = (*_BEGINNING, "/")
# Nor does `_` before these: `_config_.yml`
_NAME_GOES_ON = re.compile(r"[.:-]\w")
# How many of them make a pair.
_FEWEST = {"`": 2, "~": 4}
_OF_LINKS, _BEHIND_NUMBERS = set("[]!"), set(".)")
_LINE_MARK = re.compile(r"\\(?:#{1,6}|>|-|\*) ")


def speak_marks(parser: MarkdownIt) -> None:
    """Teach `parser` emphasis, escapes, and where code in a line begins."""
    parser.inline.ruler.at("backticks", _backticks)
    parser.inline.ruler.at("escape", _escape)
    parser.inline.ruler.at("emphasis", _emphasis)
    parser.inline.ruler2.after("balance_pairs", "escaped_pairs", _settle_escapes)


def _backticks(state: StateInline, silent: bool) -> bool:
    """Code begins where a word does: the backtick of `hab`s` is an apostrophe."""
    position = state.pos
    is_one = state.src[position] == "`" and state.src[position + 1 : position + 2] != "`"
    if not is_one or not position or not _is_word(state.src[position - 1]):
        return bool(backtick(state, silent))
    if not silent:
        state.pending += "`"
    state.pos += 1
    return True


def _is_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN" and not _UNSPACED.match(character)


def _begins_word(before: str) -> bool:
    return not before or before[-1] in _WORD_BEGINS_BEHIND or _UNSPACED.match(before[-1]) is not None


def _opens(mark: str, before: str, behind: str) -> bool:
    """Whether `mark` between these two texts may begin emphasis."""
    if not behind or behind[0].isspace() or _GOES_ON.match(behind) or (len(mark) == 1 and _SUFFIX.match(behind)):
        return False
    if mark[0] != "*":
        return _begins_word(before) and not {before[-1:], behind[0]} <= _QUOTES
    if not before:
        return True
    return not (_is_word(before[-1]) or _BEHIND_SOMETHING.search(before) or {before[-1], behind[0]} <= _QUOTES)


def _closes(mark: str, before: str, behind: str) -> bool:
    """Whether `mark` between these two texts may end emphasis."""
    if not before or before[-1].isspace() or before[-1] in _ENDS_NOTHING_BEHIND or {before[-1], behind[:1]} <= _QUOTES:
        return False
    if mark == "_" and _NAME_GOES_ON.match(behind):
        return False
    return not behind or not (_is_word(behind[0]) or behind[0] in _BEGINNING)


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Marks as tokens. In the middle of a word they are none: `2*3*4`, `snake_case`."""
    run = _RUN.match(state.src, state.pos, state.posMax)
    if silent or run is None:
        return False
    dunder = _DUNDER.match(state.src, state.pos, state.posMax)
    if dunder:
        state.pending += dunder[0]
        state.pos = dunder.end()
        return True
    state.delimiters += _push(state, run, run[1])
    return True


def _push(state: StateInline, run: re.Match[str], mark: str) -> list[Delimiter]:
    """A token for each mark of `run`, and what it may begin or end."""
    before = state.src[max(0, run.start() - 2) : run.start()]
    behind = state.src[run.end() : min(run.end() + 2, state.posMax)]
    opens, closes, length = _opens(run[0], before, behind), _closes(mark[-1], before, behind), len(run[0]) // len(mark)
    delimiters = []
    for _ in range(length):
        state.push("text", "", 0).content = mark
        token = len(state.tokens) - 1
        delimiters.append(Delimiter(ord(mark[-1]), length=length, token=token, end=-1, open=opens, close=closes))
    state.pos = run.end()
    return delimiters


def _escape(state: StateInline, silent: bool) -> bool:
    """A backslash takes the meaning from what has one; before anything else it is a backslash."""
    if state.src[state.pos] != "\\":
        return False
    run = _ESCAPED_RUN.match(state.src, state.pos, state.posMax)
    if state.src[state.pos - 1 : state.pos] == "\\":
        takes = False
    elif run and not silent and not _begins_line(state):
        # Whether these mean something is known when all marks are: see `_settle_escapes`.
        for delimiter in _push(state, run, run[1]):
            state.tokens[delimiter.token].meta = {"open": delimiter.open, "close": delimiter.close}
            state.delimiters.append(replace(delimiter, open=False, close=False))
        return True
    else:
        takes = _takes_meaning(state)
    if not silent:
        state.pending += state.src[state.pos + 1] if takes else "\\"
    state.pos += 1 + takes
    return True


def _begins_line(state: StateInline) -> bool:
    """Whether a line begins here that would be a list, a quote or a heading without its backslash."""
    return (not state.pos or state.src[state.pos - 1] == "\n") and bool(_LINE_MARK.match(state.src, state.pos))


def _takes_meaning(state: StateInline) -> bool:
    """Whether what stands behind the backslash here would mean something without it."""
    source, position = state.src, state.pos + 1
    following = source[position : position + 1]
    if following in _FEWEST:
        return source.count(following) >= _FEWEST[following]
    if following in _OF_LINKS:
        return source.find("](", position) >= 0 and (following != "!" or source.startswith("[", position + 1))
    if following in _BEHIND_NUMBERS:
        before = source[source.rfind("\n", 0, state.pos) + 1 : state.pos]
        return before.strip().isdigit() and source[position + 1 : position + 2] in (" ", "")
    return _begins_line(state) or _names_something(state, position)


def _names_something(state: StateInline, position: int) -> bool:
    """Whether an emoji, a person or a room is named at `position`."""
    match state.src[position : position + 1]:
        case ":":
            return shortcodes_at(state.src, position) is not None
        case "@":
            return match_at(state.src, position + 1, state.env.get("people", ())) is not None
        case "#":
            return room_at(state.src, position + 1, state.env.get("rooms", ())) is not None
    return False


def _settle_escapes(state: StateInline) -> None:
    """A backslash before a mark goes where the mark would be one of a pair; else it stays."""
    for delimiters in (state.delimiters, *(meta["delimiters"] for meta in state.tokens_meta if meta)):
        if not any(state.tokens[one.token].meta for one in delimiters):
            continue
        closing = {one.end for one in delimiters}
        free = [
            replace(one, **state.tokens[one.token].meta)
            for index, one in enumerate(delimiters)
            if one.end < 0 and index not in closing
        ]
        processDelimiters(state, free)
        for opening in (one for one in free if one.end >= 0):
            for one in (opening, free[opening.end]):
                token = state.tokens[one.token]
                token.content = token.content.removeprefix("\\")
