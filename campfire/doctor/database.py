"""The database: that it answers, is of the right kind, and has room."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error, connection

from campfire.data.database import refusal
from campfire.doctor.findings import Asked, Check, Finding, ok, problem, sentence, warning
from campfire.serving.preparing import unapplied_migrations

OLDEST_POSTGRESQL = 14
# What else connects: the task worker, commands, whoever looks after the database.
BESIDES = 10
# File systems on another machine: SQLite's WAL needs memory that all its processes share.
REMOTE = ("nfs", "cifs", "smb", "9p", "fuse.sshfs", "ceph", "glusterfs", "afs", "lustre")
CLOCK_S = 2.0


def ask(query: str) -> Any:
    """The first column of the first row."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    return row[0] if row else None


def check_reachable(asked: Asked) -> Iterator[Finding]:
    """Past the pool first, which would log each of its attempts."""
    version = ""
    try:
        if not (said := refusal()):
            version = ask("SELECT sqlite_version()" if settings.IS_SQLITE else "SHOW server_version")
    except Error as error:
        said = sentence(error)
    if said:
        todo = "Check that it is running, and check DATABASE_URL: host, port, user, password, name."
        yield problem("database", f"does not respond: {said}", todo)
        return
    yield ok("database", f"{'SQLite' if settings.IS_SQLITE else 'PostgreSQL'} {version}")


def check_migrations(asked: Asked) -> Iterator[Finding]:
    if missing := unapplied_migrations():
        todo = "Start scripts/serve, which applies them, or run manage.py migrate."
        yield problem("migrations", f"{missing} are missing: the database is older than the code", todo)
    else:
        yield ok("migrations", "all applied")


def check_sqlite(asked: Asked) -> Iterator[Finding]:
    if not settings.IS_SQLITE:
        return
    if asked.workers > 1:
        yield problem(
            "workers", "SQLite allows one writer, so only one process can serve", "Set DATABASE_URL=postgres://…."
        )
    if (mode := ask("PRAGMA journal_mode")) != "wal":
        todo = "Use a local disk. If it is one already, restart the server."
        yield problem("journal", f"is {mode}, not WAL: readers and writers block each other", todo)
    if (said := ask("PRAGMA quick_check(1)")) != "ok":
        todo = "Stop the server, keep a copy of the file, and restore the last good backup."
        yield problem("integrity", f"the file is damaged: {said}", todo)
    else:
        yield ok("integrity", "quick_check finds nothing")
    kind = filesystem_of(Path(connection.settings_dict["NAME"]).parent)
    if kind.startswith(REMOTE):
        said = f"the database is on {kind}, where SQLite can lose data when two processes write"
        yield problem("file system", said, "Move CAMPFIRE_DATA to a local disk, or use PostgreSQL.")
    elif kind:
        yield ok("file system", kind)


def filesystem_of(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The type of the file system that holds `folder`; empty where the system does not say."""
    if not mounts.exists():
        return ""
    rows = [line.split()[1:3] for line in mounts.read_text().splitlines()]
    real = os.path.realpath(folder)
    found = [(point, kind) for point, kind in rows if f"{real}/".startswith(f"{point.rstrip('/')}/")]
    # The last of those mounted at one place is the one that is seen.
    return max(enumerate(found), key=lambda row: (len(row[1][0]), row[0]))[1][1] if found else ""


def check_postgresql(asked: Asked) -> Iterator[Finding]:
    if settings.IS_SQLITE:
        return
    if (version := int(ask("SHOW server_version_num")) // 10_000) < OLDEST_POSTGRESQL:
        yield problem("version", f"PostgreSQL {version} is too old", f"Use {OLDEST_POSTGRESQL} or newer.")
    if (encoding := ask("SHOW server_encoding")) != "UTF8":
        said = f"the database is in {encoding}: it cannot store most scripts or any emoji"
        yield problem("encoding", said, "Create a new one: createdb --encoding=UTF8 --template=template0 NAME.")
    else:
        yield ok("encoding", encoding)
    if not ask("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"):
        said = "the extension pg_trgm is missing: search needs it"
        yield problem("search", said, 'As a database superuser, run CREATE EXTENSION pg_trgm; it comes with "contrib".')
    else:
        yield ok("search", "pg_trgm is there")


def check_connections(asked: Asked) -> Iterator[Finding]:
    if settings.IS_SQLITE:
        return
    most = int(ask("SHOW max_connections")) - int(ask("SHOW superuser_reserved_connections"))
    pool = settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"]
    wanted = asked.workers * pool + BESIDES
    said = f"{most} allowed; {asked.workers} workers with {pool} each and {BESIDES} others need {wanted}"
    if wanted > most:
        todo = "Raise max_connections in postgresql.conf, or lower DATABASE_POOL."
        yield warning("connections", said, todo)
    else:
        yield ok("connections", said)


def check_clock(asked: Asked) -> Iterator[Finding]:
    """SQLite has no clock of its own."""
    if settings.IS_SQLITE:
        return
    before = time.time()
    there = float(ask("SELECT extract(epoch FROM clock_timestamp())"))
    apart = there - (before + time.time()) / 2
    if abs(apart) > CLOCK_S:
        said = f"the database's is {apart:+.1f} s off this machine's: sessions and invitations expire at the wrong time"
        yield problem("clock", said, "Run a time service (systemd-timesyncd, chrony) on both machines.")
    else:
        yield ok("clock", f"the database's agrees within {abs(apart):.2f} s")


CHECKS: list[Check] = [check_sqlite, check_postgresql, check_connections, check_clock]
