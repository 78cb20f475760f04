"""The pages of docs/ that hold the last run: what is above the mark was written, what is below it was printed."""

import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TextIO

MARK = "<!-- Below this line stands what the last run printed. -->"


class _Both(io.TextIOBase):
    """Prints, and keeps what it has printed."""

    def __init__(self, out: TextIO) -> None:
        self.out, self.kept = out, io.StringIO()

    def write(self, text: str) -> int:
        self.out.write(text)
        self.out.flush()
        return self.kept.write(text)


@contextmanager
def kept_in(page: Path | None, *, in_part: bool = False) -> Iterator[None]:
    """Have what is printed inside also stand in `page`, in place of the run before; one that fails leaves it alone.

    A run `in_part` takes the place of those sections that it has printed, and leaves the others.
    """
    both = _Both(sys.stdout)
    with redirect_stdout(both):
        yield
    if page is not None:
        above, _, before = page.read_text().partition(MARK)
        printed = both.kept.getvalue()
        below = merged(before, printed) if in_part else printed.strip()
        page.write_text(f"{above}{MARK}\n\n{below}\n")


def merged(before: str, printed: str) -> str:
    """`before` with the sections of `printed` in the place of its own, or at its end.

    What stands above the first one says when and where the run took place: each section of `printed` begins with it.
    """
    head, sections = _sections(before)
    origin, found = _sections(printed)
    sections |= {name: f"{origin}\n\n{text}" for name, text in found.items()}
    return "\n\n".join(filter(None, [head, *(f"## {name}\n\n{text}" for name, text in sections.items())]))


def _sections(text: str) -> tuple[str, dict[str, str]]:
    """What stands above the first section, and each one's text by its heading."""
    head, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    return head.strip(), {name.strip(): rest.strip() for name, _, rest in (part.partition("\n") for part in parts)}
