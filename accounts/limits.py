"""How often: ten wrong secrets in three minutes from one address, then a wait (reliability: attacks 9, 10); ten new
names of a person in an hour, as each is told to everybody who sees them.

Counted in Django's cache: for each process, or for all of them where that is Redis.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.cache import cache

from campfire.errors import NotFound, RateLimited

GUESSES = 10
SECONDS = 180
RENAMES = 10
AN_HOUR = 3600


def count_guess(*, what: str, address: str | None) -> None:
    """Count one guess at a secret of kind `what`. Raises `RateLimited` above the limit."""
    if _counted(_key(what, address), SECONDS) > GUESSES:
        raise _refused()


def count_rename(*, user: int) -> None:
    """Count one change of name of a person, by row id. Raises `RateLimited` above the limit, unless limits are off."""
    if settings.RATE_LIMITS and _counted(f"renames:{user}", AN_HOUR) > RENAMES:
        raise RateLimited("You have changed your name too often. Please try again later.", retry_after=AN_HOUR)


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


def _counted(key: str, seconds: int) -> int:
    """How often this has been called for `key` within `seconds` of the first time."""
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key)
    except ValueError:  # It ran out since it was added.
        return 1


def _refused() -> RateLimited:
    return RateLimited("Too many wrong attempts. Please try again in a few minutes.", retry_after=SECONDS)
