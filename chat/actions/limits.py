"""How many messages a person may send: 60 a minute, 20 of them at once (protocol: limits)."""

import threading
import time

from django.conf import settings

from campfire.errors import RateLimited
from chat.rules.rates import Bucket

_buckets: dict[int, Bucket] = {}
_lock = threading.Lock()
_KEPT = 10_000


def charge_message(user_id: int) -> None:
    """Count one message against `user_id`, or raise `RateLimited` with `retry_after`."""
    if not settings.RATE_LIMITS:
        return
    now = time.monotonic()
    with _lock:
        if len(_buckets) > _KEPT:
            _forget_rested(now)
        bucket = _buckets.get(user_id)
        if bucket is None:
            bucket = _buckets[user_id] = Bucket.full(settings.MESSAGES_BURST, settings.MESSAGES_PER_MINUTE / 60, now)
        wait = bucket.take(now)
    if wait:
        raise RateLimited("You are sending too fast. Your text is kept; try again shortly.", retry_after=round(wait, 3))


def forget() -> None:
    """Start counting anew."""
    with _lock:
        _buckets.clear()


def _forget_rested(now: float) -> None:
    for user_id in [user_id for user_id, bucket in _buckets.items() if bucket.is_full(now)]:
        del _buckets[user_id]
