"""The durable queue: what fails comes later, what a dead worker left is taken up, a day's work is done once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts.tasks import send_password_reset
from campfire import tasks
from campfire.doctor.findings import Asked
from campfire.doctor.tasks import check_task_worker
from campfire.serving.task_worker import Worker

pytestmark = pytest.mark.django_db

READY, RUNNING, FAILED, DONE = (TaskResultStatus[name] for name in ("READY", "RUNNING", "FAILED", "SUCCESSFUL"))


def row(status: TaskResultStatus = READY, *, attempts: int = 0, age: timedelta = timedelta(0)) -> DBTaskResult:
    send_password_reset.enqueue(user=None, origin="http://localhost", language="en")
    found = DBTaskResult.objects.latest("enqueued_at")
    found.status, found.worker_ids = status, ["a worker"] * attempts
    found.started_at = found.finished_at = timezone.now() - age
    found.save()
    return found


def test_what_fails_comes_again_each_time_twice_as_late() -> None:
    waits = []
    for attempts in (1, 2, 3, 12):
        failed = row(FAILED, attempts=attempts)
        assert tasks.retry(failed)
        failed.refresh_from_db()
        assert failed.status == READY
        waits.append(round((failed.run_after - timezone.now()).total_seconds()))
    assert waits == [2, 4, 8, 4096]


def test_what_failed_too_often_is_given_up() -> None:
    failed = row(FAILED, attempts=tasks.MOST_ATTEMPTS)
    assert not tasks.retry(failed)
    assert tasks.recover() == 0
    failed.refresh_from_db()
    assert failed.status == FAILED


def test_a_task_that_is_no_more_fails_without_harm_to_those_behind_it() -> None:
    gone = row()
    DBTaskResult.objects.filter(pk=gone.pk).update(task_path="accounts.tasks.was_there_once", priority=1)
    behind = row()
    worker = Worker()
    for _ in range(2):
        found = DBTaskResult.objects.ready().get_locked()
        assert found is not None
        found.claim("a worker")
        worker.run_task(found)
    gone.refresh_from_db()
    behind.refresh_from_db()
    assert (gone.status, behind.status) == (READY, DONE)


def test_what_a_dead_worker_left_is_taken_up_and_what_a_live_one_does_is_not() -> None:
    alive, dead = row(RUNNING, attempts=1), row(RUNNING, attempts=1, age=tasks.TAKEN_FOR_DEAD)
    died_between = row(FAILED, attempts=1)
    assert tasks.recover() == 2
    for each in (alive, dead, died_between):
        each.refresh_from_db()
    assert [each.status for each in (alive, dead, died_between)] == [RUNNING, READY, READY]


def test_a_task_that_kills_each_of_its_workers_is_given_up_too() -> None:
    deadly = row(RUNNING, attempts=tasks.MOST_ATTEMPTS, age=tasks.TAKEN_FOR_DEAD)
    assert tasks.recover() == 0
    deadly.refresh_from_db()
    assert deadly.status == FAILED
    assert deadly.finished_at is not None


def test_a_day_is_scheduled_once_however_often_it_is_said(settings) -> None:
    day = datetime(2026, 1, 31, 15, tzinfo=UTC)
    for moment in (day, day, day + timedelta(hours=2)):
        tasks.schedule_daily(moment)
    rows = list(DBTaskResult.objects.order_by("task_path"))
    assert [each.task_path for each in rows] == sorted(settings.DAILY_TASKS)
    assert {each.run_after for each in rows} == {datetime(2026, 1, 31, 3, tzinfo=UTC)}

    tasks.schedule_daily(day + timedelta(days=1))
    assert DBTaskResult.objects.count() == 2 * len(settings.DAILY_TASKS)


def test_every_daily_task_runs(settings) -> None:
    tasks.schedule_daily(timezone.now() - timedelta(days=1))
    for each in DBTaskResult.objects.all():
        each.claim("a worker")
        Worker().run_task(each)
        assert (each.status, each.traceback) == (DONE, "")


def test_results_are_forgotten_after_a_week() -> None:
    week = tasks.KEPT
    kept = [row(DONE), row(FAILED, attempts=13), row(READY, age=week), row(RUNNING, age=week)]
    row(DONE, age=week), row(FAILED, attempts=13, age=week)
    tasks.forget_results.call()
    assert set(DBTaskResult.objects.values_list("pk", flat=True)) == {each.pk for each in kept}


def test_a_look_that_finds_nothing_writes_nothing() -> None:
    tasks.schedule_daily()
    DBTaskResult.objects.update(status=DONE)
    with CaptureQueriesContext(connection) as queries:
        tasks.recover()
        tasks.schedule_daily()
        DBTaskResult.objects.ready().exists()
    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}


def test_the_doctor_sees_a_task_that_nobody_has_begun() -> None:
    waiting = row()
    assert [found.state for found in check_task_worker(Asked())] == ["ok"]
    DBTaskResult.objects.filter(pk=waiting.pk).update(enqueued_at=timezone.now() - timedelta(minutes=2))
    (found,) = check_task_worker(Asked())
    assert (found.state, "due" in found.said) == ("problem", True)
