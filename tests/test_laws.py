"""The laws of docs/architecture.md hold because breaking one is caught: each is broken here, in a copy, and seen."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("accounts", "campfire", "chat")
LINT = Path(sys.executable).parent / "lint-imports"

pytestmark = pytest.mark.sqlite

# Which contract says so, where the law is broken, by which line.
VIOLATIONS = {
    "accounts knows chat": ("top", "accounts/models/users.py", "import chat.models"),
    "the frame knows an app": ("frame", "campfire/events.py", "import accounts.models"),
    "the error type knows settings": ("campfire", "campfire/errors.py", "import campfire.settings"),
    "a model acts": ("chat", "chat/models/rooms.py", "import chat.actions.rooms"),
    "a rule asks a model": ("chat", "chat/rules/content.py", "import chat.models"),
    "an action pushes to the wire": ("chat", "chat/actions/rooms.py", "import chat.subscribers"),
    "an action reaches for the hub": ("chat", "chat/actions/rooms.py", "import chat.delivery.hubs"),
    "an action knows REST": ("chat", "chat/actions/rooms.py", "import chat.api.rooms"),
    "REST knows pages": ("chat", "chat/api/rooms.py", "import chat.views.rooms"),
    "a query acts": ("chat", "chat/queries/history.py", "import chat.actions.rooms"),
    "a role asks a model": ("accounts", "accounts/roles.py", "import accounts.models"),
    "realtime knows Django": ("realtime", "chat/realtime/codes.py", "import django.conf"),
    "realtime knows models": ("chat", "chat/realtime/codes.py", "import chat.models"),
    "realtime knows the channel layer twice": ("realtime", "chat/realtime/codes.py", "import channels.layers"),
    "a rule knows Django": ("pure", "chat/rules/content.py", "import django.utils.text"),
    "a rule knows Channels": ("pure", "chat/rules/content.py", "import channels.layers"),
    "a role knows Django": ("pure", "accounts/roles.py", "import django.db"),
    "an event holds rows": ("told", "chat/events.py", "import chat.models"),
    "a query publishes": ("writers", "chat/queries/history.py", "import campfire.events"),
    "a page makes an operator": ("operators", "chat/views/rooms.py", "import accounts.operators"),
    "REST makes an operator": ("operators", "accounts/api/users.py", "import accounts.operators"),
    "nouns go in circles": ("siblings", "chat/actions/locking.py", "import chat.actions.memberships"),
    "chat has a module that no layer names": ("chat", "chat/elsewhere.py", ""),
    "accounts has a module that no layer names": ("accounts", "accounts/elsewhere.py", ""),
    "campfire has a module that no layer names": ("campfire", "campfire/elsewhere.py", ""),
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The product's Python in a folder of its own."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "tests"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def broken(tree: Path, contract: str) -> bool:
    """Whether import-linter finds `contract` broken in `tree`."""
    result = subprocess.run(
        [str(LINT), "--no-logo", "--no-cache", "--contract", contract],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts: " in result.stdout, result.stdout + result.stderr
    return result.returncode != 0


@pytest.mark.parametrize("law", VIOLATIONS)
def test_breaking_the_law_is_caught(tree: Path, law: str) -> None:
    contract, module, line = VIOLATIONS[law]
    with (tree / module).open("a") as file:
        file.write(f"\n{line}\n")

    assert broken(tree, contract)


@pytest.mark.parametrize("contract", sorted({contract for contract, _, _ in VIOLATIONS.values()}))
def test_without_a_violation_the_contract_holds(tree: Path, contract: str) -> None:
    assert not broken(tree, contract)


def test_every_contract_has_a_violation_that_it_catches() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]

    assert {contract["id"] for contract in config["contracts"]} == {contract for contract, _, _ in VIOLATIONS.values()}


def test_no_package_stands_outside_the_contracts() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}

    assert packages == {*config["root_packages"], "tests"}
