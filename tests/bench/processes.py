"""What a process has used so far, as Linux counts it."""

import os
import re
from pathlib import Path


def cpu_seconds(pid: int) -> float:
    """Processor time of a process, all its threads that live, to the nanosecond where the kernel tells it."""
    total = 0.0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            total += int((task / "schedstat").read_text().split()[0]) / 1e9
        except (FileNotFoundError, IndexError, ProcessLookupError):
            # The thread has just ended, or this kernel keeps no such book.
            continue
    return total or _ticks(pid)


def _ticks(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> int:
    """Bytes of a process that lie in memory (resident set)."""
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def is_connected(server_port: int, client_port: int) -> bool:
    """Whether the server's end of a connection on this machine is still established."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        here, there = (int(end.rpartition(":")[2], 16) for end in fields[1:3])
        if (here, there) == (server_port, client_port):
            return fields[3] == "01"
    return False
