"""No secret and nothing that people wrote is in any log (reliability: attacks 2 and 19)."""

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO

import psycopg
import pytest
from django.db import IntegrityError, connection

from campfire.logs.context import ContextFilter
from campfire.logs.formats import CalmFilter, JSONFormatter, TextFormatter
from campfire.logs.redacting import redact

SECRET = "s3cr3t-Value_0123456789"
SESSION = "Zx3v9QmB0t7LrK2pWcY5nHs8DfGjAeUiOo1T4M6qRbE"
TEXT = "what Ada wrote to Ben"

FORMATS = [TextFormatter, JSONFormatter]
Writer = Callable[[], str]


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "text",
    [
        f'127.0.0.1:5 - "WebSocket /ws/?token={SECRET}" [accepted]',
        f"/ws/?batch=1&token={SECRET}&x=1",
        f"Cookie: theme=dark; session_token={SECRET}; csrftoken={SECRET}",
        f"Set-Cookie: other={SECRET}; Path=/",
        f"{{'HTTP_COOKIE': 'session_token={SECRET}'}}",
        f"Authorization: Bearer {SECRET}",
        f"Authorization: Basic {SECRET}",
        f"{{'HTTP_AUTHORIZATION': 'Bearer {SECRET}'}}",
        f'{{"session_token": "{SECRET}", "x": 1}}',
        f"{{'access': '{SECRET}', 'refresh': '{SECRET}'}}",
        f"email=ada@example.com&password={SECRET}",
        f"csrfmiddlewaretoken={SECRET}&password1={SECRET}",
        f"POST /rooms/1/cf_{SECRET}/messages",
        f"Not Found: /join/{SECRET}",
        f"Forbidden: /password-reset/1-{SECRET}",
        f"Bad Request: /api/invitations/{SECRET}/accept",
        f"postgres://campfire:{SECRET}@localhost/campfire",
        f"redis://:{SECRET}@localhost:6379/0",
        f"no session with the key {SECRET.replace('s3', SESSION)}"[: -len(SECRET)] + SESSION + f" token={SECRET}",
        f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.{SECRET}",
    ],
)
def test_a_secret_is_left_out(text: str) -> None:
    assert SECRET in text
    assert SECRET not in redact(text)


@pytest.mark.sqlite
def test_a_session_token_is_known_by_its_shape() -> None:
    assert redact(f"SessionStore({SESSION!r}) is gone") == "SessionStore('…') is gone"


@pytest.mark.sqlite
def test_what_is_around_a_secret_stays() -> None:
    assert redact(f"/ws/?batch=1&token={SECRET}&x=1 [accepted]") == "/ws/?batch=1&token=…&x=1 [accepted]"


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "text",
    [
        "",
        "a token = 5",
        "tokens=3 rooms",
        "cf_room",
        "GET /password-reset/sent 200",
        "GET /rooms/0199aaaa-0000-7000-8000-000000000000/settings",
        "test_a_function_of_forty_three_characters__",
        "http://127.0.0.1:8000/setup",
        'File "/srv/campfire/accounts/tokens/sessions.py", line 3, in session_of',
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


@pytest.fixture(params=FORMATS)
def log(request: pytest.FixtureRequest) -> Iterator[tuple[logging.Logger, Writer]]:
    """A logger, and what it wrote."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(request.param())
    handler.addFilter(ContextFilter())
    handler.addFilter(CalmFilter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield logging.getLogger("tests.redacting"), written.getvalue
    root.removeHandler(handler)


Log = tuple[logging.Logger, Writer]


@pytest.mark.sqlite
def test_arguments_and_tracebacks_are_covered_too(log: Log) -> None:
    logger, written = log
    logger.error("%s went wrong", {"query": f"token={SECRET}"}, exc_info=ValueError(f"/ws/?token={SECRET}"))

    assert "went wrong" in written()
    assert "ValueError" in written()
    assert SECRET not in written()


@pytest.mark.sqlite
def test_local_variables_are_in_no_traceback(log: Log) -> None:
    logger, written = log

    def fail(content: str) -> None:
        raise ValueError(len(content))

    try:
        fail(TEXT)
    except ValueError:
        logger.exception("This failed")

    assert "in fail" in written()
    assert TEXT not in written()


@pytest.mark.django_db(transaction=True)
def test_a_row_that_a_database_quotes_is_in_no_log(log: Log) -> None:
    """PostgreSQL tells the whole row in DETAIL, in as many lines as it has."""
    logger, written = log
    try:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO accounts_workspace (name) VALUES (%s)", [f"{TEXT}\n\nHINT: {TEXT}\n  ok"])
    except IntegrityError as error:
        logger.warning("It could not be stored: %s", error, exc_info=True)

    assert "IntegrityError" in written()
    assert "It could not be stored" in written()
    assert TEXT not in written()


@pytest.mark.sqlite
def test_a_value_that_a_database_quotes_is_in_no_log(log: Log) -> None:
    logger, written = log
    error = psycopg.DataError(f"invalid input syntax for type uuid: \"{TEXT}\"\nLINE 1: … VALUES ('{TEXT}')\n  ^")
    outer = RuntimeError("outer")
    outer.__cause__ = error
    logger.error("As a cause", exc_info=outer)
    logger.warning("As an argument: %s", error)
    logger.error(error)
    logger.error("In a group", exc_info=ExceptionGroup("several", [error]))

    assert written().count("invalid input syntax for type uuid") == 4
    assert TEXT not in written()


@pytest.mark.sqlite
def test_nobody_writes_lines_of_their_own(log: Log) -> None:
    logger, written = log
    logger.info("GET %s", "/\r\n2026-01-31T12:00:00.000Z INFO root: all is well\x1b[0m\u2028")

    assert len(written().splitlines()) == 1
    assert "\x1b" not in written()


@pytest.mark.sqlite
def test_nobody_turns_a_line_around(log: Log) -> None:
    logger, written = log
    marks = "\u202e\u2066\u200f\u061c"
    logger.warning("Forbidden (%s): /%s", "Origin", marks)

    assert not set(marks) & set(written())
    assert "x202e" in written()


@pytest.mark.sqlite
def test_what_strangers_can_cause_is_one_warning_without_a_traceback(log: Log) -> None:
    _, written = log
    error = ValueError("Invalid HTTP_HOST header: 'evil.example'")
    logging.getLogger("django.security.DisallowedHost").error(str(error), exc_info=error)

    assert len(written().splitlines()) == 1
    assert "WARNING" in written()
    assert "evil.example" in written()


@pytest.mark.sqlite
def test_json_holds_what_we_say_and_nothing_that_libraries_attach() -> None:
    record = logging.makeLogRecord({"name": "x", "msg": "hello", "levelname": "INFO", "request": object()})
    record.context, record.fields = {"request": "abc"}, {"status": 200}
    written = json.loads(JSONFormatter().format(record))

    assert set(written) == {"time", "level", "logger", "message", "request", "status"}
