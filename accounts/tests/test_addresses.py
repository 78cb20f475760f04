"""What a User-Agent header says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.actions.sessions import DEVICE_LENGTH
from accounts.addresses import UNKNOWN, device_of

WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("header", "device"),
    [
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) {WEBKIT} Version/19.0 Safari/604.1",
            "Safari on iPhone",
        ),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (f"Mozilla/5.0 (Linux; Android 15) {WEBKIT} Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15.0; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on macOS"),
        ("python-httpx/0.28", "python-httpx"),
        ("", UNKNOWN),
        ("(((", UNKNOWN),
    ],
)
def test_devices(header: str, device: str) -> None:
    assert device_of(header) == device


@given(st.text())
def test_any_header_is_some_device(header: str) -> None:
    assert 0 < len(device_of(header)) <= DEVICE_LENGTH
