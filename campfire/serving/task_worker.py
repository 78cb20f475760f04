"""The task worker: runs what is in the durable queue, one task after the other. `scripts/serve` keeps one.

It is django-tasks-db's own worker, asked only when a look has shown that something is due: asked each time, it takes
SQLite's write lock to find nothing.
"""

import logging
import os
import signal
import socket
import sys
import time
from types import FrameType

from django.db import Error, close_old_connections
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, DEFAULT_TASK_QUEUE_NAME, TaskResultStatus
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from campfire import tasks

logger = logging.getLogger(__name__)

LOOK_S = 1.0
TEND_S = 60.0
# What a task has to come to an end once the server is asked to.
GRACE_S = 5


class CutOff(Exception):
    """A task took too long, or the server is stopping; it will be tried again."""


class Worker(db_worker.Worker):
    """Runs what is due, then returns. A task that fails is put back into the queue, for later."""

    def __init__(self) -> None:
        super().__init__(
            queue_names=[DEFAULT_TASK_QUEUE_NAME],
            interval=0,
            batch=True,
            backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            startup_delay=False,
            max_tasks=None,
            worker_id=f"{socket.gethostname()[:40]}:{os.getpid()}",
            excluded_queue_names=[],
        )

    def run_task(self, row: DBTaskResult) -> None:
        super().run_task(row)
        if row.status == TaskResultStatus.FAILED:
            again = tasks.retry(row)
            what = f"Task {row.task_path} failed, attempt {len(row.worker_ids)}: {row.exception_class_path}"
            logger.warning("%s; it will be tried again", what) if again else logger.error("%s", what)


class Process(Worker):
    """A worker that is a process of its own: cuts off what takes too long, and ends at SIGTERM."""

    def take_signals(self) -> None:
        signal.signal(signal.SIGTERM, self.end)
        signal.signal(signal.SIGINT, self.end)
        signal.signal(signal.SIGALRM, self.cut_off)

    def run_task(self, row: DBTaskResult) -> None:
        signal.alarm(int(tasks.LONGEST.total_seconds()))
        try:
            super().run_task(row)
        finally:
            signal.alarm(0)

    def end(self, number: int, frame: FrameType | None) -> None:
        """At once, or when the task that runs is through; it gets a few seconds."""
        self.running = False
        if not self.running_task:
            sys.exit(0)
        signal.alarm(GRACE_S)

    def cut_off(self, number: int, frame: FrameType | None) -> None:
        raise CutOff


def work() -> None:
    """Run tasks until SIGTERM."""
    # They say each look, and each failure with a traceback; `Worker` says it in a line.
    logging.getLogger("django_tasks").setLevel(logging.CRITICAL)
    logging.getLogger("django_tasks_db").setLevel(logging.WARNING)
    worker = Process()
    worker.take_signals()
    tended, failing = -TEND_S, False
    while worker.running:
        try:
            if time.monotonic() - tended >= TEND_S:
                _tend()
                tended = time.monotonic()
            if DBTaskResult.objects.ready().exists():
                worker.run()
            failing = False
        except Error as error:
            if not failing:
                logger.warning("Tasks are waiting for the database: %s", error)
            failing = True
        close_old_connections()
        time.sleep(LOOK_S)


def _tend() -> None:
    tasks.recover()
    tasks.schedule_daily()
