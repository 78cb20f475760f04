"""What a message may hold: 1 to 10,000 characters, one of them no white space, all of them storable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campfire.errors import ContentTooLong, ContentTooShort, InvalidFrame
from chat.rules.content import check_content, check_text, is_blank

pytestmark = pytest.mark.sqlite

LIMIT = 10_000


@given(st.integers(0, 15_000))
def test_length_decides(length: int) -> None:
    content = "x" * length
    if length == 0:
        with pytest.raises(ContentTooShort, match=r"^Content too short"):
            check_content(content, LIMIT)
    elif length > LIMIT:
        with pytest.raises(ContentTooLong, match=r"^Content too long"):
            check_content(content, LIMIT)
    else:
        assert check_content(content, LIMIT) == content


@pytest.mark.parametrize("character", ["x", "å", "中", "👍"])
def test_the_limit_counts_characters_of_any_script(character: str) -> None:
    assert check_content(character * LIMIT, LIMIT) == character * LIMIT
    with pytest.raises(ContentTooLong, match="10,000"):
        check_content(character * (LIMIT + 1), LIMIT)


@given(st.text(st.sampled_from(" \t\n\r\u00a0\u2003\u3000"), max_size=50))
def test_white_space_alone_is_nothing(content: str) -> None:
    with pytest.raises(ContentTooShort):
        check_content(content, LIMIT)


UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u2800\u3164\u115f\ufe0f\u034f\U000e0100\x07"


@given(st.text(st.sampled_from(" \n" + UNSEEN), min_size=1, max_size=20))
def test_what_nobody_can_see_is_nothing(content: str) -> None:
    with pytest.raises(ContentTooShort):
        check_content(content, LIMIT)
    assert check_content(content + "x", LIMIT) == content + "x"


@given(st.text(min_size=1).filter(lambda text: not is_blank(text)))
def test_what_is_accepted_is_kept_as_written_and_can_be_stored(content: str) -> None:
    if "\x00" in content:
        with pytest.raises(InvalidFrame):
            check_content(content, LIMIT)
    else:
        assert check_content(content, LIMIT) is content
        content.encode()


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "fine\udfff"])
def test_null_bytes_and_half_characters_are_refused(text: str) -> None:
    with pytest.raises(InvalidFrame):
        check_text(text)
