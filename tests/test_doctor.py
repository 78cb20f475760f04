"""`manage.py doctor`: what is well is ok, and each thing that can be wrong is told with what to do."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts.models import Member
from campfire.doctor import database, findings, machine, redis, serving, settings, tasks
from campfire.doctor.findings import Asked, Check, Finding
from campfire.version import NAME, VERSION
from chat.actions.setup import set_up
from chat.backup import postgresql
from chat.backup.folder import NAME as BACKUP
from chat.backup.folder import Unusable
from chat.management.commands.doctor import check_backups, check_people
from tests import servers
from tests.browser.people import make_owner

HERE = Asked()

pytestmark = pytest.mark.sqlite


def examine(server: servers.Campfire, *arguments: str, **environment: str) -> tuple[int, dict[str, Finding]]:
    """Exit code and findings of a doctor with the settings of `server`."""
    result = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json", *arguments],
        cwd=servers.ROOT,
        env={**server.environment, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout, result.stderr
    report = json.loads(result.stdout)
    assert report["ok"] is (result.returncode == 0)
    return result.returncode, {row["name"]: Finding(**row) for row in report["findings"]}


def only(check: Check, asked: Asked = HERE) -> Finding:
    (finding,) = findings.run([check], asked)
    return finding


def states(found: Mapping[str, Finding], state: str) -> set[str]:
    return {name for name, finding in found.items() if finding.state == state}


# ---- whole installations ----------------------------------------------------------------------------------------


@pytest.mark.servers
def test_one_process_on_sqlite_is_well(uvicorn_server: servers.Campfire) -> None:
    make_owner(uvicorn_server)
    uvicorn_server.data.chmod(0o700)
    code, found = examine(uvicorn_server, "--url", uvicorn_server.url)

    assert code == 0, states(found, "problem")
    assert states(found, "warning") == {"address", "mail", "backups"}
    for name in ("secret key", "data folder", "static files", "integrity", "migrations", "tasks", "people"):
        assert found[name].state == "ok"
    assert found["database"].said.startswith("SQLite 3.")
    assert found["sockets"] == Finding("ok", "sockets", "reach the server")
    assert found["ready"].state == found["proxy"].state == "ok"


@pytest.mark.servers
def test_two_workers_on_postgresql_and_redis_are_well(tmp_path: Path) -> None:
    with servers.start_postgres() as postgres, servers.start_redis() as redis_server:
        chosen = {"DATABASE_URL": postgres.url, "REDIS_URL": redis_server.url}
        with servers.start_campfire(data=tmp_path, env=chosen, arguments=("--workers", "2")) as server:
            make_owner(server)
            server.data.chmod(0o700)
            code, found = examine(server, "--url", server.url, "--workers", "2")

            assert code == 0, states(found, "problem")
            assert found["database"].said.startswith("PostgreSQL 1")
            for name in ("encoding", "search", "connections", "clock", "redis", "redis memory", "redis clients"):
                assert found[name].state == "ok"

            _, found = examine(server, "--workers", "50")
            assert found["connections"].state == "warning"
            server.stop()
            code, found = examine(server, "--url", server.url)
            assert (code, found["server"].state) == (1, "problem")
            assert found["server"].said.startswith(f"nothing answers at {server.url}")

        redis_server.kill()
        postgres.stop()
        code, found = examine(server)
        assert code == 1
        assert states(found, "problem") == {"redis", "database"}
        assert "migrations" not in found


@pytest.mark.servers
def test_a_database_in_another_encoding_without_the_extension_is_told(tmp_path: Path) -> None:
    with servers.start_postgres() as postgres:
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE old ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
        server = servers.Campfire("never started", [], port=0, log=tmp_path / "log", url="http://127.0.0.1:9")
        chosen = {"DATABASE_URL": postgres.url.removesuffix("/campfire") + "/old"}
        server.environment = servers._environment(tmp_path, chosen)
        code, found = examine(server)

    assert code == 1
    assert {"encoding", "search", "migrations"} <= states(found, "problem")


@pytest.mark.servers
def test_what_it_prints_says_what_to_do(tmp_path: Path) -> None:
    environment = servers._environment(tmp_path, {"RATE_LIMITS": "off"})
    command = [sys.executable, "manage.py", "doctor"]
    result = subprocess.run(command, cwd=servers.ROOT, env=environment, capture_output=True, text=True, check=False)

    assert result.returncode == 1
    assert "problem  rate limits    RATE_LIMITS is off" in result.stdout
    assert "→ Unset RATE_LIMITS" in result.stdout
    assert "\n2 problems, " in result.stdout
    assert result.stderr == ""


def test_help_says_how_to_use_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("doctor", "--help")
    said = capsys.readouterr().out

    assert "The exit code is 1 if there is a problem" in said
    assert "  manage.py doctor --mail-to me@example.com       sends a test mail\n" in said


def test_a_check_that_fails_is_a_problem_and_stops_no_other() -> None:
    def check_the_weather(asked: Asked) -> Iterator[Finding]:
        raise RuntimeError("postgres://campfire:hunter2@host\nsecond line")

    found = findings.run([check_the_weather, settings.check_debug], HERE)

    assert [(finding.state, finding.name) for finding in found] == [("problem", "the weather"), ("ok", "debug")]
    assert found[0].said == "could not be checked: postgres://campfire:…@host"


# ---- settings -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "https", "state"),
    [("", False, "warning"), ("http://chat.lan", False, "warning"), ("https://chat.example.com", True, "ok")],
)
def test_the_address(settings: Any, url: str, https: bool, state: str) -> None:
    settings.CAMPFIRE_URL, settings.HTTPS = url, https

    assert only(check("settings.check_address")).state == state


def check(name: str) -> Check:
    """A check by name: `settings` is pytest-django's where a test asks for it."""
    module, function = name.split(".")
    found: Check = getattr({"settings": globals()["settings"], "machine": machine}[module], function)
    return found


def test_a_key_that_others_can_read(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    settings.DATA_DIR = tmp_path
    (tmp_path / "secret_key").touch(0o600)
    assert only(check("settings.check_secret_key")).state == "ok"

    (tmp_path / "secret_key").chmod(0o640)
    found = only(check("settings.check_secret_key"))
    assert (found.state, found.todo) == ("problem", f"chmod 600 {tmp_path}/secret_key")

    monkeypatch.setenv("SECRET_KEY", "given")
    assert only(check("settings.check_secret_key")).state == "ok"


@pytest.mark.parametrize(("url", "state"), [("", "warning"), ("https://chat.example.com", "problem")])
def test_debug_is_worse_where_others_come(settings: Any, url: str, state: str) -> None:
    settings.DEBUG, settings.CAMPFIRE_URL = True, url

    assert only(check("settings.check_debug")).state == state


def test_mail(settings: Any) -> None:
    settings.HAS_MAIL = False
    assert only(check("settings.check_mail")).state == "warning"
    assert only(check("settings.check_mail"), Asked(mail_to="me@example.com")).state == "problem"

    settings.HAS_MAIL = True
    assert only(check("settings.check_mail")).state == "ok"
    assert mail.outbox == []
    assert only(check("settings.check_mail"), Asked(mail_to="me@example.com")).state == "ok"
    assert [message.to for message in mail.outbox] == [["me@example.com"]]


def test_a_mail_server_that_is_away(settings: Any) -> None:
    settings.HAS_MAIL, settings.EMAIL_BACKEND = True, "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", servers.free_port()

    found = only(check("settings.check_mail"))

    assert found.state == "problem"
    assert "127.0.0.1 does not accept mail: [Errno 111]" in found.said


# ---- the machine ----------------------------------------------------------------------------------------------


def test_a_data_folder_that_everybody_can_read(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    tmp_path.chmod(0o700)
    assert only(machine.check_data_folder).state == "ok"
    tmp_path.chmod(0o755)
    assert (only(machine.check_data_folder).state, only(machine.check_data_folder).todo) == (
        "problem",
        f"chmod 700 {tmp_path}",
    )


def test_a_data_folder_of_somebody_else(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_DIR = tmp_path
    # Whoever runs the tests may be root, to whom everything is open.
    monkeypatch.setattr("os.access", lambda path, mode: False)

    assert "is not writable" in only(machine.check_data_folder).said


@pytest.mark.parametrize(
    ("free", "state"), [(99 * 1024**2, "problem"), (1023 * 1024**2, "warning"), (2 * 1024**3, "ok")]
)
def test_room_on_the_disk(monkeypatch: pytest.MonkeyPatch, free: int, state: str) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": free}))

    assert only(machine.check_disk).state == state


@pytest.mark.parametrize(("hard", "state"), [(1024, "warning"), (65536, "ok"), (-1, "ok")])
def test_open_files(monkeypatch: pytest.MonkeyPatch, hard: int, state: str) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda which: (1024, hard))

    assert only(machine.check_open_files).state == state


def test_static_files(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    assert only(machine.check_static_files).state == "problem"
    settings.STATIC_ROOT.mkdir()
    assert only(machine.check_static_files).state == "warning"
    (settings.STATIC_ROOT / ".collected").write_text("of an older release")
    assert only(machine.check_static_files).state == "warning"


# ---- the database ---------------------------------------------------------------------------------------------


def answering(monkeypatch: pytest.MonkeyPatch, **answers: object) -> None:
    """A database that answers so to the query that ends with a name."""
    monkeypatch.setattr(database, "ask", lambda query: next(v for k, v in answers.items() if k in query))


def test_missing_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "unapplied_migrations", lambda: 3)

    assert only(database.check_migrations).said.startswith("3 are missing")


def test_a_damaged_file_on_another_machine_without_wal(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, journal_mode="delete", quick_check="row 3 missing from index x")
    monkeypatch.setattr(database, "filesystem_of", lambda folder: "nfs4")

    found = findings.run([database.check_sqlite], Asked(workers=2))

    assert {finding.name for finding in found if finding.state == "problem"} == {
        "workers",
        "journal",
        "integrity",
        "file system",
    }


def test_the_file_system_is_that_of_the_nearest_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/sda / ext4 rw 0 0\nhost:/x /srv nfs4 rw 0 0\n/dev/sdb /srv/campfire xfs rw 0 0\n"
        "old /srv/campfire/a tmpfs rw 0 0\nnew /srv/campfire/a btrfs rw 0 0\n"
    )

    seen = [
        database.filesystem_of(Path(path), mounts)
        for path in ("/srv/campfires", "/srv/campfire", "/", "/srv/campfire/a/b")
    ]

    assert seen == ["nfs4", "xfs", "ext4", "btrfs"]
    assert database.filesystem_of(tmp_path, tmp_path / "no mounts") == ""


@pytest.mark.parametrize(("apart", "state"), [(0, "ok"), (-60, "problem"), (60, "problem")])
def test_clocks_that_disagree(settings: Any, monkeypatch: pytest.MonkeyPatch, apart: int, state: str) -> None:
    settings.IS_SQLITE = False
    answering(monkeypatch, clock_timestamp=time.time() + apart)

    assert only(database.check_clock).state == state


def test_a_postgresql_that_is_too_old(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.IS_SQLITE = False
    answering(monkeypatch, server_version_num="130012", server_encoding="UTF8", pg_extension=1)

    found = findings.run([database.check_postgresql], HERE)

    assert [finding.name for finding in found if finding.state == "problem"] == ["version"]


# ---- Redis, tasks, people ---------------------------------------------------------------------------------------

INFO = {"redis_version": "7.0.15", "connected_clients": 3, "maxclients": 10_000}


@pytest.mark.parametrize(
    ("info", "told"),
    [
        ({}, set()),
        ({"maxmemory": 10**6, "maxmemory_policy": "noeviction"}, set()),
        ({"maxmemory": 0, "maxmemory_policy": "allkeys-lru"}, set()),
        ({"maxmemory": 10**6, "maxmemory_policy": "allkeys-lru"}, {"redis memory"}),
        ({"redis_version": "5.0.1"}, {"redis"}),
        ({"connected_clients": 9_000}, {"redis clients"}),
    ],
)
def test_what_redis_says_of_itself(info: dict[str, Any], told: set[str]) -> None:
    assert {finding.name for finding in redis.examine(INFO | info) if finding.state != "ok"} == told


def test_several_workers_need_redis(settings: Any) -> None:
    settings.REDIS_URL = ""

    assert only(redis.check_redis).state == "ok"
    assert only(redis.check_redis, Asked(workers=2)).state == "problem"


def queued(since: timedelta, **columns: Any) -> None:
    """A task that became due a while ago."""
    due = timezone.now() - since
    columns = {"status": TaskResultStatus.READY, "run_after": due, **columns}
    row = DBTaskResult.objects.create(
        task_path="x.y", args_kwargs={"args": [], "kwargs": {}}, backend_name="default", **columns
    )
    DBTaskResult.objects.filter(pk=row.pk).update(enqueued_at=due)


@pytest.mark.django_db
def test_tasks_that_nobody_works_on() -> None:
    queued(timedelta(seconds=30))
    queued(timedelta(hours=-1))
    assert only(tasks.check_task_worker).state == "ok"

    queued(timedelta(minutes=2))
    found = only(tasks.check_task_worker)
    assert (found.state, found.said.startswith("2 tasks are due")) == ("problem", True)


@pytest.mark.django_db
def test_tasks_that_were_given_up() -> None:
    queued(timedelta(minutes=2), status=TaskResultStatus.FAILED)

    found = findings.run([tasks.check_task_worker], HERE)

    assert [(finding.name, finding.state) for finding in found] == [("tasks", "ok"), ("failed tasks", "warning")]


@pytest.mark.django_db
def test_an_owner() -> None:
    assert only(check_people).todo == "Open /setup and enter the code that manage.py setupcode prints."

    owner = set_up(workspace="Acme", name="Ada", email="ada@example.com", password="correct horse battery")
    assert only(check_people).state == "ok"

    Member.objects.filter(user=owner).update(role="MEMBER")
    assert only(check_people).state == "problem"


# ---- what stands in front ----------------------------------------------------------------------------------------


class Front(BaseHTTPRequestHandler):
    """Some program in front of the server that does something wrong."""

    protocol_version = "HTTP/1.1"
    answers: dict[str, tuple[int, dict[str, str], bytes]] = {}

    def do_GET(self) -> None:
        status, headers, body = self.answers.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "Connection": "close", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def front(settings: Any) -> Iterator[str]:
    """The address of a server behind which everything is well, as `Front.answers` says."""
    settings.CAMPFIRE_URL = ""
    ready = json.dumps({"database": True, "layer": True, "migrations": True}).encode()
    version = json.dumps({"name": NAME, "version": VERSION}).encode()
    Front.answers = {
        "/healthz": (200, {}, b"ok"),
        "/readyz": (200, {}, ready),
        "/version": (200, {}, version),
        "/sign-in": (200, {}, b""),
        "/ws/": (403, {}, b""),
    }
    server = HTTPServer(("127.0.0.1", 0), Front)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def told(front: str) -> set[tuple[str, str]]:
    return {
        (finding.state, finding.name) for finding in serving.check_server(Asked(url=front)) if finding.state != "ok"
    }


def test_a_good_front_is_not_complained_of(front: str) -> None:
    assert told(front) == set()


@pytest.mark.parametrize(
    ("path", "answer", "finding"),
    [
        ("/healthz", (200, {}, b"<h1>It works!</h1>"), ("problem", "server")),
        ("/healthz", (502, {}, b""), ("problem", "server")),
        ("/version", (200, {}, b'{"name": "Campfire", "version": "0.0.1"}'), ("warning", "release")),
        ("/readyz", (503, {}, b'{"database": true, "layer": false, "migrations": true}'), ("problem", "ready")),
        ("/sign-in", (400, {}, b""), ("problem", "proxy")),
        ("/ws/", (404, {}, b""), ("problem", "sockets")),
        ("/ws/", (502, {}, b""), ("problem", "sockets")),
    ],
)
def test_a_front_that_does_something_wrong(front: str, path: str, answer: Any, finding: tuple[str, str]) -> None:
    Front.answers[path] = answer

    assert told(front) == {finding}


@pytest.mark.parametrize(
    ("status", "said"),
    [(502, "the proxy at"), (400, "does not recognise this host name"), (404, "answered by something other")],
)
def test_who_answers_instead_of_the_server_is_told_apart(front: str, status: int, said: str) -> None:
    Front.answers["/healthz"] = (status, {}, b"")

    assert said in only(serving.check_server, Asked(url=front)).said


@pytest.mark.parametrize("given", [["--url", "chat.example.com"], ["--workers", "0"], ["--workers", "two"]])
def test_what_cannot_be_asked_is_refused(given: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("doctor", *given)


def test_a_database_that_lets_nobody_in_says_why(tmp_path: Path) -> None:
    """Not for how long the pool has tried, and without a line for each time that it did."""
    environment = servers._environment(tmp_path, {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/x"})
    command = [sys.executable, "manage.py", "doctor", "--json", "--url", "http://127.0.0.1:1"]
    result = subprocess.run(command, cwd=servers.ROOT, env=environment, capture_output=True, text=True, check=False)
    found = {row["name"]: row["said"] for row in json.loads(result.stdout)["findings"]}

    assert "Connection refused" in found["database"]
    assert result.stderr == ""


def test_a_front_that_hides_https(front: str) -> None:
    Front.answers["/sign-in"] = (301, {"Location": f"{front}/sign-in"}, b"")

    assert told(front) == {("problem", "proxy")}


def test_nobody_is_asked_without_an_address(settings: Any) -> None:
    settings.CAMPFIRE_URL = ""

    assert only(serving.check_server).state == "warning"


def test_backups_that_are_fresh_old_or_not_there(settings: Any, tmp_path: Path) -> None:
    settings.BACKUPS = tmp_path / "backups"
    assert "there are none" in only(check_backups).said

    for days, state in ((3, "warning"), (1, "ok")):
        backup = settings.BACKUPS / (timezone.now() - timedelta(days=days)).strftime(BACKUP)
        backup.mkdir(parents=True)
        (backup / "SHA256SUMS").touch()
        assert only(check_backups).state == state
    (settings.BACKUPS / "campfire-20990101T000000Z").mkdir()
    assert only(check_backups).state == "ok", "What is not whole does not count"


def test_a_database_that_nothing_here_could_dump(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def check_programs() -> None:
        raise Unusable("pg_dump is not installed. Install it.")

    settings.IS_SQLITE = False
    monkeypatch.setattr(postgresql, "check_programs", check_programs)

    assert only(check_backups) == Finding(
        "warning", "backups", "manage.py backup could not make a backup", "pg_dump is not installed. Install it."
    )
