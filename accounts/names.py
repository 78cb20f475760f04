"""Names of people and workspaces: what is kept of what somebody typed. Pure.

Order and direction marks and invisible characters go, as they make one name look like another (Unicode TR 36);
stacked marks are cut, as they run over other lines (reliability: attack 16).
"""

import re
import unicodedata

LENGTH = 100
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_STACKED = 3


def clean_name(text: str) -> str:
    """`text` composed (NFC), without control and invisible characters, single-spaced; may be empty."""
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    text = "".join(" " if unicodedata.category(character) in {"Cc", "Cs"} else character for character in text)
    return " ".join(_without_stacks(text).split())


def name_key(name: str) -> str:
    """The form under which names are compared: compatibility-normalised (NFKC), case-folded, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _without_stacks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _STACKED:
            kept.append(character)
    return "".join(kept)
