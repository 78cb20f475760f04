"""`scripts/serve`: prepares the database and serves Campfire on Uvicorn.

The top imports only the standard library, so that `--help` answers before anything is installed.
"""

import argparse
import errno
import os
import socket
import sys
from pathlib import Path
from typing import NoReturn

DESCRIPTION = """\
Runs the Campfire server. The first start installs what it needs into .venv; if the database is empty, it prints a
one-time setup code. By default everything is kept in one folder, with SQLite. DATABASE_URL (postgres://…) and REDIS_URL
(redis://…) switch to PostgreSQL and Redis and allow several workers. docs/operations.md lists every setting.
"""


class Refusal(Exception):
    """The server cannot start; the text says why, and what to do."""


def arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/serve", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="port to listen on (8000)")
    parser.add_argument("--host", default="127.0.0.1", metavar="H", help="address to listen on (127.0.0.1)")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="folder for database, files and secret key (CAMPFIRE_DATA, or data/)"
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=1,
        metavar="N",
        help="number of processes; more than 1 requires PostgreSQL and Redis (1)",
    )
    return parser.parse_args(given)


def settle(options: argparse.Namespace) -> None:
    """Turn the options into the environment that settings read, or raise `Refusal`."""
    if options.data:
        os.environ["CAMPFIRE_DATA"] = str(options.data.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campfire.settings")
    if options.workers < 1:
        raise Refusal("--workers must be at least 1.")
    if options.workers > 1 and (missing := missing_services()):
        raise Refusal(f"Several workers need {' and '.join(missing)}. With --workers 1 you need neither.")


def missing_services() -> list[str]:
    """What several workers need and nobody has named."""
    missing = []
    if (os.environ.get("DATABASE_URL") or "sqlite:").startswith("sqlite"):
        missing.append("PostgreSQL (set DATABASE_URL=postgres://…)")
    if not os.environ.get("REDIS_URL"):
        missing.append("Redis (set REDIS_URL=redis://…)")
    return missing


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, or `Refusal`: taken before any other work, so that a port in use is told at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except (OSError, OverflowError) as error:
        listener.close()
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise Refusal(f"Port {port} is already in use. Choose another: scripts/serve --port {port + 1}") from None
        raise Refusal(f"Cannot listen on {host}, port {port}: {error}") from None
    listener.set_inheritable(True)
    return listener


def address(listener: socket.socket) -> str:
    """Where a person opens what is served on `listener`."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, host)  # noqa: S104
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def more_files() -> None:
    """Each socket is an open file, and the usual limit of 1,024 is soon reached: take what the system allows."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def prepare() -> str | None:
    """Bring the database up to date; the setup code, if nobody has set up this Campfire yet."""
    import django

    django.setup()
    from django.db import Error

    from campfire.data.database import refusal
    from campfire.serving import preparing
    from chat.actions.setup import setup_code

    try:
        preparing.prepare()
        return setup_code()
    except Error as error:
        raise Refusal(f"The database does not answer: {refusal() or error}") from None
    except OSError as error:
        raise Refusal(f"The data folder and STATIC_ROOT must be writable by this user: {error}") from None


def public_address() -> str:
    """Where people reach this server, as settings read it; empty if nobody said."""
    from django.conf import settings

    return str(settings.CAMPFIRE_URL)


def say(line: str) -> None:
    print(line, flush=True)


def serve(options: argparse.Namespace) -> NoReturn:
    settle(options)
    listener = listen(options.host, options.port)
    more_files()
    code = prepare()
    url = public_address() or address(listener)
    say(f"Campfire is at {url}")
    if code:
        say(f"It is not set up yet. Open {url}/setup with this one-time setup code: {code}")
    say("Press Ctrl-C to stop.")

    from django.conf import settings

    from campfire.serving import task_supervisor, uvicorn_server
    from campfire.serving.preparing import serving

    with serving(settings.DATA_DIR):
        tasks = task_supervisor.task_worker(os.getpid())
        tasks.start()
        uvicorn_server.run(listener, workers=options.workers, ending=tasks.end)
    sys.exit(0)


def main() -> NoReturn:
    options = arguments(sys.argv[1:])
    try:
        serve(options)
    except Refusal as refusal:
        sys.exit(f"scripts/serve: {refusal}")
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
