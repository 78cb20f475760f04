"""What becomes of many times: percentiles, and Interaction to Next Paint."""

import math
from collections.abc import Sequence

# Event Timing says nothing of what was quicker (probe.js asks for the least it grants).
QUICK_MS = 16.0
INTERACTIONS_PER_OUTLIER = 50


def percentile(values: Sequence[float], percent: float) -> float:
    """The least value that so many per cent are not above (nearest rank); of 20 values, the 95th is the 19th."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def next_paint(longest: Sequence[float], count: int) -> float:
    """Interaction to Next Paint (https://web.dev/articles/inp): the slowest, leaving one out for every 50.

    `longest` has the milliseconds of those of `count` interactions that took `QUICK_MS` or more.
    """
    slowest_first = sorted(longest, reverse=True)
    left_out = count // INTERACTIONS_PER_OUTLIER
    return slowest_first[left_out] if left_out < len(slowest_first) else QUICK_MS
