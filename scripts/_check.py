"""`scripts/check`: runs each check, shows what it said if it failed, and fails at the end if any did."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
MANAGE = [sys.executable, "manage.py"]
# Spelt in two halves, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
TEXT = {".py", ".js", ".css", ".html", ".md", ".toml", ".ini", ".txt", ".sh", ""}


def command(*parts: str) -> Callable[[], str]:
    """A check that passes if the command exits with 0; what it printed otherwise."""

    def run() -> str:
        result = subprocess.run(parts, cwd=ROOT, capture_output=True, text=True, check=False)
        return "" if result.returncode == 0 else (result.stdout + result.stderr).strip() or f"exit {result.returncode}"

    return run


def bundles() -> str:
    """Whether static/dist is what its sources give."""
    sys.path.insert(0, str(ROOT / "scripts"))
    import _bundle

    return _bundle.problem()


def nothing_unfinished() -> str:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [ROOT / name for name in listed.splitlines() if "/vendor/" not in name and "/dist/" not in name]
    return "\n".join(mark for file in files if file.suffix in TEXT and file.is_file() for mark in marks(file))


def marks(file: Path) -> list[str]:
    lines = file.read_text(errors="replace").splitlines()
    where = file.relative_to(ROOT)
    return [f"{where}:{number}: {line.strip()}" for number, line in enumerate(lines, 1) if UNFINISHED.search(line)]


CHECKS: dict[str, Callable[[], str]] = {
    "ruff check": command(str(BIN / "ruff"), "check", "--output-format", "concise"),
    "ruff format": command(str(BIN / "ruff"), "format", "--check"),
    "mypy": command(str(BIN / "mypy"), "--no-error-summary"),
    "import-linter": command(str(BIN / "lint-imports"), "--no-logo"),
    "migrations": command(*MANAGE, "makemigrations", "--check", "--dry-run"),
    "deployment": command(*MANAGE, "check", "--deploy", "--fail-level", "WARNING"),
    "API schema": command(*MANAGE, "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull),
    "bundles": bundles,
    "nothing unfinished": nothing_unfinished,
}


def settle(data: str) -> None:
    """Check as if deployed, in a data folder that nobody uses."""
    os.environ |= {
        "CAMPFIRE_DATA": data,
        "CAMPFIRE_URL": "https://chat.example.com",
        "SECRET_KEY": "only-for-checks-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
        "DJANGO_SETTINGS_MODULE": "campfire.settings",
    }
    for name in ("DATABASE_URL", "REDIS_URL", "DEBUG"):
        os.environ.pop(name, None)


def main() -> int:
    failed = []
    with tempfile.TemporaryDirectory(prefix="campfire-check-") as data:
        settle(data)
        for name, check in CHECKS.items():
            began = time.monotonic()
            problem = check()
            print(f"{'FAILED' if problem else 'ok':7}{name} ({time.monotonic() - began:.1f} s)", flush=True)
            if problem:
                failed.append(name)
                print(problem, flush=True)
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nAll checks passed.")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
