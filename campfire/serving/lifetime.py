"""Processes that belong to another one: whoever started them is gone, they end."""

import os
import signal
import threading
import time

LOOK_S = 1.0


def end_with(parent: int) -> None:
    """Have this process get SIGTERM within about a second after the process `parent`, its parent, has died.

    A look at who the parent is works everywhere, and for whatever way it died.
    """
    threading.Thread(target=_watch, args=(parent,), name="lifetime", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    os.kill(os.getpid(), signal.SIGTERM)
