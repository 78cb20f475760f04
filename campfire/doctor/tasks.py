"""The durable queue: what is due is done within a minute, or nobody does it."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Case, Count, F, Min, When
from django.db.models.functions import Greatest
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from campfire.doctor.findings import Asked, Check, Finding, ok, problem, warning

LATE = timedelta(minutes=1)


def check_task_worker(asked: Asked) -> Iterator[Finding]:
    now = timezone.now()
    # The queue has a task that may run at once `run_after` the year 9999.
    since = Case(When(run_after__lte=now, then=Greatest("run_after", "enqueued_at")), default=F("enqueued_at"))
    due = DBTaskResult.objects.ready().order_by().aggregate(count=Count("*"), oldest=Min(since))
    oldest = due["oldest"] or now
    if now - oldest > LATE:
        said = f"{due['count']} tasks are due, the oldest since {oldest:%Y-%m-%d %H:%M} UTC: nothing is processing them"
        yield problem("tasks", said, "Start the server: scripts/serve also runs the task worker. Then look at its log.")
    else:
        yield ok("tasks", "none is overdue")
    if given_up := DBTaskResult.objects.filter(status=TaskResultStatus.FAILED).count():
        todo = "The server's log says why, under django_tasks; they are removed after a week."
        yield warning("failed tasks", f"{given_up} failed and will not be tried again", todo)


CHECKS: list[Check] = [check_task_worker]
