"""The durable queue: what must survive a crash is a row that the task worker runs (docs/decisions/tasks.md).

A task is a function with `@task()` in an app's `tasks.py`, called by its `enqueue` inside the transaction that makes it
necessary. It may run more than once, so it carries ids, no secrets, and looks up what is true when it runs.
"""

import logging
from datetime import datetime, time, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

logger = logging.getLogger(__name__)

# 2, 4, 8 … seconds: the last attempt is about two hours after the first.
FIRST_WAIT = timedelta(seconds=2)
MOST_ATTEMPTS = 13
# A task that takes longer is cut off; one that is noted as running for much longer had a worker that died.
LONGEST = timedelta(minutes=2)
TAKEN_FOR_DEAD = LONGEST + timedelta(minutes=1)
# When the daily tasks become due, UTC.
DAILY_AT = time(3)
KEPT = timedelta(days=7)


def retry(row: DBTaskResult) -> bool:
    """Have a failed task run again, later each time; False if it failed too often, or runs again already."""
    attempts = len(row.worker_ids)
    if attempts >= MOST_ATTEMPTS:
        return False
    again = timezone.now() + FIRST_WAIT * 2 ** (attempts - 1)
    failed = DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.FAILED)
    return bool(failed.update(status=TaskResultStatus.READY, run_after=again))


def recover() -> int:
    """Take up what workers that died left behind; how many tasks that were."""
    left = DBTaskResult.objects.running().filter(started_at__lt=timezone.now() - TAKEN_FOR_DEAD)
    failed = DBTaskResult.objects.failed()
    # Looked for first: with nothing to do nothing is written.
    taken_up = sum(_take_up(row) for row in left)
    return taken_up + sum(retry(row) for row in failed if len(row.worker_ids) < MOST_ATTEMPTS)


def _take_up(row: DBTaskResult) -> bool:
    """Have a task that its dead worker left run again; given up, False, if as many have died of it as may fail."""
    now, is_left = timezone.now(), DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.RUNNING)
    if len(row.worker_ids) < MOST_ATTEMPTS:
        return bool(is_left.update(status=TaskResultStatus.READY, run_after=now))
    if is_left.update(status=TaskResultStatus.FAILED, finished_at=now):
        logger.error("Gave up on task %s: its worker died all %d times", row.task_path, len(row.worker_ids))
    return False


def schedule_daily(now: datetime | None = None) -> None:
    """Have each of `settings.DAILY_TASKS` run once today, however many workers say so: the row's id names the day."""
    due = datetime.combine((now or timezone.now()).date(), DAILY_AT, tzinfo=timezone.get_default_timezone())
    rows = {uuid5(NAMESPACE_URL, f"{path} {due.date()}"): path for path in settings.DAILY_TASKS}
    known = set(DBTaskResult.objects.filter(pk__in=rows).values_list("pk", flat=True))
    missing: list[DBTaskResult] = [
        DBTaskResult(
            id=number,
            task_path=path,
            args_kwargs={"args": [], "kwargs": {}},
            queue_name=import_string(path).queue_name,
            backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            run_after=due,
        )
        for number, path in rows.items()
        if number not in known
    ]
    if missing:
        DBTaskResult.objects.bulk_create(missing, ignore_conflicts=True)


@task()
def forget_results() -> None:
    """Remove what has been done for a week, or was given up as long ago."""
    DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - KEPT).delete()
