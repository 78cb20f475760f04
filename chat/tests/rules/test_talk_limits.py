"""Whatever is typed in talk: no letter of it is lost or moved, and nothing takes long."""

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chat.rules.code import languages
from chat.rules.markdown import render_fully, render_markdown
from chat.rules.plain_text import plain_text
from chat.rules.shortcodes import with_emoji
from chat.tests.rules.cost import check_cost
from chat.tests.rules.test_talk import FILES, ROOMS

pytestmark = pytest.mark.sqlite

PIECES = [
    *"*_:#>-+=\\[]()!`~.|\n ",
    *"    ",
    *FILES,
    "a",
    "2",
    "1986.",
    ":tada:",
    ":a:",
    "it's",
    "http://x.y/:",
    "- [ ] ",
    "#hall",
    "\\\\",
    "word",
]

MORE = [
    *FILES[:2],
    "<b>",
    "&",
    "&amp;",
    "語",
    "、",
    "`",
    "```",
    "```python\n",
    "```so it is\n",
    "\n```\n",
    "> ",
    "\n> ",
    "\n- ",
    "\n1. ",
    "\n5. ",
    "|",
    "a|b\n-|-\n",
    "\n1|2|3\n",
    "[x](https://e.com/p)",
    "[](https://e.com/p)",
    "www.e.org/_a_",
    "https://e.com/x",
    "ada@e.com",
    "\\*",
    "\\_",
    "**",
    "~~",
]
THOUSANDS = [
    *[":", "#", ">", ">\n", "> \n", "- [", "\\", "*", "1. ", "1. a\n", ":a", ":tada:", ":tada:x", "![", "[](", "a.b/"],
    *["\\*", "\\_a ", "\\`", "\\[", "\\:", "\\.", "\\#", "a\\*b*", "```\n", "```a b\n", "```a\nb```\n", "~~~"],
    *["a|b\n", "|", "|-", "|a|b\n|-|-\n", "https://a.b/ ", "www.a.b ", "a@e.com:b ", "*www.a.b/*", "_a_ ", "&amp;"],
    *["* * ", "[a](b) ", "[ ](/b)", "#hall ", "a\n> a\n", "a\n>> a\n", "](a|b\n-|-\n1. ", "x ```a\n", "x ```\n"],
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@settings(max_examples=1500, deadline=None)
@example("a :tada: b")
@example("a:b:c")
@example("a ::")
def test_the_quick_path_says_what_the_full_rendering_says(content: str) -> None:
    assert render_markdown(content) == render_fully(content)


SHOWN_ELSEWHERE = [
    (r"(?m)(`{3,}|~{3,})[ ]*python[ ]*$", ""),  # the colours
    (r"\d+[.)](?=\s|$)", ""),  # the numbers of items
]


@given(st.lists(st.sampled_from([*PIECES, *MORE]), min_size=1, max_size=14).map("".join))
@settings(max_examples=3000, deadline=None)
def test_nothing_that_can_be_read_is_lost_or_moved(content: str) -> None:
    """Every letter and digit that is typed is shown, in its place."""
    if content.isspace() or not content:
        return
    readable, shown = with_emoji(content), render_fully(content, (), ROOMS).html
    for pattern, instead in SHOWN_ELSEWHERE:
        readable = re.sub(pattern, instead, readable)
    # Of a link that is called otherwise, the address stands behind its name.
    shown = re.sub(r'<a [^>]*?href="(https://e\.com/p)"[^>]*>(.*?)</a>', r"\2 \1", shown)
    letters = iter(plain_text(shown))
    assert all(letter in letters for letter in readable if letter.isalnum()), shown


@pytest.mark.parametrize("depth", [5, 30, 500])
@pytest.mark.parametrize("mark", ["> ", "- ", "1. "])
def test_what_is_deep_inside_is_shown(mark: str, depth: int) -> None:
    assert "word" in plain_text(render_fully(mark * depth + "word").html)


def test_a_huge_table_ends_where_a_page_could_not_show_it() -> None:
    html = render_fully("a|b\n-|-\n" + "1|2\n" * 2400).html
    assert html.count("<td>") <= 2000
    assert plain_text(html).count("1") == 2400
    wide = render_fully("|a" * 2200 + "\n" + "|-" * 2200).html
    assert "<th>" not in wide
    assert wide.count("|a") == 2200


@pytest.mark.parametrize("piece", [*THOUSANDS])
def test_thousands_of_them_take_no_time(piece: str) -> None:
    check_cost(piece, 10_000, ROOMS)


@pytest.mark.parametrize(("language", "piece"), [("csharp", "a\n"), ("java", "a b\n"), ("xpp", "a\n"), ("zeek", "1")])
def test_what_is_slow_to_colour_is_not_coloured(language: str, piece: str) -> None:
    began = time.thread_time()
    render_fully(f"```{language}\n{(piece * 10_000)[:9_900]}\n```")
    assert time.thread_time() - began < 2


def test_every_name_of_a_language_can_be_written() -> None:
    for language in languages():
        assert plain_text(render_fully(f"```{language}\nx = 1\n```").html) == "x = 1", language
