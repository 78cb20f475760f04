"""What the operator chose."""

import os
import stat
from collections.abc import Iterator

from django.conf import settings
from django.core.mail import get_connection, send_mail

from campfire.doctor.findings import Asked, Finding, ok, problem, sentence, warning
from campfire.settings.secret_key import FILE


def check_address(asked: Asked) -> Iterator[Finding]:
    url = settings.CAMPFIRE_URL
    if not url:
        todo = "Set CAMPFIRE_URL to the address that people open, https://chat.example.com."
        yield warning("address", "CAMPFIRE_URL is not set: only this machine can reach the server", todo)
    elif not settings.HTTPS:
        todo = "Put a proxy with a certificate in front (deploy/) and set CAMPFIRE_URL=https://…."
        yield warning(
            "address", f"{url} is not encrypted: anyone in between can read everything, passwords included", todo
        )
    else:
        yield ok("address", url)


def check_secret_key(asked: Asked) -> Iterator[Finding]:
    if os.environ.get("SECRET_KEY"):
        yield ok("secret key", f"from SECRET_KEY, {len(settings.SECRET_KEY)} characters")
        return
    path = settings.DATA_DIR / FILE
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        said = f"{path} has mode {mode:o}: others on this machine can read it and sign in as anyone"
        yield problem("secret key", said, f"chmod 600 {path}")
    else:
        yield ok("secret key", f"in {path}, for its owner only")


def check_debug(asked: Asked) -> Iterator[Finding]:
    if not settings.DEBUG:
        yield ok("debug", "off")
        return
    said = "DEBUG is on: error pages show code and settings to anyone"
    make = problem if settings.CAMPFIRE_URL else warning
    yield make("debug", said, "Unset DEBUG, except for development.")


def check_rate_limits(asked: Asked) -> Iterator[Finding]:
    if settings.RATE_LIMITS:
        yield ok("rate limits", "on")
    else:
        said = "RATE_LIMITS is off: one client can take up the whole server, and passwords can be guessed without limit"
        yield problem("rate limits", said, "Unset RATE_LIMITS; off is for load tests.")


def check_mail(asked: Asked) -> Iterator[Finding]:
    if not settings.HAS_MAIL:
        said = "EMAIL_URL is not set: anyone who forgets their password has to ask an operator"
        todo = "Set EMAIL_URL=smtp+tls://user:password@host:587, or use manage.py resetpassword."
        make = problem if asked.mail_to else warning
        yield make("mail", said, todo)
        return
    try:
        yield ok("mail", _try_mail(asked.mail_to))
    except Exception as error:  # sockets, TLS, SMTP: each has its own
        todo = "Check EMAIL_URL: scheme (smtp+tls for 587, smtp+ssl for 465), host, user, password, and EMAIL_FROM."
        yield problem(
            "mail", f"{settings.EMAIL_HOST or 'the mail server'} does not accept mail: {sentence(error)}", todo
        )


def _try_mail(address: str) -> str:
    """Send a mail if there is an address, else only sign in at the server; what was done."""
    if address:
        text = "This is a test mail from manage.py doctor. It shows that mail works."
        send_mail("A test from Campfire", text, None, [address])
        return f"sent to {address} as {settings.DEFAULT_FROM_EMAIL}; check that it arrives"
    connection = get_connection()
    connection.open()
    connection.close()
    return f"{settings.EMAIL_HOST or 'the mail server'} accepts the login; --mail-to sends a test mail"


CHECKS = [check_address, check_secret_key, check_debug, check_rate_limits, check_mail]
