"""Django's sessions in our own table with hashed keys.

In the cookie and in memory the key is the token; in the table it is the token's SHA-256. The asynchronous methods are
those of `SessionBase`, which run these here in a thread.
"""

import hashlib
import secrets
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actions.sessions import end_session
from accounts.models import Session

TOKEN_BYTES = 32


def new_token() -> str:
    """A session token of 256 random bits: 43 URL-safe characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> str:
    """The form in which a token is stored: SHA-256, hexadecimal. Any text can be presented as a token."""
    return hashlib.sha256(token.encode(errors="backslashreplace")).hexdigest()


class SessionStore(SessionBase):
    """What `request.session` is. `record` is the row behind it, once it has been read or made."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.record: Session | None = None

    @property
    def key_salt(self) -> str:
        return "accounts.sessions.SessionStore"

    def load(self) -> dict[str, Any]:
        self.record = Session.objects.filter(pk=self._pk(), expire_date__gt=timezone.now()).first()
        if self.record is None:
            self._session_key = None
            return {}
        return self.decode(self.record.session_data)

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(pk=hash_token(session_key)).exists()

    def create(self) -> None:
        self._session_key = new_token()
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        """Write the session. Raises `CreateError` if it exists against `must_create`, `UpdateError` if it is gone."""
        if self.session_key is None:
            self.create()
            return
        if must_create and not hasattr(self, "_session_cache"):
            # There is no row to load yet.
            self._session_cache: dict[str, Any] = {}
        columns = self._columns(dict(self.items()))
        if must_create:
            self.record = self._insert(columns)
        elif not Session.objects.filter(pk=self._pk()).update(**columns):
            raise UpdateError

    def delete(self, session_key: str | None = None) -> None:
        """Remove a session, by default this one. A signed-in one is announced as ended."""
        key = session_key or self.session_key
        record = Session.objects.filter(pk=hash_token(key)).select_related("user").first() if key else None
        if record is not None:
            end_session(session=record)
        if key == self.session_key:
            self.record = None

    async def acycle_key(self) -> None:
        await sync_to_async(self.cycle_key)()

    @classmethod
    def clear_expired(cls) -> None:
        """Remove what has expired; signed-in sessions are announced, as their sockets may still be open."""
        expired = Session.objects.filter(expire_date__lt=timezone.now())
        expired.filter(user=None).delete()
        for session in expired.select_related("user").iterator():
            end_session(session=session)

    def _pk(self) -> str:
        return hash_token(self.session_key or "")

    def _columns(self, data: dict[str, Any]) -> dict[str, Any]:
        return {
            "session_data": self.encode(data),
            "expire_date": self.get_expiry_date(),
            "user_id": data.get(SESSION_KEY),
        }

    def _insert(self, columns: dict[str, Any]) -> Session:
        try:
            with transaction.atomic():
                return Session.objects.create(pk=self._pk(), **columns)
        except IntegrityError:
            raise CreateError from None

    def _get_new_session_key(self) -> str:
        return new_token()
