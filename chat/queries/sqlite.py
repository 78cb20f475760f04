"""What SQLite holds, as it is elsewhere: for statements that are read past the ORM."""

from datetime import UTC, datetime
from functools import lru_cache


def uuid_text(digits: str) -> str:
    """A UUID as it is written, of the 32 digits that SQLite holds; one that is written so already stays."""
    return digits if "-" in digits else f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


# People, rooms and workspaces come again in every row.
known_uuid_text = lru_cache(maxsize=4096)(uuid_text)


def aware(moment: datetime | None) -> datetime | None:
    """A time with its zone, which SQLite does not keep: it is UTC."""
    return moment and moment.replace(tzinfo=UTC)
