"""Public identifiers: UUIDv7, so that they sort by time and index well (RFC 9562)."""

import uuid

import uuid_utils


def new_id() -> uuid.UUID:
    """A fresh UUIDv7 as the standard library's type."""
    return uuid.UUID(int=uuid_utils.uuid7().int)
