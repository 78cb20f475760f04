"""Keeps secrets and what people wrote out of every log line, whoever wrote it, tracebacks included."""

import logging
import re
import sqlite3
import sys
from collections.abc import Iterator
from traceback import TracebackException
from typing import TypeGuard

from django.db import Error as DjangoDatabaseError

# What lets somebody in: by its name in a query, cookie, header or form; in the path of a link; by its shape.
_SECRETS = re.compile(
    r"""(?ix)
    ( \b cookie ['"]? \s* : \s* )  [^\r\n]+
    | ( \b (?: session_token | token | access | refresh | csrftoken | csrfmiddlewaretoken | sessionid | password\d?
           | secret_key ) ['"]? (?: = | \s* : \s* (?=['"]) ) ['"]? )  [^\s&;,"'<>)\]]+
    | ( \b (?: Bearer | Basic ) \s+ )  [^\s&;,"'<>)\]]+
    | ( / (?: join | password-reset | api/invitations ) / (?! (?: sent | done ) \b ) )  [^/\s?"'<>]+
    | ( \b [a-z][a-z0-9+]* :// [^\s:/@]* : )  [^\s@/]+ (?=@)
    | ( \b cf_ ) [A-Za-z0-9_-]{8,}
    | ( \b eyJ ) [\w-]{8,} \. [\w-]+ \. [\w-]*
    # A session token has 43 characters, of both cases.
    | () (?<![\w-]) (?-i: (?=[\w-]*[a-z]) (?=[\w-]*[A-Z]) ) [\w-]{43} (?![\w-])
    """
)
# Where a database begins to quote what it was given.
_QUOTED = re.compile(r"""((?:: |near )").*""")
# Line breaks and terminal codes; what turns the direction of writing around.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def redact(text: str) -> str:
    """`text` with each secret replaced by `…`; the name before it stays."""
    return _SECRETS.sub(lambda found: f"{next((name for name in found.groups() if name), '')}…", text)


def one_line(text: str) -> str:
    """`text` with line breaks and other control characters spelt out, so that nobody writes lines of their own."""
    return _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}" if found[0] != "\n" else "\\n", text)


def message_without_rows(record: logging.LogRecord) -> str:
    """The message of `record`; of what a database says in it, only what went wrong: the rest may quote rows."""
    text = record.getMessage()
    arguments = record.args if isinstance(record.args, tuple) else ()
    for value in (record.msg, *arguments):
        if _is_of_a_database(value) and (said := str(value)):
            text = text.replace(said, _what_went_wrong(value))
    return text


def traceback_without_rows(error: BaseException) -> str:
    """The traceback of `error` and of what led to it; of what a database says in it, only what went wrong."""
    told = TracebackException.from_exception(error)
    for part, meant in _parts(told, error):
        if _is_of_a_database(meant):
            # There is no public way to change the sentence of one error in a chain or a group; a test watches this.
            part._str = _what_went_wrong(meant)  # type: ignore[attr-defined] # noqa: SLF001
    return "".join(told.format()).rstrip("\n")


def _is_of_a_database(value: object) -> TypeGuard[Exception]:
    """psycopg takes a while to import; where nobody has, no error is one of its."""
    psycopg = sys.modules.get("psycopg")
    kinds = (DjangoDatabaseError, sqlite3.Error, *([psycopg.Error] if psycopg else []))
    return isinstance(value, kinds)


def _what_went_wrong(error: BaseException) -> str:
    return _QUOTED.sub(r"\1…", (str(error).splitlines() or [""])[0])


def _parts(told: TracebackException, error: BaseException) -> Iterator[tuple[TracebackException, BaseException]]:
    """Each error in a chain or group of errors, with what is told of it."""
    yield told, error
    pairs = [(told.__cause__, error.__cause__), (told.__context__, error.__context__)]
    if isinstance(error, BaseExceptionGroup):
        pairs += zip(told.exceptions or (), error.exceptions, strict=False)
    for inner, other in pairs:
        if inner is not None and other is not None:
            yield from _parts(inner, other)
