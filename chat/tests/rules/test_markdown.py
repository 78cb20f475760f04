"""Markdown: the quick path, what text becomes, and how long the worst of it takes."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chat.rules.markdown import is_large_emoji, render_fully, render_markdown
from chat.tests.rules.cost import check_cost

pytestmark = pytest.mark.sqlite

LETTERS = st.sampled_from("aZéßжλ中かﬁℹⅫªµ09٣ ,;:?'().!-_*@#/<>&\"`~[]\n\t\u00a0\u200b\u2028\ufe0f=+$%|’…—🎉")
WORDS = st.sampled_from(
    [
        "hello",
        "well-known",
        "e.g.",
        "www.example.com",
        "example.com",
        "a@b.se",
        "http:",
        "http://x.y",
        "1.",
        "-",
        "ℹ",
        "it's",
        "(so)",
        "done.",
        "no!",
        "what?",
        "mailto:",
        "x.ai/y",
        "3.5",
        "---",
        "a/b",
        "and",
        "so\n",
        "🎉",
        "ftp:",
        "a.b",
        "C:",
        "&amp;",
        "&",
        "\\",
        "  ",
        "\n",
        "***",
    ]
)


@given(st.text(LETTERS, max_size=30) | st.lists(WORDS, max_size=8).map(" ".join) | st.text(max_size=30))
@settings(max_examples=1500, deadline=None)
@example("ℹ")
@example("a. b")
@example("https:x")
@example("word -")
def test_the_quick_path_says_what_the_full_rendering_says(content: str) -> None:
    assert render_markdown(content) == render_fully(content)


def test_plain_text_takes_the_quick_path() -> None:
    began = time.perf_counter()
    for _ in range(1000):
        render_markdown("Good morning, is anybody there? I am (as ever) at well-known places.")
    quick = time.perf_counter() - began
    began = time.perf_counter()
    for _ in range(100):
        render_fully("Good morning, is anybody there? I am (as ever) at well-known places.")

    assert quick / 1000 < (time.perf_counter() - began) / 100


@pytest.mark.parametrize(
    ("content", "html"),
    [
        ("**bold** and *soft* and ~~gone~~", "<p><strong>bold</strong> and <em>soft</em> and <s>gone</s></p>\n"),
        ("`x < y`", "<p><code>x &lt; y</code></p>\n"),
        ("one\ntwo", "<p>one<br>\ntwo</p>\n"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        (
            "see https://e.com/x?a=1&b=2",
            '<p>see <a href="https://e.com/x?a=1&amp;b=2" rel="noopener noreferrer nofollow">https://e.com/x?a=1&amp;b=2</a></p>\n',
        ),
        ("👍", '<p class="emoji-only">👍</p>\n'),
    ],
)
def test_marks_become_html(content: str, html: str) -> None:
    assert render_markdown(content).html == html


def test_code_is_coloured_in_known_languages_only() -> None:
    assert '<span class="k">def</span>' in render_markdown("```python\ndef f(): pass\n```").html
    assert "<span" not in render_markdown("```nonsense\ndef f(): pass\n```").html


def test_ten_emoji_are_large_and_eleven_are_not() -> None:
    assert is_large_emoji("🎉" * 10)
    assert is_large_emoji("👩‍🚀 👩‍🚀")
    assert not is_large_emoji("🎉" * 11)
    assert not is_large_emoji("🎉 party")
    assert not is_large_emoji("   ")


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "](",
        "![",
        "*",
        "_",
        "`",
        "> ",
        "<",
        "&",
        "\\",
        "~~",
        "|",
        "(",
        "@",
        "#",
        "- ",
        "a**a ",
        "[a](",
        "<a ",
        "$",
        "*a_",
        "`a",
        "\n> ",
        "http://",
        "a@",
        "|-|\n",
    ],
)
def test_50_000_of_anything_are_rendered_soon(piece: str) -> None:
    check_cost(piece, 50_000)


def test_brackets_that_nothing_closes_stay_text_beside_links() -> None:
    assert render_fully("[[[").html == "<p>[[[</p>\n"
    assert render_fully("[ [a](https://b.example) [").html.count("<a ") == 1
