"""Everything that can go wrong on purpose, on one page.

An action raises one of these; REST answers its `status`, the socket an error frame, both with the same
`code` and `message` (protocol: errors).
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

FieldErrors = Mapping[str, Sequence[str]]


class CampfireError(Exception):
    """Base of every expected error.

    `message` is a sentence for people; `errors` maps field names to sentences; `retry_after` is in seconds.
    """

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    default: ClassVar[str] = "Something went wrong. Please try again."

    def __init__(
        self, message: str = "", *, errors: FieldErrors | None = None, retry_after: float | None = None
    ) -> None:
        self.message = message or self.default
        self.errors = errors
        self.retry_after = retry_after
        super().__init__(self.message)

    def as_dict(self) -> dict[str, object]:
        """The error's wire shape: `{code, message, errors?, retry_after?}`."""
        body: dict[str, object] = {"code": self.code, "message": self.message}
        if self.errors:
            body["errors"] = {field: list(sentences) for field, sentences in self.errors.items()}
        if self.retry_after is not None:
            body["retry_after"] = self.retry_after
        return body


class InvalidJSON(CampfireError):
    code, status, default = "invalid_json", 400, "This is not valid JSON."


class InvalidFrame(CampfireError):
    """Well-formed JSON of the wrong shape; in REST a field that does not validate."""

    code, status, default = "invalid_frame", 400, "Some fields are missing or invalid."


class UnknownType(CampfireError):
    code, status, default = "unknown_type", 400, "Unknown frame type."


class Unauthenticated(CampfireError):
    code, status, default = "unauthenticated", 401, "Sign in first."


class NotFound(CampfireError):
    """What is not there, and what this person may not see: the two look the same."""

    code, status, default = "not_found", 404, "This does not exist, or you do not have access to it."


class Forbidden(CampfireError):
    """Visible to this person, who may not do that to it."""

    code, status, default = "forbidden", 403, "You are not allowed to do that."


class NotJoined(CampfireError):
    code, status, default = "not_joined", 409, "Join the room first."


class ContentTooShort(CampfireError):
    code, status, default = "content_too_short", 400, "Content too short: write at least one character."


class ContentTooLong(CampfireError):
    code, status, default = "content_too_long", 400, "Content too long."


class Conflict(CampfireError):
    code, status, default = "conflict", 409, "This conflicts with something that already exists."


class RateLimited(CampfireError):
    code, status, default = "rate_limited", 429, "Too many requests. Please wait a moment."


class TooLarge(CampfireError):
    code, status, default = "too_large", 413, "This is too large."


class UnsupportedMedia(CampfireError):
    """Only in REST: a body of a type that is not read here."""

    code, status, default = "invalid_frame", 415, "Send the request as JSON."


class InvalidCursor(CampfireError):
    code, status, default = "invalid_cursor", 400, "This cursor is not valid here. Reload the room."


class Unavailable(CampfireError):
    """The database cannot be written right now. Trying again is safe: a message with the same client_message_id."""

    status = 503
    default = "The server cannot save this right now. Please try again."
