"""What stands between somebody's machine and the product: Python, the environment, what is left unfinished."""

import importlib.util
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests import run

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.sqlite


def load(name: str) -> ModuleType:
    """A file of scripts/, which is no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """scripts/_environment.py in an empty folder."""
    module = load("_environment")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    (tmp_path / "requirements.txt").write_text("django\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\npytest\n")
    return module


@pytest.fixture
def installed(environment: ModuleType) -> ModuleType:
    """As after installing requirements-dev.txt."""
    environment.PYTHON.parent.mkdir(parents=True)
    environment.PYTHON.touch()
    for file in environment.included(environment.ROOT / "requirements-dev.txt"):
        environment.stamp(file).write_text(environment.digest(file))
    return environment


def test_a_python_that_is_too_old_is_said(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    old = tmp_path / "bin" / "python3"
    old.parent.mkdir()
    old.write_text('#!/bin/sh\n[ "$1" = --version ] || exit 1\necho Python 3.9.2\n')
    old.chmod(0o755)
    for tool in ("sh", "dirname"):
        (old.parent / tool).symlink_to(shutil.which(tool) or "")

    result = subprocess.run(
        [str(tmp_path / "scripts" / "serve")],
        env={"PATH": str(old.parent)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 1
    assert "Campfire needs Python 3.11 or newer; found: Python 3.9.2." in result.stderr


def test_a_python_without_environments_is_said(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        environment.make_venv()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_what_was_installed_is_not_installed_again(installed: ModuleType, name: str) -> None:
    assert installed.is_installed(installed.ROOT / name)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_new_requirement_is_installed(installed: ModuleType, name: str) -> None:
    (installed.ROOT / "requirements.txt").write_text("django\nchannels\n")

    assert not installed.is_installed(installed.ROOT / name)


def test_a_lost_environment_is_made_anew(installed: ModuleType) -> None:
    shutil.rmtree(installed.VENV)

    assert not installed.is_installed(installed.ROOT / "requirements.txt")


@pytest.fixture
def pip(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a shell script in the place of Python, so of pip."""
    environment.PYTHON.parent.mkdir(parents=True)
    (environment.PYTHON.parent / "pip").touch()

    def put(script: str) -> None:
        environment.PYTHON.write_text(f"#!/bin/sh\n{script}\n")
        environment.PYTHON.chmod(0o755)

    return put


def test_installing_says_a_few_calm_lines(
    environment: ModuleType,
    pip: Callable[[str], None],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pip("seq 1 150; echo noise >&2; sleep 0.5")
    monkeypatch.setattr(environment, "SIGN_S", 0.2)
    environment.install(environment.ROOT / "requirements.txt")
    said = capfd.readouterr()

    assert said.out == ""
    first, *signs, last = said.err.splitlines()
    assert first.startswith("Installing the packages in requirements.txt")
    assert 1 <= len(signs) <= 3
    assert all(sign.startswith("  still installing after ") for sign in signs)
    assert last.startswith("Installed in ")
    assert environment.is_installed(environment.ROOT / "requirements.txt")


def test_a_failure_shows_what_pip_said_and_what_to_do(
    environment: ModuleType, pip: Callable[[str], None], capfd: pytest.CaptureFixture[str]
) -> None:
    pip("seq 1 150; echo 'ERROR: No matching distribution found for django'; exit 1")
    with pytest.raises(SystemExit, match="PIP_INDEX_URL"):
        environment.install(environment.ROOT / "requirements.txt")
    said = capfd.readouterr().err.splitlines()

    assert "ERROR: No matching distribution found for django" in said
    assert len(said) < 40
    assert not environment.is_installed(environment.ROOT / "requirements.txt")


@pytest.mark.parametrize("word", ["todo", "fixme"])
def test_what_is_unfinished_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    check = load("_check")
    monkeypatch.setattr(check, "ROOT", tmp_path)
    (tmp_path / "a.py").write_text(f"pass\n# {word.upper()}: later\n")

    assert check.marks(tmp_path / "a.py") == [f"a.py:2: # {word.upper()}: later"]


@pytest.mark.parametrize(
    ("results", "passed"), [([0, 0], True), ([0, 5], True), ([5, 5], False), ([0, 1], False), ([5, 2], False)]
)
def test_a_run_without_any_test_is_a_failure(results: list[int], passed: bool) -> None:
    """A mistyped path must not look like success, but a file may be for one of the databases only."""
    assert run.succeeded(results) is passed
