"""Credentials: what a client presents, and the row it stands for. One module for each kind of token."""

from accounts.tokens.sessions import session_of, sessions_of

__all__ = ["session_of", "sessions_of"]
