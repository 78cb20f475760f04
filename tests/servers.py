"""Real servers for tests, each a process of its own on a free port, ended by its id.

`start_postgres()`, `start_redis()` and `start_campfire(kind)` are context managers. What they yield has `url`, `pid`,
`stop()` (politely), `kill()` (SIGKILL) and `start()` (again, on the same data), for tests that break things.
"""

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import psycopg

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 150
# What the surrounding test run chose for itself is no business of a server under test.
_OF_THE_TEST_RUN = ("CAMPFIRE_DATA", "DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL")
# 1011 is a bug (protocol: the socket). Our own line, and what Uvicorn and Daphne say of an application that failed.
_FAILED = re.compile(r"Socket closed with 1011\b|Exception in ASGI|ASGI callable|Exception inside application")
# What a server cut off at its own end did not fail.
_CUT_OFF = "Task cancelled, timeout graceful shutdown exceeded"


class NotInstalled(Exception):
    """A program that tests need is missing."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def find_program(name: str, *folders: Path) -> str:
    """The path of a program, from PATH or `folders`; raises `NotInstalled`."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, folders), "/usr/sbin", "/usr/local/sbin"])
    if found := shutil.which(name, path=path):
        return found
    raise NotInstalled(f"{name} is not installed; scripts/test installs it where it may.")


def alive_in_group(group: int) -> list[str]:
    """The command lines of processes of a group that still run; those that only wait to be noticed do not count."""
    listed = subprocess.run(["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in listed.splitlines()]
    return [row[-1] for row in rows if row[0] == str(group) and not row[1].startswith("Z")]


def internal_errors(log: str) -> list[str]:
    """The records of a Campfire's log that tell of a socket closed with 1011, or of an application that failed."""
    records = re.split(r"\n(?! )", log)
    return [record for record in records if _FAILED.search(record) and _CUT_OFF not in record]


class Server:
    """A process that serves: started by `start`, ready when `is_ready` says so, its output in `log`."""

    polite_signal = signal.SIGTERM

    def __init__(self, name: str, command: list[str], *, port: int, log: Path, url: str) -> None:
        self.name, self.command, self.port, self.log, self.url = name, command, port, log, url
        self.root = ROOT
        self.environment: dict[str, str] = dict(os.environ)
        self.user: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, f"{self.name} has not been started"
        return self._process

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_ready(self) -> bool:
        return accepts(self.port)

    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                cwd=self.root,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=self.user,
                group=_group_of(self.user),
                extra_groups=None if self.user is None else [],
            )
        self._wait_for(self.is_ready)

    def _wait_for(self, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not ready():
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with {self.process.returncode}:\n{self.output()}")
            if time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{self.name} did not answer in {PATIENCE_S} s:\n{self.output()}")
            time.sleep(0.02)

    def stop(self, timeout: float = 15) -> float:
        """Ask it to end and wait; the seconds it took. Raises `TimeoutExpired` if it would not."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(self.polite_signal)
            self.process.wait(timeout)
        return time.monotonic() - began

    def kill(self) -> None:
        """SIGKILL to it and whatever it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def close(self) -> None:
        """End it somehow."""
        if self._process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.stop()
        self.kill()


class Postgres(Server):
    # Fast shutdown: connections are ended, not waited for.
    polite_signal = signal.SIGINT

    def is_ready(self) -> bool:
        # Its port opens a moment before it takes anybody in.
        try:
            psycopg.connect(self.url, connect_timeout=1).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop_at_once(self) -> None:
        """PostgreSQL's immediate shutdown: as after a power cut, it recovers from its log at the next start."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(15)


class Campfire(Server):
    """Campfire itself. `data` is its folder."""

    data: Path

    def is_ready(self) -> bool:
        # The port is taken before the first answer; a look at it alone would be too early.
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=PATIENCE_S) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def close(self) -> None:
        """End it somehow; raises `AssertionError` if it closed a socket with 1011 or its application failed one."""
        super().close()
        found = internal_errors(self.output())
        assert not found, "\n".join([f"{self.name}:", *found])

    @property
    def setup_code(self) -> str:
        """The one-time code that the console showed."""
        found = re.search(r"setup code: (\S+)", self.output())
        assert found, f"no setup code was printed:\n{self.output()}"
        return found[1]


@contextmanager
def _running(server: Server) -> Iterator[None]:
    try:
        server.start()
        yield
    finally:
        server.close()


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix=f"campfire-{name}-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def start_redis(*, port: int | None = None) -> Iterator[Server]:
    """An empty Redis that keeps nothing on disk."""
    program, port = find_program("redis-server"), port or free_port()
    with _folder("redis") as folder:
        kept = ["--save", "", "--appendonly", "no", "--dir", str(folder)]
        command = [program, "--bind", "127.0.0.1", "--port", str(port), *kept]
        server = Server("Redis", command, port=port, log=folder / "log", url=f"redis://127.0.0.1:{port}/0")
        with _running(server):
            yield server


@contextmanager
def start_postgres(*, port: int | None = None, careful: bool = False) -> Iterator[Postgres]:
    """An empty PostgreSQL with a database `campfire`; `careful`, it waits for the disk as it would anywhere else."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    program, port = find_program("postgres", *folders), port or free_port()
    with _folder("postgres") as folder:
        user = _unprivileged_user()
        if user is not None:
            shutil.chown(folder, user, _group_of(user))
        _initialise(find_program("initdb", *folders), folder / "data", user)
        # What was committed outlives the server, not the machine: no waiting for the disk, but for the log's write.
        careless = ["-cfsync=off", "-cfull_page_writes=off"]
        command = [program, "-D", str(folder / "data"), "-k", str(folder), "-h", "127.0.0.1", "-p", str(port)]
        url = f"postgres://campfire@127.0.0.1:{port}/postgres"
        command += [*([] if careful else careless), "-cmax_connections=300"]
        server = Postgres("PostgreSQL", command, port=port, log=folder / "log", url=url)
        server.user, server.environment = user, dict(os.environ, LC_ALL="C.UTF-8")
        with _running(server):
            _create_database(server)
            yield server


def _initialise(initdb: str, data: Path, user: int | None) -> None:
    options = ["--username=campfire", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run(
        [initdb, "-D", str(data), *options],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
        user=user,
        group=_group_of(user),
        extra_groups=None if user is None else [],
    )


def _create_database(server: Postgres) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE campfire")
    server.url = server.url.replace("/postgres", "/campfire")


def _unprivileged_user() -> int | None:
    """Whom to run PostgreSQL as, which refuses to be root; None for ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise NotInstalled("PostgreSQL does not run as root, and there is no user postgres or nobody.")


def _group_of(user: int | None) -> int | None:
    return None if user is None else pwd.getpwuid(user).pw_gid


@contextmanager
def start_campfire(
    kind: Literal["uvicorn", "daphne", "script"] = "uvicorn",
    *,
    data: Path,
    port: int | None = None,
    env: Mapping[str, str] | None = None,
    arguments: tuple[str, ...] = (),
    root: Path = ROOT,
) -> Iterator[Campfire]:
    """Campfire in a process of its own: what `scripts/serve` starts, the same application on Daphne, the script itself.

    `env` is added to the environment (DATABASE_URL, REDIS_URL, RATE_LIMITS, …), `arguments` to the command line, but
    not to Daphne's. `root` is the checkout whose code is served.
    """
    port = port or free_port()
    data.mkdir(parents=True, exist_ok=True)
    options = ["--port", str(port), "--data", str(data), *arguments]
    command = {
        "uvicorn": [sys.executable, "-m", "campfire.serving.server", *options],
        "script": [str(root / "scripts" / "serve"), *options],
        "daphne": [sys.executable, "-m", "tests.daphne_server", str(port)],
    }[kind]
    server = Campfire(
        f"Campfire on {kind}", command, port=port, log=data / "server.log", url=f"http://127.0.0.1:{port}"
    )
    server.data, server.root = data, root
    server.environment = _environment(data, env or {}, root)
    with _running(server):
        yield server


def _environment(data: Path, env: Mapping[str, str], root: Path = ROOT) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _OF_THE_TEST_RUN}
    return {**kept, "CAMPFIRE_DATA": str(data), "PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1", **env}
