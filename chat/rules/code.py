"""Code with colours. Pure, but for a look at the clock: what takes long to colour is shown without."""

import io
import re
import time
from collections.abc import Iterable, Iterator
from functools import cache

from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_all_lexers, get_lexer_by_name

MOST_CHARACTERS = 10_000
# Of the thread's own time. Lexers are regular expressions: for some text a few of them take seconds.
MOST_SECONDS = 0.1
# Those that people write in. All others are shown as they are, as their lexers are hardly ever looked after.
COLOURED = frozenset(
    """
    apacheconf bash bat c clojure cmake console cpp csharp css dart diff django docker elixir elm erlang fsharp go
    graphql groovy haskell html html+django html+jinja http ini java javascript jinja json julia jsx kotlin less lua
    make markdown matlab nginx nix objective-c ocaml perl php postgresql powershell properties protobuf pycon pytb
    python r rst ruby rust scala scss shell-session sql sqlite3 swift terraform tex toml tsx typescript vim vue xml
    yaml zig
    """.split()
)
# Names that people write although there is nothing to colour.
_OTHERS = frozenset(
    """
    plaintext plain txt log csv tsv env dotenv cmd conf none gitignore svg math mermaid regex svelte jsonc json5
    """.split()
)
# `js`, `rust,ignore`, `ts:app.ts`, `js {1,3}`, `python title="a.py"`
_INFO = re.compile(r"([\w+#./-]+)(?:[,:{].*| *\{.*\}| +[\w-]+=.*)?")


@cache
def _lexers() -> dict[str, str]:
    """Of every name of a language the first: `js` is `javascript`."""
    return {alias: aliases[0] for _, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases}


def languages() -> set[str]:
    """Every name that a language is known by and that can stand behind a fence."""
    return {name for name in (*_lexers(), *_OTHERS) if language_of(name)}


def language_of(info: str) -> str:
    """The language that is named behind a fence, or nothing where something else is written there."""
    match = _INFO.fullmatch(info)
    name = match[1].lower() if match else ""
    return name if name in _OTHERS or name in _lexers() else ""


def highlight(code: str, language: str, _attributes: str = "") -> str:
    """`code` as HTML with colours; nothing if it is to be shown without."""
    if _lexers().get(language.lower()) not in _coloured() or len(code) > MOST_CHARACTERS:
        return ""
    written = io.StringIO()
    try:
        HtmlFormatter(nowrap=True).format(_in_time(get_lexer_by_name(language).get_tokens(code)), written)
    except TimeoutError:
        return ""
    return written.getvalue()


@cache
def _coloured() -> frozenset[str]:
    return frozenset(_lexers()[name] for name in COLOURED if name in _lexers())


def _in_time(tokens: Iterable[tuple[object, str]]) -> Iterator[tuple[object, str]]:
    end = time.thread_time() + MOST_SECONDS
    for token in tokens:
        if time.thread_time() > end:
            raise TimeoutError
        yield token
