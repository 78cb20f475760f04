"""What Campfire is measured beside, each in a process of its own on a free port."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.servers import ROOT, Campfire, NotInstalled, Server, _environment, _running, find_program, free_port

NODE = Path(__file__).parent / "node"
INSTALL_SECONDS = 120
_UVICORN = ["--loop", "uvloop", "--http", "h11", "--ws", "websockets-sansio", "--ws-per-message-deflate", "false"]
TUTORIAL = "tests.bench.baselines.tutorial:application"


@contextmanager
def start_raw(folder: Path) -> Iterator[Server]:
    """The limit: uvloop, one prepared frame written to every transport."""
    with _start("raw", [sys.executable, "-m", "tests.bench.baselines.raw"], folder) as server:
        yield server


@contextmanager
def start_accepting(folder: Path) -> Iterator[Server]:
    """Campfire's server without Campfire: whoever comes is accepted and greeted."""
    with _start("accepting", [sys.executable, "-m", "tests.bench.baselines.accepting"], folder) as server:
        yield server


@contextmanager
def start_tutorial_on_daphne(folder: Path) -> Iterator[Server]:
    """The tutorial's chat, its layer in memory."""
    command = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", TUTORIAL, "-p"]
    with _start("tutorial-daphne", command, folder) as server:
        yield server


@contextmanager
def start_tutorial_on_uvicorn(folder: Path, redis_url: str) -> Iterator[Server]:
    """The tutorial's chat, its layer on Redis pub/sub."""
    command = [sys.executable, "-m", "uvicorn", *_UVICORN, "--log-level", "warning", TUTORIAL, "--port"]
    with _start("tutorial-uvicorn", command, folder, {"REDIS_URL": redis_url}) as server:
        yield server


@contextmanager
def start_node(script: str, folder: Path) -> Iterator[Server]:
    """`ws.js` or `socket_io.js`; raises `NotInstalled` without Node or without the packages."""
    node, packages = find_program("node"), install_packages()
    with _start(script, [node, str(packages / script)], folder) as server:
        yield server


def install_packages() -> Path:
    """A folder with our Node scripts and what they need, kept from run to run."""
    cache = _cache()
    if not has_packages():
        cache.mkdir(parents=True, exist_ok=True)
        _install(cache)
    for script in NODE.glob("*.js"):
        shutil.copy(script, cache)
    return cache


def has_packages() -> bool:
    """Whether an earlier run has installed what package.json wants."""
    listed, installed = _cache() / "package.json", _cache() / "node_modules" / ".package-lock.json"
    wanted = (NODE / "package.json").read_bytes()
    return installed.is_file() and listed.is_file() and listed.read_bytes() == wanted


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "campfire-bench"


def _install(cache: Path) -> None:
    shutil.copy(NODE / "package.json", cache)
    command = [find_program("npm"), "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
    try:
        result = subprocess.run(
            command, cwd=cache, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise NotInstalled("npm could not install ws and socket.io in time.") from None
    if result.returncode != 0:
        (cache / "package.json").unlink()
        raise NotInstalled(f"npm could not install ws and socket.io: {result.stderr.strip()[-300:]}")


@contextmanager
def start_unstored(folder: Path) -> Iterator[Campfire]:
    """Campfire on Uvicorn that stores no message."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.baselines.unstored", "--port", str(port), "--data", str(folder)]
    url = f"http://127.0.0.1:{port}"
    server = Campfire("unstored", command, port=port, log=folder / "server.log", url=url)
    server.data, server.environment = folder, _environment(folder, {"RATE_LIMITS": "off"})
    with _running(server):
        yield server


@contextmanager
def _start(name: str, command: list[str], folder: Path, env: Mapping[str, str] | None = None) -> Iterator[Server]:
    """`command` with a free port as its last argument."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = Server(name, [*command, str(port)], port=port, log=folder / f"{name}.log", url=url)
    server.environment = {**_environment(folder, env or {}), "PYTHONPATH": str(ROOT)}
    with _running(server):
        yield server
