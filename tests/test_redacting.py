"""No secret is in any log (reliability: attack 2)."""

import logging
from io import StringIO

import pytest

from campfire.redacting import RedactingFormatter, redact

SECRET = "s3cr3t-Value_0123456789"

pytestmark = pytest.mark.sqlite


@pytest.mark.parametrize(
    "text",
    [
        f'127.0.0.1:5 - "WebSocket /ws/?token={SECRET}" [accepted]',
        f"/ws/?batch=1&token={SECRET}&x=1",
        f"Cookie: theme=dark; session_token={SECRET}; csrftoken={SECRET}",
        f"Authorization: Bearer {SECRET}",
        f"{{'HTTP_AUTHORIZATION': 'Bearer {SECRET}'}}",
        f"POST /rooms/1/cf_{SECRET}/messages",
    ],
)
def test_a_secret_is_left_out(text: str) -> None:
    assert SECRET in text
    assert SECRET not in redact(text)


def test_what_is_around_a_secret_stays() -> None:
    assert redact(f"/ws/?batch=1&token={SECRET}&x=1 [accepted]") == "/ws/?batch=1&token=…&x=1 [accepted]"


@pytest.mark.parametrize("text", ["", "a token = 5", "tokens=3 rooms", "cf_room"])
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


def test_arguments_and_tracebacks_are_covered_too() -> None:
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(RedactingFormatter("%(message)s"))
    logger = logging.getLogger("tests.redacting")
    logger.addHandler(handler)

    logger.error("%s went wrong", {"query": f"token={SECRET}"}, exc_info=ValueError(f"/ws/?token={SECRET}"))
    logger.removeHandler(handler)

    assert "went wrong" in written.getvalue()
    assert "ValueError" in written.getvalue()
    assert SECRET not in written.getvalue()
