"""The task worker as a process: it lives and ends with the server, and what it was given is done in the end."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from email.message import Message
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler

from tests import servers

pytestmark = [pytest.mark.sqlite, pytest.mark.servers]

OWNER = ["--workspace=W", "--name=Ada", "--email=ada@example.com", "--password=a long password"]


class Inbox(MessageHandler):
    """A mail server's memory."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.mails.append(message)

    @property
    def texts(self) -> list[str]:
        return [mail.get_payload(decode=True).decode() for mail in self.mails]  # type: ignore[union-attr]


@contextmanager
def mail_server(port: int) -> Iterator[Inbox]:
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=port, ready_timeout=60)
    controller.start()
    try:
        yield inbox
    finally:
        controller.stop()


def until(holds: Callable[[], Any], seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)
    return found


def worker_of(server: servers.Campfire) -> int | None:
    """The process id of a server's task worker."""
    listed = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(server.pid)], capture_output=True, text=True, check=False
    ).stdout
    return next(
        (int(line.split()[0]) for line in listed.splitlines() if "campfire.serving.task_supervisor" in line), None
    )


def browser() -> urllib.request.OpenerDirector:
    """Something that keeps cookies."""
    return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))


def ask_for_a_link(server: servers.Campfire, email: str = "ada@example.com") -> str:
    """Fill in the form on the page; where it leads."""
    tab = browser()
    page = tab.open(f"{server.url}/password-reset", timeout=30).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    form = urllib.parse.urlencode({"email": email, "csrfmiddlewaretoken": token[1]}).encode()
    return str(tab.open(f"{server.url}/password-reset", form, timeout=30).geturl())


@pytest.fixture
def port() -> int:
    return servers.free_port()


@pytest.fixture
def server(tmp_path: Path, port: int) -> Iterator[servers.Campfire]:
    """A server with an owner, and a mail server's address where nobody listens yet."""
    chosen = {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    with servers.start_campfire(data=tmp_path, env=chosen) as campfire:
        command = [sys.executable, "manage.py", "createowner", *OWNER]
        subprocess.run(command, cwd=servers.ROOT, env=campfire.environment, check=True, capture_output=True)
        yield campfire


def stored(server: servers.Campfire, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(server.data / "campfire.sqlite3")) as database:
        return database.execute(query).fetchall()


def attempts(server: servers.Campfire) -> int:
    rows = stored(server, "SELECT json_array_length(worker_ids) FROM django_tasks_database_dbtaskresult "
                          "WHERE task_path LIKE '%password_reset'")  # fmt: skip
    return int(rows[0][0]) if rows else 0


def due(server: servers.Campfire) -> list[tuple[Any, ...]]:
    """What is being done or could be now: the daily tasks wait for their hour."""
    return stored(
        server,
        "SELECT id FROM django_tasks_database_dbtaskresult WHERE status = 'RUNNING' "
        "OR (status = 'READY' AND (run_after <= datetime('now') OR run_after >= '9999-01-01'))",
    )


def test_a_mail_is_delivered_once_though_the_mail_server_was_away(server: servers.Campfire, port: int) -> None:
    assert ask_for_a_link(server) == f"{server.url}/password-reset/sent"
    until(lambda: attempts(server) >= 2)
    with mail_server(port) as inbox:
        until(lambda: inbox.mails)
        time.sleep(3)
        (text,) = inbox.texts
    link = re.search(rf"{server.url}/password-reset/\S+", text)
    assert link
    with browser().open(link[0]) as page:
        assert b"csrfmiddlewaretoken" in page.read(), "the link opens the form for a new password"
    (row,) = stored(server, "SELECT args_kwargs, status, traceback FROM django_tasks_database_dbtaskresult "
                            "WHERE task_path LIKE '%password_reset'")  # fmt: skip
    assert row[1:] == ("SUCCESSFUL", "")
    assert link[0].rsplit("-", 1)[1].rstrip("/") not in row[0]
    assert "Traceback" not in server.output()


def test_a_worker_that_died_is_replaced_and_the_server_does_not_notice(server: servers.Campfire) -> None:
    first = until(lambda: worker_of(server))
    os.kill(first, signal.SIGKILL)
    second = until(lambda: worker_of(server) not in (None, first) and worker_of(server))
    assert second != first
    assert server.is_ready()
    assert "The task worker exited with -9" in server.output()


def test_there_is_one_worker_and_it_ends_when_the_server_is_killed(server: servers.Campfire) -> None:
    until(lambda: worker_of(server))
    time.sleep(1)
    assert sum("campfire.serving.task_supervisor" in line for line in servers.alive_in_group(server.pid)) == 1
    os.kill(server.pid, signal.SIGKILL)
    server.process.wait(30)
    until(lambda: not servers.alive_in_group(server.pid))


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_in_time_in_the_middle_of_a_task_which_is_then_done_at_the_next_start(
    server: servers.Campfire, port: int, how: signal.Signals
) -> None:
    with socket.create_server(("127.0.0.1", port)) as silent:
        ask_for_a_link(server)
        silent.settimeout(60)
        with silent.accept()[0]:
            os.kill(server.pid, how)
            # Ten seconds, and as long again for a machine that does ten other things.
            until(lambda: not servers.alive_in_group(server.pid), 20)
    server.process.wait(30)
    with mail_server(port) as inbox:
        server.start()
        until(lambda: inbox.mails)
        assert len(inbox.mails) == 1


def test_an_idle_worker_costs_next_to_nothing_and_does_not_touch_the_lock_of_writers(
    server: servers.Campfire,
) -> None:
    worker = until(lambda: worker_of(server))
    until(lambda: stored(server, "SELECT 1 FROM django_tasks_database_dbtaskresult") and not due(server))
    time.sleep(1.5)
    with closing(sqlite3.connect(server.data / "campfire.sqlite3", isolation_level=None)) as other:
        # Whoever wants to write now would wait, then fail.
        other.execute("BEGIN IMMEDIATE")
        before, began = _cpu(worker), time.monotonic()
        time.sleep(6.5)
        share = (_cpu(worker) - before) / (time.monotonic() - began)
        other.execute("ROLLBACK")
    print(f"idle task worker: {share:.2%} of a processor, {_memory(worker)} MB")
    assert share < 0.02
    assert "locked" not in server.output()
    assert "WARNING" not in server.output()


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> int:
    found = re.search(r"^Rss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) // 1024
