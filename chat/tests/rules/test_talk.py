"""What talk means where Markdown would make something else of it: each case stands for its kind."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chat.rules.markdown import render_fully, render_markdown
from chat.rules.plain_text import plain_text
from chat.rules.rooms import NamedRoom, names_rooms, rooms_in, without_rooms

pytestmark = pytest.mark.sqlite

HALL, CHAT = "0199c0de-1111-7222-8333-444455556666", "0199c0de-1111-7222-8333-444455557777"
ROOMS = (NamedRoom(HALL, "hall"), NamedRoom(CHAT, "Hall of Mirrors"))


def shown(content: str) -> str:
    """The body without the paragraph around it, and without what every link says of itself."""
    html = render_fully(content, (), ROOMS).html.replace(' rel="noopener noreferrer nofollow"', "").strip()
    inner = html.removeprefix("<p>").removesuffix("</p>")
    return inner if html.startswith("<p>") and "<p>" not in inner and "</p>" not in inner else html


def link(text: str, address: str = "") -> str:
    return f'<a href="{address or text}">{text}</a>'


def room(uuid: str, text: str) -> str:
    return f'<a class="room-ref" href="/rooms/{uuid}" data-room-id="{uuid}">{text}</a>'


def box(sign: str) -> str:
    return f'<span class="task">{sign}</span>'


FILES = [
    "readme.md",
    "lib.rs",
    "run.sh",
    "v1.2.py",
    "app.ts",
    "git.io",
    "Android.mk",
    "main.go",
    "a.zip",
    "x.ai",
    "index.js",
]


@pytest.mark.parametrize("word", FILES)
def test_what_looks_like_a_file_is_text(word: str) -> None:
    assert shown(f"see {word}, or {word}.") == f"see {word}, or {word}."
    assert shown(f"*{word}*") == f"<em>{word}</em>"


ADDRESSES = {
    "example.com": link("example.com", "http://example.com"),
    "see python.org.": f"see {link('python.org', 'http://python.org')}.",
    "www.lib.rs": link("www.lib.rs", "http://www.lib.rs"),
    "git.io/abc": link("git.io/abc", "http://git.io/abc"),
    "ada@readme.md": link("ada@readme.md", "mailto:ada@readme.md"),
    "https://readme.md": link("https://readme.md"),
    "see https://example.com/x: yes": f"see {link('https://example.com/x')}: yes",
    "https://example.com/x!": f"{link('https://example.com/x')}!",
    "(https://e.com/a_b_c)": f"({link('https://e.com/a_b_c')})",
    "**https://e.com/x**": f"<strong>{link('https://e.com/x')}</strong>",
    "https://e.com:8000/x:y": link("https://e.com:8000/x:y"),
    "ftp://x.y/z": "ftp://x.y/z",
    "//e.com/x": "//e.com/x",
    "<ftp://x.y/z>": "&lt;ftp://x.y/z&gt;",
    "[a](ftp://x.y/z)": "[a](ftp://x.y/z)",
    "[a](javascript:alert(1))": "[a](javascript:alert(1))",
    "[a](readme.md)": "[a](readme.md)",
    "[a](/search)": link("a", "/search"),
    "[a](https://e.com)": link("a", "https://e.com"),
    "![plan](https://e.com/p.png)": link("plan", "https://e.com/p.png"),
    "Hey ![plan] what?": "Hey ![plan] what?",
    "[1]: https://e.com": f"[1]: {link('https://e.com')}",
}

BLOCKS = {
    "> quote\nthe answer": "<blockquote>\n<p>quote</p>\n</blockquote>\n<p>the answer</p>",
    "> one\n> two": "<blockquote>\n<p>one<br>\ntwo</p>\n</blockquote>",
    "> one\n\n> two": "<blockquote>\n<p>one</p>\n</blockquote>\n<blockquote>\n<p>two</p>\n</blockquote>",
    "- a\n- b\nthat is all": "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<p>that is all</p>",
    "- a\n  goes on": "<ul>\n<li>a<br>\ngoes on</li>\n</ul>",
    "- a\n    - b": "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>",
    "1. a\n2. b": "<ol>\n<li>a</li>\n<li>b</li>\n</ol>",
    "so:\n* a\n* b": "<p>so:</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>",
    "1986. A great year": "1986. A great year",
    "2. is what I meant": "2. is what I meant",
    "+ one more": "+ one more",
    "+1": "+1",
    "-": "-",
    "*": "*",
    "1.": "1.",
    "a text\n---": "a text<br>\n---",
    "a text\n===": "a text<br>\n===",
    "---": "<hr>",
    "    indented": "indented",
    "    # indented": "# indented",
    "    - indented": "- indented",
    "# Title": "<h1>Title</h1>",
    "#": "#",
    "###": "###",
    "#hashtag": "#hashtag",
    "- [ ] a\n- [x] b": f"<ul>\n<li>{box('☐')} a</li>\n<li>{box('☑')} b</li>\n</ul>",
    "1. [X] done": f"<ol>\n<li>{box('☑')} done</li>\n</ol>",
    "[ ] alone": "[ ] alone",
    "- [y] no": "<ul>\n<li>[y] no</li>\n</ul>",
    "```\n- [ ] x :tada: #hall\n```": "<pre><code>- [ ] x :tada: #hall\n</code></pre>",
}

WORDS = {
    "2*3*4": "2*3*4",
    "2 * 3 * 4": "2 * 3 * 4",
    "snake_case_name": "snake_case_name",
    "**bold** and *so*": "<strong>bold</strong> and <em>so</em>",
    "(*so*)": "(<em>so</em>)",
    "这是**重点**内容": "这是<strong>重点</strong>内容",
    r"\\server\share": r"\\server\share",
    r"C:\temp\new": r"C:\temp\new",
    r"\*not so\*": "*not so*",
    r"¯\_(ツ)_/¯": "¯_(ツ)_/¯",
    "a\\\nb": "a\\<br>\nb",
    ":tada: and :+1:": "🎉 and 👍",
    "10:30:45": "10:30:45",
    "10:100:20": "10:100:20",
    "a:tada:b": "a:tada:b",
    ":no_such_name:": ":no_such_name:",
    "`:tada:`": "<code>:tada:</code>",
    "https://e.com/:tada:x": link("https://e.com/:tada:x"),
    "#hall": room(HALL, "#hall"),
    "in #Hall, and #hall of mirrors!": f"in {room(HALL, '#Hall')}, and {room(CHAT, '#hall of mirrors')}!",
    "#hallway": "#hallway",
    "a#hall": "a#hall",
    "`#hall`": "<code>#hall</code>",
    "https://e.com/#hall": link("https://e.com/#hall"),
    "#attic": "#attic",
}


@pytest.mark.parametrize(("content", "html"), {**ADDRESSES, **BLOCKS, **WORDS}.items())
def test_talk(content: str, html: str) -> None:
    assert shown(content) == html


@pytest.mark.parametrize("content", [":tada:", ":tada: :+1:", "🎉:heart:"])
def test_named_emoji_alone_are_large(content: str) -> None:
    assert 'class="emoji-only"' in render_markdown(content).html


def test_a_link_to_a_room_cannot_be_forged() -> None:
    for content in (f'<a class="room-ref" data-room-id="{HALL}">x</a>', f'[x](/rooms/{HALL} "room-ref")'):
        assert rooms_in(render_fully(content).html) == set()


def test_rooms_that_a_reader_does_not_see_are_text() -> None:
    html = render_fully("#hall and #hall of mirrors & <b>", (), ROOMS).html
    assert rooms_in(html) == {HALL, CHAT}
    without = without_rooms(html, {CHAT})
    assert rooms_in(without) == {HALL}
    assert CHAT not in without
    assert plain_text(without) == "#hall and #hall of mirrors & <b>"


@pytest.mark.parametrize(("content", "may"), [("#hall", True), ("see #hall", True), ("# Title", False), ("a#b", False)])
def test_whether_a_room_may_be_named(content: str, may: bool) -> None:
    assert names_rooms(content) is may


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


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@settings(max_examples=1500, deadline=None)
@example("a :tada: b")
@example("a:b:c")
@example("a ::")
def test_the_quick_path_says_what_the_full_rendering_says(content: str) -> None:
    assert render_markdown(content) == render_fully(content)


@given(st.lists(st.sampled_from([*PIECES, "<b>", "&", "語"]), min_size=1, max_size=12).map("".join))
@settings(max_examples=1000, deadline=None)
def test_nothing_that_can_be_read_is_lost(content: str) -> None:
    """Letters and digits, whatever they mean, but for what names something."""
    readable = re.sub(r"[^\w語]|_", "", re.sub(r":\w+:|```\w*|\d+\.", "", content))
    html = render_fully(content).html
    seen = re.sub(r"[^\w語]|_", "", plain_text(html)) + html
    assert all(letter in seen for letter in readable)


@pytest.mark.parametrize("piece", [":", "#", ">", "- [", "\\", "*", "1. ", ":a", "![", "a.b/", "#hall "])
def test_thousands_of_them_take_no_time(piece: str) -> None:
    import time

    began = time.perf_counter()
    render_fully((piece * 50_000)[:10_000], (), ROOMS)
    assert time.perf_counter() - began < 2
