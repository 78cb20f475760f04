"""What talk means where Markdown would make something else of it: each case stands for its kind."""

import pytest

from chat.rules.markdown import render_fully, render_markdown
from chat.rules.plain_text import plain_text
from chat.rules.room_references import NamedRoom, names_rooms, rooms_in, without_rooms

pytestmark = pytest.mark.sqlite

HALL, CHAT = "0199c0de-1111-7222-8333-444455556666", "0199c0de-1111-7222-8333-444455557777"
ROOMS = (NamedRoom(HALL, "hall"), NamedRoom(CHAT, "Hall of Mirrors"))


def shown(content: str) -> str:
    """The body without the paragraph around it, and without what every link says of itself."""
    html = render_fully(content, (), ROOMS).html.replace(' rel="noopener noreferrer nofollow"', "").strip()
    inner = html.removeprefix("<p>").removesuffix("</p>")
    return inner if html == f"<p>{inner}</p>" and "<p>" not in inner and "</p>" not in inner else html


def link(text: str, address: str = "") -> str:
    return f'<a href="{address or text}">{text}</a>'


def mail(address: str) -> str:
    return link(address, f"mailto:{address}")


def room(uuid: str, text: str) -> str:
    return f'<a class="room-ref" href="/rooms/{uuid}" data-room-id="{uuid}">{text}</a>'


def box(sign: str) -> str:
    label = "To do" if sign == "☐" else "Done"
    return f'<span class="task" role="img" aria-label="{label}">{sign}</span>'


def code(text: str, language: str = "", span: str = "") -> str:
    kind = f' class="language-{language}"' if language else ""
    word, end = text[:-1], text[-1:]
    return f"<pre><code{kind}>" + (f'<span class="{span}">{word}</span>{end}' if span else text) + "</code></pre>"


def table(head: str, *rows: str) -> str:
    """A table with a cell for each letter."""

    def row(cells: str, tag: str) -> str:
        return "<tr>\n" + "".join(f"<{tag}>{cell}</{tag}>\n" for cell in cells) + "</tr>\n"

    body = "".join(row(cells, "td") for cells in rows)
    return (
        f"<table>\n<thead>\n{row(head, 'th')}</thead>\n" + (f"<tbody>\n{body}</tbody>\n" if rows else "") + "</table>"
    )


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
    "Wow![a](https://e.com)": f"Wow!{link('a', 'https://e.com')}",
    "[](https://e.com)": link("https://e.com"),
    "![ ](https://e.com/p.png)": link("https://e.com/p.png"),
    "[x]()": "[x]()",
    "![x]( ) and [a](/b)": f"![x]( ) and {link('a', '/b')}",
    "http://[::1]:8000/x": link("http://[::1]:8000/x"),
    "http://[x]/": "http://[x]/",
    "a|https://e.com/a|b": f"a|{link('https://e.com/a')}|b",
    "https://e.com/x…": f"{link('https://e.com/x')}…",
    "https://e.com/x\u200b": f"{link('https://e.com/x')}\u200b",
    "https://e.com/\u202egpj.exe": f"{link('https://e.com/')}\u202egpj.exe",
    "https://example.com/%E2%80%AEgpj.exe": link("https://example.com/%E2%80%AEgpj.exe"),
    "https://xn--80ak6aa92e.com": link("https://xn--80ak6aa92e.com"),
    "file.//x.y": "file.//x.y",
    "[docs](www.e.com)": f"[docs]({link('www.e.com', 'http://www.e.com')})",
    '{"url":"https://e.com/x","b":1}': f'{{"url":"{link("https://e.com/x")}","b":1}}',
    '["https://e.com/a","https://e.com/b"]': f'["{link("https://e.com/a")}","{link("https://e.com/b")}"]',
    '{"mail":"a@e.com"}': f'{{"mail":"{link("a@e.com", "mailto:a@e.com")}"}}',
    "E-Mail:a@e.com, mail=a@e.com": f"E-Mail:{mail('a@e.com')}, mail={mail('a@e.com')}",
    "a@e.com,b@e.com;c@e.com": f"{mail('a@e.com')},{mail('b@e.com')};{mail('c@e.com')}",
    "'a@e.com' [a@e.com] „a@e.com“": f"'{mail('a@e.com')}' [{mail('a@e.com')}] „{mail('a@e.com')}“",
    "邮箱：a@e.com。": f"邮箱：{mail('a@e.com')}。",
    "FOO=https://e.com/x BAR=1": f"FOO={link('https://e.com/x')} BAR=1",
    "http://my_service:8080/x": link("http://my_service:8080/x"),
    "官网www.e.com。": f"官网{link('www.e.com', 'http://www.e.com')}。",
    "看github.com/a/b吧": "看github.com/a/b吧",
    "https://e.com/x، «https://e.com/x» https://e.com/x।": "{0}، «{0}» {0}।".format(link("https://e.com/x")),
    "_dmarc.e.com": "_dmarc.e.com",
    "https://user:pw@e.com/": link("https://user:pw@e.com/"),
    "[![CI](https://e.com/b.svg)](https://e.com/ci)": link("CI", "https://e.com/ci"),
    "<https://e.com/x|label>": f"&lt;{link('https://e.com/x')}|label&gt;",
    "<https://e.com/x> <a@e.com>": f"{link('https://e.com/x')} {mail('a@e.com')}",
    "ASP.NET and VB.NET": "ASP.NET and VB.NET",
    "Example.com": link("Example.com", "http://Example.com"),
    "main.rs#L42 and app.sh?x": "main.rs#L42 and app.sh?x",
    "example.com#a": link("example.com#a", "http://example.com#a"),
    "git@github.com:a/b.git": "git@github.com:a/b.git",
    "mail ada@e.com: now": f"mail {link('ada@e.com', 'mailto:ada@e.com')}: now",
    "“https://e.com/x”": f"“{link('https://e.com/x')}”",
    "见https://e.com/x。然后": f"见{link('https://e.com/x')}。然后",
    "https://e.com/_": link("https://e.com/_"),
    "https://e.com/?q=*": link("https://e.com/?q=*"),
    "https://e.com/~": link("https://e.com/~"),
    "_https://e.com/x_": f"<em>{link('https://e.com/x')}</em>",
    "**see https://e.com/x**.": f"<strong>see {link('https://e.com/x')}</strong>.",
    "www.e.org/_a_": link("www.e.org/_a_", "http://www.e.org/_a_"),
    "e.com/*a*": link("e.com/*a*", "http://e.com/*a*"),
    "http://1.2.3.999/": "http://1.2.3.999/",
    "http://e.com:99999/": "http://e.com:99999/",
    "https://e.com/a%20b": link("https://e.com/a%20b"),
    "[see #hall](https://e.com)": link("see #hall", "https://e.com"),
    "[www.e.com](https://e.com/x)": link("www.e.com", "https://e.com/x"),
    "`https://e.com`": "<code>https://e.com</code>",
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
    "```\n- [ ] x :tada: #hall\n```": code("- [ ] x :tada: #hall\n"),
    "```print(1)\nprint(2)```": code("print(1)\nprint(2)\n"),
    "```it is so\nand so\n```\nafter": code("it is so\nand so\n") + "\n<p>after</p>",
    "```\na``` after\nmore": code("a\n") + "\n<p>after<br>\nmore</p>",
    "```\na\n``` - after": code("a\n") + "\n<ul>\n<li>after</li>\n</ul>",
    "> ```\n> a``` b\n> c": f"<blockquote>\n{code('a' + chr(10))}\n<p>b<br>\nc</p>\n</blockquote>",
    "```plaintext\nx\n```": code("x\n", "plaintext"),
    "```txt\nx\n```": code("x\n", "txt"),
    "```js {1,3}\nx\n```": code("x\n", "js", span="nx"),
    '```python title="a.py"\nx\n```': code("x\n", "python", span="n"),
    "```c is a language\nx\n```": code("c is a language\nx\n"),
    "look: ```a = 1\nb = 2```": "<p>look:</p>\n" + code("a = 1\nb = 2\n"),
    "look: ```\na\n```\nand *then*:\n```\nb\n```": (
        f"<p>look:</p>\n{code('a' + chr(10))}\n<p>and <em>then</em>:</p>\n{code('b' + chr(10))}"
    ),
    "look: ```a``` and ```b\nc": "look: <code>a</code> and ```b<br>\nc",
    "- item ```\n  a\n  ```": f"<ul>\n<li>item{code('a' + chr(10))}\n</li>\n</ul>",
    "~~~ bis morgen!\nAda": "~~~ bis morgen!<br>\nAda",
    "~~~\na\n~~~": code("a\n"),
    "*****": "*****",
    "_____": "_____",
    "* * * * * /usr/bin/x": "* * * * * /usr/bin/x",
    '>"Hello" she said': '<blockquote>\n<p>"Hello" she said</p>\n</blockquote>',
    ">**bold**": "<blockquote>\n<p><strong>bold</strong></p>\n</blockquote>",
    ">>>>>>> main": "&gt;&gt;&gt;&gt;&gt;&gt;&gt; main",
    "```hello\n```": code("hello\n"),
    "```hello\nworld\n```": code("hello\nworld\n"),
    "so:\n```\na```\nafter": "<p>so:</p>\n" + code("a\n") + "\n<p>after</p>",
    "```\na\nb": code("a\nb\n"),
    "```": "```",
    "```\n```": "```<br>\n```",
    "- ```\n  a\n  ```\n- b": "<ul>\n<li>\n" + code("a\n") + "\n</li>\n<li>b</li>\n</ul>",
    ">": "&gt;",
    "> ": "&gt;",
    ">\n> a": "<p>&gt;</p>\n<blockquote>\n<p>a</p>\n</blockquote>",
    ">said": "<blockquote>\n<p>said</p>\n</blockquote>",
    "> > a": "<blockquote>\n<blockquote>\n<p>a</p>\n</blockquote>\n</blockquote>",
    ">.<": "&gt;.&lt;",
    ">_>": "&gt;_&gt;",
    ">:(": "&gt;:(",
    ">50% of it": "&gt;50% of it",
    ">>> import os\n>>> os.getcwd()": "&gt;&gt;&gt; import os<br>\n&gt;&gt;&gt; os.getcwd()",
    "1. a\n5. b\n6. c": '<ol>\n<li>a</li>\n<li value="5">b</li>\n<li>c</li>\n</ol>',
    "1. a\n1. b": "<ol>\n<li>a</li>\n<li>b</li>\n</ol>",
    "* * * * *": "* * * * *",
    "- - -": "- - -",
    "***": "<hr>",
    "- a\n- -": "<ul>\n<li>a</li>\n<li>-</li>\n</ul>",
    "a|b\n-|-\n1|2\nthe answer": table("ab", "12") + "\n<p>the answer</p>",
    "a|b\n-|-\n1|2|3\n4|5": table("ab") + "\n<p>1|2|3<br>\n4|5</p>",
    "a|b\n-|-\n1": table("ab") + "\n<p>1</p>",
    "a|b\n-|-\n1|\\|": table("ab", "1|"),
    "a\n:-:": "a<br>\n:-:",
    "|a|\n|:-:|": '<table>\n<thead>\n<tr>\n<th align="center">a</th>\n</tr>\n</thead>\n</table>',
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
    r"\*\*not so\*\*": "**not so**",
    r"\*not so*": "*not so*",
    r"*a \*b*": r"<em>a \*b</em>",
    r"\_\_init\_\_": "__init__",
    r"¯\_(ツ)_/¯": r"¯\_(ツ)_/¯",
    r"C:\data\..\x": r"C:\data\..\x",
    r"C:\*.txt": r"C:\*.txt",
    r"\d+\.\d*": r"\d+\.\d*",
    r"[a-z\]+": r"[a-z\]+",
    r"\(x\)": r"\(x\)",
    r"\[a](https://e.com)": f"[a]({link('https://e.com')})",
    r"![a\]b](https://e.com)": link("a]b", "https://e.com"),
    r"\`so\`": "`so`",
    r"a \` b": r"a \` b",
    r"\~~so~~": "~~so~~",
    r"~\~": r"~\~",
    r"\# Title": "# Title",
    r"\#hall": "#hall",
    r"\#attic": r"\#attic",
    r"\:tada:": ":tada:",
    r"\:10": r"\:10",
    r"\> said": "&gt; said",
    r"\- one": "- one",
    r"1\. one": "1. one",
    "(a)*(b)*(c)": "(a)*(b)*(c)",
    "see (*) and (*)": "see (*) and (*)",
    "*.c,*.h": "*.c,*.h",
    "*.c and *.h": "*.c and *.h",
    "**/*.py and **/*.js": "**/*.py and **/*.js",
    "a/*b*/c": "a/*b*/c",
    ".*foo.*": ".*foo.*",
    "*/5 * * * *": "*/5 * * * *",
    "f(*args, **kwargs) and g(*args, **kwargs)": "f(*args, **kwargs) and g(*args, **kwargs)",
    "src/_layouts_/x": "src/_layouts_/x",
    "__init__.py": "__init__.py",
    "__init__()": "__init__()",
    "__str__ and __all__": "__str__ and __all__",
    "__so bold__, _soft_.": "<strong>so bold</strong>, <em>soft</em>.",
    "^_^ and -_- and >_< and *_*": "^_^ and -_- and &gt;_&lt; and *_*",
    "*.* and *-* and *_*": "*.* and *-* and *_*",
    "\"*\" or '_' or \"*\" or '_'": "\"*\" or '_' or \"*\" or '_'",
    "_**both**_": "<em><strong>both</strong></em>",
    "*...sighs*": "<em>...sighs</em>",
    "**:warning: Deploy failed**": "<strong>⚠️ Deploy failed</strong>",
    "**/api/v1/users** returns 500": "<strong>/api/v1/users</strong> returns 500",
    "**/a/**/b": "**/a/**/b",
    "**.env** file": "<strong>.env</strong> file",
    "(*^^*) (*´ω`*)": "(*^^*) (*´ω`*)",
    "geht`s noch? hab`s": "geht`s noch? hab`s",
    "`a`s and (`b`)": "<code>a</code>s and (<code>b</code>)",
    "main(*args)\nfoo('*')": "main(*args)<br>\nfoo('*')",
    "__FILE__ and __LINE__": "__FILE__ and __LINE__",
    "**Note:** so": "<strong>Note:</strong> so",
    "**_both_**": "<strong><em>both</em></strong>",
    "***both***": "<em><strong>both</strong></em>",
    "“*so*”": "“<em>so</em>”",
    "*so*…": "<em>so</em>…",
    "*a*/*b*": "<em>a</em>/<em>b</em>",
    "**真，**她": "<strong>真，</strong>她",
    "她**“真”**了": "她<strong>“真”</strong>了",
    "हिन्दी*में*": "हिन्दी*में*",
    "&copy; &amp; &#8203;": "&amp;copy; &amp;amp; &amp;#8203;",
    "**\u200b**": "**\u200b**",
    "a\\\nb": "a\\<br>\nb",
    ":tada: and :+1:": "🎉 and 👍",
    "so :+1::tada:!": "so 👍🎉!",
    "see :-1: so": "see 👎 so",
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


@pytest.mark.parametrize("content", [":tada:", ":tada: :+1:", ":+1::tada:", "🎉:heart:"])
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
