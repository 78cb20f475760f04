"""Where PostgreSQL's own programs are, and which of several is the right one."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from chat.backup.folder import Unusable

# Debian keeps those of each version side by side, and others where PATH leads.
FOLDERS = Path("/usr/lib/postgresql")


def find_program(name: str, *, at_least: int, newest: bool = False) -> Path:
    """The oldest that is not older than the major version `at_least`, as a newer one writes what an older server may
    not understand; with `newest`, the newest. Raises `Unusable`."""
    found: dict[int, Path] = {}
    for path in _candidates(name):
        found.setdefault(major(path), path)
    fitting = [version for version in found if version >= at_least]
    if fitting:
        return found[max(fitting) if newest else min(fitting)]
    package = f"postgresql-client-{at_least}" if at_least else "postgresql-client"
    todo = f"Install it: apt-get install {package} (Debian), or from https://www.postgresql.org/download/."
    if found:
        raise Unusable(
            f"{name} is version {max(found)}, but PostgreSQL is version {at_least}: it must be at least as new. {todo}"
        )
    raise Unusable(f"{name} is not installed. {todo}")


def _candidates(name: str) -> Iterator[Path]:
    yield from sorted(FOLDERS.glob(f"*/bin/{name}"))
    if in_path := shutil.which(name):
        yield Path(in_path)


def major(program: Path) -> int:
    """The major version that a program says it has."""
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"(\d+)", said)
    return int(found[1]) if found else 0
