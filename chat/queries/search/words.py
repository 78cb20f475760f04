"""The words of a query, as the databases take them."""

import re
from collections.abc import Sequence

TRIGRAM = 3
_LIKE = re.compile(r"[\\%_]")


class Words:
    """`long` ones, which a trigram index finds, and `short` ones."""

    def __init__(self, words: Sequence[str]) -> None:
        self.all = list(words)
        self.long = [word for word in words if len(word) >= TRIGRAM]
        self.short = [word for word in words if len(word) < TRIGRAM]


def pattern(word: str) -> str:
    """What LIKE takes for a text with `word` somewhere in it, a backslash being its escape."""
    return "%" + _LIKE.sub(r"\\\g<0>", word) + "%"
