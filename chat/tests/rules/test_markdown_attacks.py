"""Attack 12: whatever is written, what comes out is inert."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.rules.addresses import SCHEMES
from chat.rules.markdown import ATTRIBUTES, TAGS, render_fully, render_markdown
from chat.rules.mentions import Person

pytestmark = pytest.mark.sqlite

ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext></p><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "</style><script>alert(1)</script>",
    "</textarea></title><script>alert(1)</script>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](\u0001javascript:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    '[x](https://a.example "t\\" onmouseover=alert(1) x=\\"")',
    '[x](https://a.example\\" onmouseover=alert(1))',
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "<https://a.example/'onmouseover='alert(1)>",
    "![x](x onerror=alert(1))",
    "![x](javascript:alert(1))",
    '```"><script>alert(1)</script>\ncode\n```',
    "```html\n<script>alert(1)</script>\n```",
    "```x onmouseover=alert(1)\ncode\n```",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "`</code><script>alert(1)</script>`",
    "| a |\n|---|\n| <script>alert(1)</script> |",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<object data=javascript:alert(1)>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "@<script>alert(1)</script>",
    "http://a.example/<script>alert(1)</script>",
    "http://a.example/\"onmouseover=alert(1)//",
]  # fmt: skip


class Inspector(HTMLParser):
    """Notes every tag, attribute and address that is not on the lists."""

    def __init__(self) -> None:
        super().__init__()
        self.violations: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.violations.append(tag)
        for name, value in attrs:
            if name not in ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set()):
                self.violations.append(f"{tag} {name}={value}")
            if name == "href" and urlsplit(value or "").scheme not in SCHEMES | {""}:
                self.violations.append(f"{tag} {value}")

    def handle_comment(self, data: str) -> None:
        self.violations.append(f"comment {data}")

    def handle_decl(self, decl: str) -> None:
        self.violations.append(f"declaration {decl}")


def violations(html: str) -> list[str]:
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.violations


def test_the_inspector_sees_what_is_dangerous() -> None:
    for html in ("<script>1</script>", "<p onclick=x>", "<a href=javascript:1>x</a>", "<img src=x>", "<!-- x -->"):
        assert violations(html), html
    assert violations('<p class="emoji-only">x</p><a href="https://a.example" rel="nofollow">x</a>') == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_come_out_inert(attack: str) -> None:
    for content in (attack, f"> {attack}", f"- {attack}", f"**{attack}**", f"[{attack}](https://a.example)"):
        assert violations(render_markdown(content).html) == []


@given(st.lists(st.sampled_from([*ATTACKS, "\n", "`", "**", "> ", "| a |\n|-|\n", '"', "'", "<", ">"]), max_size=6))
@settings(max_examples=300, deadline=None)
def test_attacks_inside_attacks_come_out_inert(pieces: list[str]) -> None:
    assert violations(render_fully("".join(pieces)).html) == []


def test_a_name_is_no_way_in_either() -> None:
    person = Person(1, "0197c1f0-0000-7000-8000-000000000000", "<script>alert(1)</script>")
    rendered = render_markdown("@<script>alert(1)</script>", (person,))

    assert violations(rendered.html) == []


def test_links_of_no_known_scheme_lose_their_address() -> None:
    assert "href" not in render_markdown("[x](javascript:alert(1))").html
    assert 'href="mailto:ben@example.com"' in render_markdown("[x](mailto:ben@example.com)").html
