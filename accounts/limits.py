"""Guessing is slow: ten wrong secrets in three minutes from one address, then a wait (reliability: attacks 9, 10).

Counted in Django's cache: for each process, or for all of them where that is Redis.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache

from campfire.errors import NotFound, RateLimited

GUESSES = 10
SECONDS = 180


def count_guess(*, what: str, address: str | None) -> None:
    """Count one guess at a secret of kind `what`. Raises `RateLimited` above the limit."""
    key = _key(what, address)
    cache.add(key, 0, SECONDS)
    if _incremented(key) > GUESSES:
        raise _refused()


@contextmanager
def guessing(*, what: str, address: str | None) -> Iterator[None]:
    """Count each `NotFound` raised inside as a wrong guess. Raises `RateLimited` where there were too many."""
    if cache.get(_key(what, address), 0) >= GUESSES:
        raise _refused()
    try:
        yield
    except NotFound:
        count_guess(what=what, address=address)
        raise


def _key(what: str, address: str | None) -> str:
    return f"guesses:{what}:{address}"


def _incremented(key: str) -> int:
    try:
        return cache.incr(key)
    except ValueError:  # It ran out since it was added.
        return 1


def _refused() -> RateLimited:
    return RateLimited("Too many wrong attempts. Please try again in a few minutes.", retry_after=SECONDS)
