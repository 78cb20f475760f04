"""Checkpoints of SQLite's write-ahead log (moving it into the database file), done by a thread beside the writers.

By default the commit that has filled the log does it, and it and everyone behind it waits for the disk: 200 to 400 ms
for 32 MB, as measured. Here a thread does it, more often; SQLite's own way remains for other writers.
"""

import logging
import threading

from django.db import OperationalError, connection

logger = logging.getLogger(__name__)

COMMITS = 400
# The last of it is moved under the lock of writers, so that the log can begin anew; for anything it waits no longer.
PATIENCE_MS = 200
# More pages than that are not the last of it: somebody who reads, a backup for instance, still needs them in the log.
FEW_PAGES = 1000


class Checkpointer:
    """The checkpointer: counts the commits of one thread, and starts a checkpoint every `COMMITS`."""

    def __init__(self) -> None:
        self._commits = 0
        self._thread: threading.Thread | None = None

    def committed(self) -> None:
        self._commits += 1
        if self._commits < COMMITS or (self._thread is not None and self._thread.is_alive()):
            return
        self._commits = 0
        if connection.vendor == "sqlite":
            self._begin()

    def _begin(self) -> None:
        thread = threading.Thread(target=_move, name="log checkpointer", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            logger.warning("No thread could be started to checkpoint the write-ahead log; it will be tried again")
        else:
            self._thread = thread

    def wait(self) -> None:
        """Until what has begun is done."""
        if self._thread is not None:
            self._thread.join()


def _move() -> None:
    """Nearly all of it without a lock, then the rest. What cannot be moved now is moved another time."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
            _, pages, moved = cursor.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if pages - moved < FEW_PAGES:
                cursor.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
    except OperationalError:
        logger.warning("The write-ahead log could not be checkpointed; it will be tried again", exc_info=True)
    finally:
        connection.close()
