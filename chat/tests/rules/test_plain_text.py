"""Rendered messages as text."""

import pytest

from chat.rules.markdown import render_markdown
from chat.rules.mentions import Person
from chat.rules.plain_text import plain_text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("plain", "plain"),
        ("**bold** and _soft_ and `code`", "bold and soft and code"),
        ("[the page](https://a.example/x)", "the page"),
        ("# Title\n\nfirst\nsecond", "Title\nfirst\nsecond"),
        ("- one\n- two", "one\ntwo"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a\nb\n1\n2"),
        ("```python\nif x < 3:\n    pass\n```", "if x < 3:\npass"),
        ("a < b & c > d", "a < b & c > d"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("&lt;b&gt;", "&lt;b&gt;"),
        ("@Ben Okafor look", "@Ben Okafor look"),
        ("", ""),
    ],
)
def test_what_a_reader_sees(content: str, text: str) -> None:
    people = (Person(1, "01a1fda1-4f45-725b-85ff-562844c88eeb", "Ben Okafor"),)
    assert plain_text(render_markdown(content, people).html) == text
