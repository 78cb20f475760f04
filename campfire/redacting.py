"""Keeps secrets out of every log line, whoever wrote it, tracebacks included."""

import logging
import re

# Values that let somebody in: in a query or cookie, in an Authorization header, by the prefix of personal tokens.
_SECRETS = re.compile(
    r"""(?ix)
    ( \b (?:session_)?token = | \b csrftoken = | \b Bearer \s+ )  [^\s&;,"'<>)\]]+
    | \b cf_ [A-Za-z0-9_-]{8,}
    """
)


def redact(text: str) -> str:
    """`text` with each secret replaced by `…`; the name before it stays."""
    return _SECRETS.sub(lambda found: f"{found[1] or 'cf_'}…", text)


class RedactingFormatter(logging.Formatter):
    """A formatter of whole lines: message, arguments and traceback pass through `redact` together."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))
