"""What a browser loads before it can show the room page stays small (JavaScript 60 KB, CSS 20 KB, compressed)."""

import gzip
import re
from pathlib import Path

import pytest

from tests.servers import ROOT

STATIC = ROOT / "static"
TEMPLATES = ROOT / "templates"
IMPORT = re.compile(r'^import (?:[^"]* from )?"(\.[^"]+)";$', re.MULTILINE)
SHEET = re.compile(r"{% static '(css/[^']+)' %}")


def compressed(files: set[Path]) -> int:
    return sum(len(gzip.compress(file.read_bytes())) for file in files)


def modules(start: Path) -> set[Path]:
    """`start` and all that it imports."""
    found, waiting = set(), [start]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += [(file.parent / path).resolve() for path in IMPORT.findall(file.read_text())]
    return found


def sheets(*templates: str) -> set[Path]:
    return {STATIC / path for template in templates for path in SHEET.findall((TEMPLATES / template).read_text())}


@pytest.mark.parametrize("start", ["app.js", "rooms.js"])
def test_scripts(start: str) -> None:
    files = modules(STATIC / "js" / start)
    assert len(files) > 15, "the modules were found"
    assert compressed(files) <= 60_000


@pytest.mark.parametrize("page", ["chat/room.html", "shell.html"])
def test_styles(page: str) -> None:
    files = sheets("_styles.html", page)
    assert len(files) > 10, "the sheets were found"
    assert compressed(files) <= 20_000
