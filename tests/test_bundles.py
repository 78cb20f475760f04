"""How `scripts/bundle` makes static/dist of modules and stylesheets, and what collectstatic makes of that."""

import re
from pathlib import Path

import _bundle
import pytest
from django.core.management import call_command

from tests.servers import ROOT

pytestmark = pytest.mark.sqlite

HASHED = {"staticfiles": {"BACKEND": "campfire.http.static.HashedStaticFiles"}}
ADDRESS = re.compile(r"""(?:import\(?|from|url\()\s*["']?([./][^"')]+)""")
CONTENT = r"\.[0-9a-f]{12}\."


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The sources of two bundles that do little."""
    for kind, text in (("js", 'console.log("a")'), ("css", ":root { color: red; }")):
        (tmp_path / "static" / kind).mkdir(parents=True)
        for name in _bundle.BUNDLES:
            (tmp_path / "static" / kind / f"{name}.{kind}").write_text(text)
    return tmp_path / "static"


@pytest.fixture
def dist(tree: Path) -> Path:
    """What they give."""
    _bundle.renew(tree, tree / "dist")
    return tree / "dist"


@pytest.fixture
def collected(tree: Path, tmp_path: Path, settings) -> Path:
    """Where collectstatic puts files of `tree`, named by their content."""
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [tree], tmp_path / "collected"
    settings.STORAGES = settings.STORAGES | HASHED
    return tmp_path / "collected"


def named_by_content(folder: Path, name: str) -> Path:
    """The file that browsers are told of for `name`: app.js is app.0123456789ab.js."""
    stem, _, suffix = name.rpartition(".")
    [found] = [path for path in folder.iterdir() if re.fullmatch(f"{stem}{CONTENT}{suffix}", path.name)]
    return found


def test_what_the_sources_give_is_what_they_gave(tree: Path, dist: Path) -> None:
    assert _bundle.problem(tree, dist) == ""
    assert {path.name for path in dist.iterdir()} == {"app.js", "app.css", "page.js", "page.css"}


def test_bundles_that_are_not_what_the_sources_give_are_found(tree: Path, dist: Path) -> None:
    (tree / "js" / "app.js").write_text('console.log("b")')
    assert _bundle.problem(tree, dist) == "out of date: app.js. Run scripts/bundle."
    _bundle.renew(tree, dist)
    assert _bundle.problem(tree, dist) == ""


def test_bundles_that_nothing_gives_are_found_and_removed(tree: Path, dist: Path) -> None:
    (dist / "left-over.css").write_text("")
    assert "left-over.css" in _bundle.problem(tree, dist)
    _bundle.renew(tree, dist)
    assert not (dist / "left-over.css").exists()


def test_a_missing_bundle_is_found(tree: Path, dist: Path) -> None:
    (dist / "page.css").unlink()
    assert "page.css" in _bundle.problem(tree, dist)
    assert "app.css, app.js, page.css, page.js" in _bundle.problem(tree, tree / "nowhere")


def test_a_source_that_cannot_be_read_is_named_and_nothing_is_lost(tree: Path, dist: Path) -> None:
    (tree / "js" / "page.js").write_text("const = 1")
    assert "page.js:1:6" in _bundle.problem(tree, dist)
    with pytest.raises(SystemExit, match=r"page\.js:1:6"):
        _bundle.renew(tree, dist)
    assert len(list(dist.iterdir())) == 4


def test_a_bundler_that_cannot_be_had_says_what_to_do(tree: Path, dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_bundle, "MODULES", tree / "node_modules")
    monkeypatch.setattr(_bundle, "run", lambda *_: (1, "npm error network getaddrinfo EAI_AGAIN"))
    said = _bundle.problem(tree, dist)
    assert "npm error network" in said
    assert "needs the network" in said


def test_the_bundler_is_the_one_of_the_lock_file_and_names_no_host() -> None:
    lock = (ROOT / "package-lock.json").read_text()
    assert '"integrity": "sha512-' in lock
    assert "://" not in lock


def test_what_is_imported_later_is_a_file_of_its_own_that_is_found(tree: Path, collected: Path) -> None:
    (tree / "js" / "words.js").write_text("export const word = (key) => document.querySelector(key)\n")
    shared = 'import { word } from "./words.js";\n'
    (tree / "js" / "picker.js").write_text(shared + 'export const pick = () => word("rare")\n')
    (tree / "js" / "app.js").write_text(shared + 'const { pick } = await import("./picker.js")\nword("b") || pick()\n')
    _bundle.renew(tree, tree / "dist")
    assert "rare" not in (tree / "dist" / "app.js").read_text()
    assert _bundle.problem(tree, tree / "dist") == "", "the same names wherever they are written"

    call_command("collectstatic", verbosity=0, interactive=False)
    start = named_by_content(collected / "dist", "app.js").read_text()
    [later] = [address for address in ADDRESS.findall(start) if "picker" in address]
    picker = (collected / "dist" / later).read_text()
    assert "rare" in picker
    addresses = ADDRESS.findall(start) + ADDRESS.findall(picker)
    assert len(addresses) == 3, "the picker, and twice what it shares with the page"
    for address in addresses:
        assert re.search(CONTENT, address)
        assert (collected / "dist" / address).is_file(), address


def test_pictures_in_stylesheets_are_found(tree: Path, collected: Path) -> None:
    (tree / "icons").mkdir()
    (tree / "icons" / "icon.svg").write_text("<svg/>")
    (tree / "css" / "parts.css").write_text('.a { background: url("../icons/icon.svg"); }')
    (tree / "css" / "app.css").write_text('@import "parts.css";')
    _bundle.renew(tree, tree / "dist")

    call_command("collectstatic", verbosity=0, interactive=False)
    [address] = ADDRESS.findall(named_by_content(collected / "dist", "app.css").read_text())
    assert (collected / "dist" / address).resolve() == named_by_content(collected / "icons", "icon.svg")


def test_layers_keep_their_order(tree: Path) -> None:
    (tree / "css" / "first.css").write_text("@layer base, parts;\n@layer parts { a { color: red; } }")
    (tree / "css" / "second.css").write_text("@layer base { a { color: blue; } }")
    (tree / "css" / "app.css").write_text('@import "first.css";\n@import "second.css";')
    _bundle.renew(tree, tree / "dist")
    css = (tree / "dist" / "app.css").read_text()
    assert css.index("@layer base,parts") < css.index("red") < css.index("#00f")


def test_licences_go_with_the_code(tree: Path) -> None:
    (tree / "js" / "theirs.js").write_text("/*! theirs 1.0 | MIT | theirs.example */\nexport const x = Date.now()\n")
    (tree / "js" / "app.js").write_text('// Ours.\nimport { x } from "./theirs.js";\nconsole.log(x)\n')
    _bundle.renew(tree, tree / "dist")
    made = (tree / "dist" / "app.js").read_text()
    assert "theirs 1.0 | MIT" in made
    assert "Ours." not in made
