"""What one socket may do how often (protocol: limits); everything here answers at once."""

import time
from collections import deque

from django.conf import settings

from campfire.errors import CampfireError, InvalidFrame, InvalidJSON, RateLimited, UnknownType
from chat.rules.rates import Bucket, Patience

ABUSE_SECONDS = 10.0
BAD_FRAMES = 10
BAD_FRAMES_SECONDS = 60.0


class SocketLimits:
    """Frames a second, how long somebody stays above that, and how many useless frames there were."""

    def __init__(self) -> None:
        now = time.monotonic()
        self._bucket = Bucket.full(settings.FRAMES_PER_SECOND, settings.FRAMES_PER_SECOND, now)
        self._patience = Patience(ABUSE_SECONDS)
        # Made with the first: most sockets never send one, and thousands are idle.
        self._bad: deque[float] | None = None
        self.abused = False

    def charge_frame(self) -> None:
        """Count a frame, or raise `RateLimited`; `abused` once that has gone on for too long."""
        if not settings.RATE_LIMITS:
            return
        now = time.monotonic()
        if wait := self._bucket.take(now):
            self.abused = self._patience.exceeded(now)
            raise RateLimited("Too many frames at once.", retry_after=round(wait, 3))

    def is_tiresome(self, error: CampfireError) -> bool:
        """Count a frame that could not be read; whether there were ten within a minute."""
        if not settings.RATE_LIMITS or type(error) not in (InvalidJSON, InvalidFrame, UnknownType):
            return False
        now = time.monotonic()
        if self._bad is None:
            self._bad = deque(maxlen=BAD_FRAMES)
        self._bad.append(now)
        return len(self._bad) == BAD_FRAMES and now - self._bad[0] < BAD_FRAMES_SECONDS
