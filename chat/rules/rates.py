"""How often is too often: a token bucket. Pure; the caller brings the clock."""

from dataclasses import dataclass


@dataclass(slots=True)
class Bucket:
    """Holds up to `burst` tokens and gains `per_second`; each thing done takes one."""

    burst: float
    per_second: float
    tokens: float
    at: float

    @classmethod
    def full(cls, burst: float, per_second: float, now: float) -> "Bucket":
        return cls(burst, per_second, burst, now)

    def take(self, now: float) -> float:
        """Take a token at `now` (seconds, monotonic): 0.0, or the seconds until there is one."""
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.per_second)
        self.at = now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0.0
        return (1 - self.tokens) / self.per_second

    def is_full(self, now: float) -> bool:
        return self.tokens + (now - self.at) * self.per_second >= self.burst


@dataclass(slots=True)
class Patience:
    """Detects a client that has exceeded a limit for `seconds` without pausing for a second."""

    seconds: float
    since: float | None = None
    last: float = 0.0

    def exceeded(self, now: float) -> bool:
        """Record one refusal at `now`; whether patience has run out."""
        if self.since is None or now - self.last > 1:
            self.since = now
        self.last = now
        return now - self.since >= self.seconds
