"""Makes .venv and installs a requirements file into it where that changed, then goes on there.

usage: _environment.py REQUIREMENTS PYTHON_ARGUMENTS...

Knows only the standard library: it runs before anything is installed.
"""

import fcntl
import hashlib
import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# Seconds between two signs of life; lines of a failure that are shown.
SIGN_S = 20
TAIL = 30


def digest(requirements: Path) -> str:
    """A hash of the file, of the files it includes by `-r`, and of the Python that it is installed for."""
    seen = hashlib.sha256(sys.version.encode())
    for line in requirements.read_text().splitlines():
        seen.update(line.encode() + b"\n")
        if line.startswith("-r "):
            seen.update(digest(requirements.parent / line[3:].strip()).encode())
    return seen.hexdigest()


def included(requirements: Path) -> list[Path]:
    """The file and those that it includes."""
    lines = requirements.read_text().splitlines()
    return [requirements, *(requirements.parent / line[3:].strip() for line in lines if line.startswith("-r "))]


def stamp(requirements: Path) -> Path:
    return VENV / f".installed-{requirements.name}"


def is_installed(requirements: Path) -> bool:
    try:
        return PYTHON.exists() and stamp(requirements).read_text() == digest(requirements)
    except OSError:
        return False


def make_venv() -> None:
    if (VENV / "bin" / "pip").exists():
        return
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit(
            "This Python cannot create virtual environments: ensurepip is missing.\n"
            "On Debian and Ubuntu: apt-get install python3-venv"
        )
    say(f"Creating .venv with Python {sys.version.split()[0]}")
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)


def install(requirements: Path) -> None:
    make_venv()
    say(f"Installing the packages in {requirements.name} into .venv (only once; about a minute)")
    began = time.monotonic()
    log = VENV / "install.log"
    if pip(requirements, log):
        say("\n".join(log.read_text(errors="replace").splitlines()[-TAIL:]))
        sys.exit(
            "\nThe installation failed; see pip's output above, or all of it in .venv/install.log.\n"
            "It needs the network, or PIP_INDEX_URL set to a mirror, and about 300 MB of disk space.\n"
            "Run this again to continue from here."
        )
    for file in included(requirements):
        stamp(file).write_text(digest(file))
    say(f"Installed in {time.monotonic() - began:.0f} s")


def pip(requirements: Path, log: Path) -> int:
    """Run pip, what it says going into `log`; its exit code. Now and then a sign of life."""
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    began = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen([*command, "-r", str(requirements)], stdout=output, stderr=subprocess.STDOUT)
        try:
            while True:
                try:
                    return process.wait(SIGN_S)
                except subprocess.TimeoutExpired:
                    say(f"  still installing after {time.monotonic() - began:.0f} s")
        finally:
            process.kill()
            process.wait()


@contextmanager
def alone() -> Iterator[None]:
    """Let no second call install at the same time."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def go_on(python: str, arguments: list[str]) -> NoReturn:
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.execv(python, [python, *arguments])


def main() -> NoReturn:
    # Ended while installing, pip must end as well: it is killed on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    requirements, arguments = ROOT / sys.argv[1], sys.argv[2:]
    if not is_installed(requirements):
        if {"-h", "--help"} & set(arguments):
            go_on(sys.executable, arguments)
        with alone():
            if not is_installed(requirements):
                install(requirements)
    go_on(str(PYTHON), arguments)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
