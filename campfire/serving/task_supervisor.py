"""Keeps the task worker: starts it beside the server, again when it died, and ends it with the server.

As a module it is that process: `python -m campfire.serving.task_supervisor PARENT`.
"""

import logging
import subprocess
import sys
import threading
import time

logger = logging.getLogger(__name__)

# The first answer comes first.
START_AFTER_S = 2.0
# A signal to the whole group ends the worker before the server has said so.
DOUBT_S = 1.0
# Between two starts: doubled each time, until one has lived for a while.
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
HEALTHY_S = 60.0


class TaskSupervisor:
    """The thread that waits for the worker to die."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._ending = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        threading.Thread(target=self._run, name="supervisor", daemon=True).start()

    def end(self) -> None:
        """Ask the worker to end, now and for good. Safe to call from a signal handler, and again."""
        self._ending.set()
        if self._process is not None:
            self._process.terminate()

    def _run(self) -> None:
        pause, wait = START_AFTER_S, FIRST_WAIT_S
        while not self._ending.wait(pause):
            began = time.monotonic()
            end = self._live()
            if self._ending.wait(DOUBT_S):
                return
            pause = FIRST_WAIT_S if time.monotonic() - began > HEALTHY_S else wait
            wait = min(pause * 2, LONGEST_WAIT_S)
            logger.warning("The task worker exited with %s; it will be restarted in %.0f s", end, pause)

    def _live(self) -> int | OSError:
        """One life of the worker: its exit code, or why it could not be started."""
        try:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL)  # noqa: S603 (ours)
        except OSError as error:
            # No memory or no open files left, now; the next start may find some.
            return error
        if self._ending.is_set():
            self._process.terminate()
        return self._process.wait()


def task_worker(parent: int) -> TaskSupervisor:
    """The supervisor of the task worker of the server `parent`."""
    return TaskSupervisor([sys.executable, "-m", "campfire.serving.task_supervisor", str(parent)])


def main() -> None:
    import django

    from campfire.serving.lifetime import end_with

    end_with(int(sys.argv[1]))
    django.setup()

    from campfire.serving.task_worker import work

    work()


if __name__ == "__main__":
    main()
