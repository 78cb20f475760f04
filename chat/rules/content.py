"""What a message may hold. Pure."""

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


def check_content(content: str, limit: int) -> str:
    """`content` as written, if it is 1 to `limit` characters of which one is no white space."""
    if not content.strip():
        raise ContentTooShort
    if len(content) > limit:
        raise ContentTooLong(f"Content too long: at most {limit:,} characters, this has {len(content):,}.")
    return check_text(content)
