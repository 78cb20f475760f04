"""The key that signs cookies and links: from the environment, or made once and kept in the data folder."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from campfire.settings.environment import Misconfigured

FILE = "secret_key"
SHORTEST = 50
# Keys that stand in somebody's documentation, ours included.
_KNOWN = ("django-insecure-", "changeme", "change-me", "secret")
_TODO = 'Generate one: python3 -c "import secrets; print(secrets.token_urlsafe(50))".'


def secret_key(given: str, folder: Path) -> str:
    """`given`, else the one of `folder`. Raises `Misconfigured` where it could be guessed, or not be kept."""
    if given:
        _check(given, "SECRET_KEY", _TODO)
        return given
    path = folder / FILE
    try:
        if not path.exists():
            _make(path)
        key = path.read_text(errors="replace").strip()
    except OSError as error:
        why = f"cannot be read or created ({error.strerror})"
        raise Misconfigured(
            f"the secret key {path}", why, "The user who runs the server must own the folder."
        ) from None
    _check(
        key,
        f"the secret key in {path}",
        "Remove the file to have a new one created; everyone will have to sign in again.",
    )
    return key


def _make(path: Path) -> None:
    """Whole or not at all, and by one process only: written aside, then given its name."""
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".secret_key-")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
        with suppress(FileExistsError):
            os.link(aside, path)
    finally:
        os.unlink(aside)  # noqa: PTH108


def _check(key: str, name: str, todo: str) -> None:
    if len(key) < SHORTEST:
        raise Misconfigured(name, f"has {len(key)} characters, fewer than {SHORTEST}, and could be guessed", todo)
    if len(set(key)) < 5 or key.lower().startswith(_KNOWN):
        raise Misconfigured(name, "is a published example that anyone can look up", todo)
