"""What docs/ says exists, and what exists is said (settings, decisions, files)."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
# What other programs set, or the project sets for itself.
NOT_FOR_OPERATORS = {"DJANGO_SETTINGS_MODULE", "PYTHONPATH", "PYTHONUNBUFFERED", "PYTEST_XDIST_WORKER", "PATH", "CI"}
READ = re.compile(r"""(?:\benv|\benviron|\.Env\(\))(?:\.\w+\(|\[)\s*"([A-Z][A-Z_]+)\"""")

pytestmark = pytest.mark.sqlite


def sources() -> list[Path]:
    apps = [path for app in ("accounts", "campfire", "chat") for path in (ROOT / app).rglob("*.py")]
    product = [path for path in apps if "tests" not in path.parts]
    return [*product, *(path for path in (ROOT / "scripts").iterdir() if path.is_file()), ROOT / "tests" / "run.py"]


def read_by_the_code() -> set[str]:
    found = {name for path in sources() for name in READ.findall(path.read_text())}
    assert {"CAMPFIRE_DATA", "DATABASE_URL", "TEST_REDIS_URL"} <= found, "the pattern no longer finds settings"
    return found - NOT_FOR_OPERATORS


def listed() -> set[str]:
    table = set(re.findall(r"^\| `([A-Z_]+)` \|", OPERATIONS, re.MULTILINE))
    return table | set(re.findall(r"`(TEST_[A-Z_]+)`", OPERATIONS))


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    assert listed() == read_by_the_code()


@pytest.mark.parametrize("document", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")), ids=str)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text())

    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", ["protocol", "architecture"])
def test_what_the_code_says_to_read_is_a_part_of_it(document: str) -> None:
    headings = re.findall(r"^#+ (.+)$", (ROOT / "docs" / f"{document}.md").read_text().lower(), re.MULTILINE)
    code = [*sources(), *(ROOT / "tests").rglob("*.py"), *(ROOT / "static" / "js").rglob("*.js")]
    named = {name for path in code for name in re.findall(rf"\({document}: ([^):]+)[):]", path.read_text())}
    assert named, "the pattern no longer finds anything"

    assert {name.replace("\n", " ") for name in named} - set(headings) == set()


def test_every_decision_is_in_the_list() -> None:
    decisions = {path.name for path in (ROOT / "docs" / "decisions").glob("*.md")} - {"README.md"}
    listing = (ROOT / "docs" / "decisions" / "README.md").read_text()

    assert set(re.findall(r"\]\((\w+\.md)\)", listing)) == decisions


def test_every_command_is_documented_and_every_documented_command_exists() -> None:
    commands = {path.stem for path in ROOT.glob("*/management/commands/*.py")} - {"__init__"}

    assert len(commands) > 3, "the pattern no longer finds commands"
    assert set(re.findall(r"^\| `([a-z_]+)[^`]*` \|", OPERATIONS.split("## Commands")[1], re.MULTILINE)) == commands
