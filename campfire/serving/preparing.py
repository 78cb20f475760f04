"""What must be so before the first request: tables, static files, the way in. Quick when there is nothing to do."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

STAMP = ".collected"
SERVING = ".serving"


def prepare() -> None:
    """Apply what migrations are missing and collect static files that changed."""
    migrate()
    collect_static()
    connections.close_all()


def unapplied_migrations() -> int:
    """How many migrations the database still lacks."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@cache
def migrations_of_this_release() -> frozenset[tuple[str, str]]:
    """(app, name) of the migrations that lay on the disk when this was first asked: later a newer release may."""
    return frozenset(MigrationLoader(None).graph.nodes)


def lacks_migrations() -> bool:
    """Whether the database lacks one of those that the code of this process was written for."""
    applied = MigrationRecorder(connections[DEFAULT_DB_ALIAS]).applied_migrations()
    return not migrations_of_this_release() <= applied.keys()


def migrate() -> None:
    with one_at_a_time(settings.DATA_DIR):
        if unapplied_migrations():
            call_command("migrate", verbosity=0, interactive=False)


def collect_static() -> None:
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    with one_at_a_time(settings.STATIC_ROOT):
        if not static_is_current():
            call_command("collectstatic", verbosity=0, interactive=False)
            (settings.STATIC_ROOT / STAMP).write_text(_static_digest())


def static_is_current() -> bool:
    """Whether what is collected is what the apps hold."""
    stamp = settings.STATIC_ROOT / STAMP
    return stamp.exists() and stamp.read_text() == _static_digest()


def _static_digest() -> str:
    """Changes when a static file of any app does: a hash of paths, sizes and times."""
    seen = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            seen.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return seen.hexdigest()


@contextmanager
def serving(folder: Path) -> Iterator[None]:
    """One of the servers of `folder`, which may be several; waits while `unserved` holds."""
    with (folder / SERVING).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def unserved(folder: Path) -> Iterator[None]:
    """Nobody serves `folder`, and nobody begins to. Raises `BlockingIOError` if somebody does."""
    with (folder / SERVING).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """One process at a time, of those that share `folder`."""
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
