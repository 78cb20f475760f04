"""What a browser loads before it can show a page is few bytes (ux: JavaScript 60 KB, CSS 20 KB, compressed).

That it is one script and one stylesheet: chat/tests/views/test_heads.py; how many requests: tests/browser.
"""

import gzip

import _bundle
import pytest

pytestmark = pytest.mark.sqlite


@pytest.mark.parametrize(("kind", "most"), [("js", 60_000), ("css", 20_000)])
@pytest.mark.parametrize("name", _bundle.BUNDLES)
def test_bundles_are_small(name: str, kind: str, most: int) -> None:
    assert 500 < len(gzip.compress((_bundle.DIST / f"{name}.{kind}").read_bytes())) <= most
