"""Running what is in the durable queue, inside a test's transaction or without one."""

from django.db import transaction
from django_tasks_db.models import DBTaskResult

from campfire.serving.task_worker import Worker


def run_tasks() -> None:
    """Claim and run what is due, as the task worker does; what fails is put back for later."""
    worker = Worker()
    while row := _claim(worker):
        worker.run_task(row)


def _claim(worker: Worker) -> DBTaskResult | None:
    with transaction.atomic():
        row: DBTaskResult | None = DBTaskResult.objects.ready().get_locked()
        if row is not None:
            row.claim(worker.worker_id)
    return row
