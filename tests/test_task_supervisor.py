"""The supervisor of the task worker goes on keeping it, whatever hinders a start."""

import subprocess
import sys
from queue import Queue
from typing import Any

import pytest

from campfire.serving import task_supervisor

pytestmark = pytest.mark.sqlite


def test_a_start_that_fails_for_want_of_files_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("START_AFTER_S", "DOUBT_S", "FIRST_WAIT_S"):
        monkeypatch.setattr(task_supervisor, name, 0.01)
    popen, hindrances = subprocess.Popen, [OSError(24, "Too many open files")]
    started: Queue[subprocess.Popen[bytes]] = Queue()

    def start(*args: Any, **kwargs: Any) -> subprocess.Popen[bytes]:
        if hindrances:
            raise hindrances.pop()
        process = popen(*args, **kwargs)
        started.put(process)
        return process

    monkeypatch.setattr(subprocess, "Popen", start)
    kept = task_supervisor.TaskSupervisor([sys.executable, "-c", "import time; time.sleep(60)"])
    kept.start()
    process = started.get(timeout=10)
    assert not hindrances
    kept.end()
    assert process.wait(10) != 0
