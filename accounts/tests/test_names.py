"""What is kept of a name."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.names import clean_name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ada   Lovelace ", "Ada Lovelace"),
        ("Ada\tLove\nlace", "Ada Love lace"),
        ("Ada\u202eevolevoL", "AdaevolevoL"),
        ("A\u200bd\ufeffa", "Ada"),
        ("Ame\u0301lie", "Am\u00e9lie"),
        ("Ame\u200b\u0301lie", "Am\u00e9lie"),
        ("Z" + "\u0334" * 50, "Z" + "\u0334" * 3),
        ("\u200b\u2060", ""),
        ("王小明", "王小明"),
        ("👩\u200d💻", "👩\u200d💻"),
    ],
)
def test_names(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept


@given(st.text())
def test_cleaning_again_changes_nothing(typed: str) -> None:
    kept = clean_name(typed)
    assert clean_name(kept) == kept
    assert not any(unicodedata.category(character) in {"Cc", "Cs"} for character in kept)
