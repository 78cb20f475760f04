"""How often is too often."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.rules.rates import Bucket, Patience

pytestmark = pytest.mark.sqlite

WAITS = st.lists(st.floats(0, 5), max_size=60)


@given(st.integers(1, 30), st.floats(0.1, 50), WAITS)
def test_never_more_than_the_burst_and_what_has_flowed_in(burst: int, rate: float, waits: list[float]) -> None:
    bucket, now, taken = Bucket.full(burst, rate, 100.0), 100.0, 0
    for wait in waits:
        now += wait
        taken += bucket.take(now) == 0.0

    assert taken <= burst + (now - 100.0) * rate + 1e-6


@given(st.integers(1, 30), st.floats(0.1, 50), WAITS)
def test_who_waits_as_long_as_told_is_served(burst: int, rate: float, waits: list[float]) -> None:
    bucket, now = Bucket.full(burst, rate, 0.0), 0.0
    for wait in waits:
        now += wait
        if (pause := bucket.take(now)) > 0:
            now += pause + 1e-6
            assert bucket.take(now) == 0.0


def test_a_burst_of_twenty_then_one_a_second() -> None:
    bucket = Bucket.full(20, 1.0, 0.0)

    assert [bucket.take(0.0) for _ in range(20)] == [0.0] * 20
    assert bucket.take(0.0) == 1.0
    assert bucket.take(1.0) == 0.0
    assert not bucket.is_full(20.9)
    assert bucket.is_full(21.0)


def test_a_refusal_costs_nothing() -> None:
    bucket = Bucket.full(1, 1.0, 0.0)
    bucket.take(0.0)
    for _ in range(100):
        bucket.take(0.5)

    assert bucket.take(1.0) == 0.0


def test_patience_runs_out_after_ten_seconds_without_a_pause() -> None:
    patience = Patience(10.0)

    assert not any(patience.exceeded(at / 2) for at in range(20))
    assert patience.exceeded(10.0)


def test_a_pause_of_more_than_a_second_begins_anew() -> None:
    patience = Patience(10.0)
    for at in range(10):
        patience.exceeded(float(at))

    assert not patience.exceeded(11.5)
    assert not patience.exceeded(12.0)
