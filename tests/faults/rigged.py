"""Campfire with something broken inside: `FAULT=… python -m tests.faults.rigged`, other arguments as the server's.

FAULT is empty (nothing is broken) or one of

- `die before-commit N`: SIGKILL to itself just before the Nth commit that stores messages, which are then not stored.
- `die after-commit N`: just after it, before anybody has been told of what was stored.
- both with `asked` at the end: the count begins at SIGUSR2 (`ask`).
- `stall NAME SECONDS ID`: what a handler asked of the database about this person or room, through the function NAME, is
  known so much later: it has been read and the answer waits.

The product knows nothing of it: what is replaced here is the frame around it.
"""

import os
import re
import signal
import time
from collections.abc import Callable
from functools import partial
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campfire.settings")

# What the log says of each stall.
STALLED = "FAULT stalled"

_STORES = re.compile(r'INSERT\s+INTO\s+"?chat_message\b', re.IGNORECASE)


def ask(pid: int) -> None:
    """Have a process that was told to die when `asked` begin to count."""
    os.kill(pid, signal.SIGUSR2)


def die(moment: str, number: str, *when: str) -> None:
    """Rig the connections to the database: they count the commits that store messages."""
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.signals import connection_created

    storing: set[int] = set()
    left = int(number)
    counts = "asked" not in when

    def begin(*_: object) -> None:
        nonlocal counts
        counts = True

    def notice(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if _STORES.search(sql):
            storing.add(id(context["connection"]))
        return execute(sql, params, many, context)

    def rig(connection: BaseDatabaseWrapper, **_: object) -> None:
        if notice not in connection.execute_wrappers:
            connection.execute_wrappers.append(notice)

    commit = BaseDatabaseWrapper.commit

    def counted(self: BaseDatabaseWrapper) -> None:
        nonlocal left
        stores = counts and id(self) in storing
        left -= stores
        storing.discard(id(self))
        is_last = stores and left == 0
        if is_last and moment == "before-commit":
            end()
        commit(self)
        if is_last:
            end()

    signal.signal(signal.SIGUSR2, begin)
    connection_created.connect(rig, weak=False)
    BaseDatabaseWrapper.commit = counted  # type: ignore[method-assign]


def end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    # No further step of this thread, however long the signal takes.
    time.sleep(60)


def stall(name: str, seconds: str, about: str) -> None:
    """Rig the way of handlers to the database."""
    from campfire.data import database

    run = database._run

    def slowly(call: Callable[[], Any]) -> Any:
        answer = run(call)
        if isinstance(call, partial) and call.func.__name__ == name and _is_about(call, about):
            time.sleep(float(seconds))
            print(STALLED, name, flush=True)
        return answer

    database._run = slowly


def _is_about(call: "partial[Any]", about: str) -> bool:
    given = [*call.args, *call.keywords.values()]
    # What is looked up for several at once is a list of what each of them asked.
    asked = [part for argument in given if isinstance(argument, list) for one in argument for part in one]
    return any(str(getattr(argument, "uuid", argument)) == about for argument in (*given, *asked))


RIGS: dict[str, Callable[..., None]] = {"die": die, "stall": stall}


def main() -> None:
    if wanted := os.environ.get("FAULT", "").split():
        RIGS[wanted[0]](*wanted[1:])
    from campfire.serving import server

    server.main()


if __name__ == "__main__":
    main()
