"""What a message may hold. Pure."""

import unicodedata

from campfire.errors import ContentTooLong, ContentTooShort, InvalidFrame


def check_text(text: str) -> str:
    """`text`, unless a database or a browser could not hold it: null bytes and lone surrogates are `InvalidFrame`."""
    if "\x00" in text:
        raise InvalidFrame("Text may not contain null bytes.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise InvalidFrame("Text may not contain lone surrogates.") from None
    return text


# Letters and marks that are drawn as nothing: fillers of Hangul, the braille blank, joiners and selectors of variants.
_UNSEEN = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}


def is_blank(content: str) -> bool:
    """Whether nothing in `content` can be seen: white space, zero-width and control characters."""
    text = content.strip()
    if text.isascii() and text.isprintable():
        return not text
    return "\x00" not in text and all(
        one in _UNSEEN or unicodedata.category(one) in ("Cc", "Cf", "Zs", "Zl", "Zp") for one in text
    )


def check_content(content: str, limit: int) -> str:
    """`content` as written, if it is 1 to `limit` characters of which one can be seen."""
    if is_blank(content):
        raise ContentTooShort
    if len(content) > limit:
        raise ContentTooLong(f"Content too long: at most {limit:,} characters, but this has {len(content):,}.")
    return check_text(content)
