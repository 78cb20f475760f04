"""A start on a database that exists: from the process to the first answer of /healthz, and the memory of one at rest.

At rest: after a few requests, pages among them, and with nobody connected. The worker for tasks beside the server is a
process of its own, and has its own figure.
"""

import subprocess
import time
import urllib.request
from urllib.error import HTTPError

from tests.bench.bench import Bench
from tests.bench.processes import memory
from tests.servers import Campfire, start_campfire

REQUESTS = ("/healthz", "/readyz", "/sign-in", "/api/users/me", "/setup")
GOAL_S, GOAL_MB = 1.5, 130.0


def run(bench: Bench) -> None:
    seconds, resting, keeping = [], [], []
    with bench.own_folder("campfire") as data, start_campfire(data=data) as server:
        for _ in bench.rounds("start"):
            server.stop()
            began = time.monotonic()
            server.start()
            seconds.append(time.monotonic() - began)
            _visit(server)
            resting.append(memory(server.pid) / 2**20)
            keeping.append(sum(map(memory, _children(server.pid))) / 2**20)
    goal_s, goal_mb = (None, None) if bench.quick else (GOAL_S, GOAL_MB)
    bench.note("Campfire on SQLite", "start to the first answer", seconds, "s", at_most=goal_s)
    bench.note("Campfire on SQLite", "memory of the server at rest", resting, "MB", at_most=goal_mb)
    bench.note("Campfire on SQLite", "memory of the worker for tasks", keeping, "MB")


def _visit(server: Campfire) -> None:
    for path in REQUESTS * 3:
        try:
            with urllib.request.urlopen(f"{server.url}{path}", timeout=30) as answer:
                answer.read()
        except HTTPError as error:
            # 401, or 404 where there is nothing to set up any more: it has been answered.
            error.close()


def _children(pid: int) -> list[int]:
    command = ["ps", "-o", "pid=", "--ppid", str(pid)]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return [int(line) for line in listed.split()]
