"""Django's database sessions with hashed keys: the cookie's token is never stored (architecture: one session table)."""

import hashlib
import secrets
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore

from accounts.models import Session

TOKEN_BYTES = 32


def new_token() -> str:
    """A session token of 256 random bits: 43 URL-safe characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> str:
    """The form in which a token is stored: SHA-256, hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()
