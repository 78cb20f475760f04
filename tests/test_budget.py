"""What a browser loads before it can show a page stays small: one script and one stylesheet, few bytes.

(ux: JavaScript 60 KB, CSS 20 KB, compressed.) How many requests that makes: tests/browser/test_first_load.py.
"""

import gzip
import re
import sys
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import Client

from tests.servers import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import _bundle

DIST = ROOT / "static" / "dist"
LOADED = re.compile(r'<(?:script|link rel="stylesheet")[^>]*?(?:src|href)="([^"]+)"')


def compressed(name: str) -> int:
    return len(gzip.compress((DIST / name).read_bytes()))


@pytest.mark.parametrize("name", _bundle.BUNDLES)
def test_bundles_are_small(name: str) -> None:
    assert 500 < compressed(f"{name}.js") <= 60_000
    assert 500 < compressed(f"{name}.css") <= 20_000


@pytest.mark.django_db
def test_a_page_loads_one_script_and_one_stylesheet() -> None:
    page = Client().get("/setup").content.decode()
    assert [address.partition("static/")[2] for address in LOADED.findall(page)] == ["dist/page.css", "dist/page.js"]


def test_with_debug_the_sources_are_loaded_as_they_are(settings) -> None:
    template = Template('{% load bundles %}{% stylesheet "app" %}{% script "app" %}')
    for debug, folders in ((False, ["dist", "dist"]), (True, ["css", "js"])):
        settings.DEBUG = debug
        assert [Path(address).parent.name for address in LOADED.findall(template.render(Context()))] == folders


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Sources of two bundles, and what they give."""
    for kind, text in (("js", 'console.log("a")'), ("css", ":root { color: red; }")):
        (tmp_path / kind).mkdir()
        for name in _bundle.BUNDLES:
            (tmp_path / kind / f"{name}.{kind}").write_text(text)
    (tmp_path / "dist").mkdir()
    _bundle.write(tmp_path, tmp_path / "dist")
    return tmp_path


def test_bundles_that_are_not_what_the_sources_give_are_found(tree: Path) -> None:
    assert _bundle.problem(tree, tree / "dist") == ""
    (tree / "js" / "app.js").write_text('console.log("b")')
    assert _bundle.problem(tree, tree / "dist") == "not what the sources give: app.js. scripts/bundle writes them."
    _bundle.write(tree, tree / "dist")
    (tree / "dist" / "left-over.css").write_text("")
    assert "left-over.css" in _bundle.problem(tree, tree / "dist")


def test_a_source_that_cannot_be_read_is_named(tree: Path) -> None:
    (tree / "js" / "app.js").write_text("const = 1")
    assert "app.js:1:6" in _bundle.problem(tree, tree / "dist")
