"""What the system lets a running server have, made less for a while."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.servers import Server


@contextmanager
def limited(server: Server, kind: int, most: int) -> Iterator[None]:
    """`most` is the soft limit `kind` (resource.RLIMIT_…) of the server's processes inside; the old ones come back."""
    before = {pid: resource.prlimit(pid, kind) for pid in group_of(server.pid)}
    try:
        for pid, (_, hard) in before.items():
            resource.prlimit(pid, kind, (most, hard))
        yield
    finally:
        for pid, limits in before.items():
            with suppress(ProcessLookupError):
                resource.prlimit(pid, kind, limits)


def group_of(leader: int) -> list[int]:
    """The processes of a group."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(ProcessLookupError):
            if os.getpgid(int(folder.name)) == leader:
                found.append(int(folder.name))
    return found


def open_files(pid: int) -> int:
    """How many a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
