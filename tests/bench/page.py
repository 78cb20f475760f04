"""The pages of docs/ that hold the last run: what is above the mark was written, what is below it was printed."""

import io
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
def kept_in(page: Path | None) -> Iterator[None]:
    """Have what is printed inside also stand in `page`, in place of the run before; one that fails leaves it alone."""
    both = _Both(sys.stdout)
    with redirect_stdout(both):
        yield
    if page is not None:
        above = page.read_text().partition(MARK)[0]
        page.write_text(f"{above}{MARK}\n\n{both.kept.getvalue().strip()}\n")
