"""What a check yields, and how checks are run."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from campfire.logs.redacting import redact

State = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Asked:
    """What the operator wants to know: of which address, for how many workers, whether mail reaches somebody."""

    url: str = ""
    workers: int = 1
    mail_to: str = ""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `said` is what was seen and why it matters; `todo` what to do about it."""

    state: State
    name: str
    said: str
    todo: str = ""


Check = Callable[[Asked], Iterator[Finding]]


def ok(name: str, said: str) -> Finding:
    return Finding("ok", name, said)


def warning(name: str, said: str, todo: str) -> Finding:
    return Finding("warning", name, said, todo)


def problem(name: str, said: str, todo: str) -> Finding:
    return Finding("problem", name, said, todo)


def run(checks: Sequence[Check], asked: Asked) -> list[Finding]:
    """What all of `checks` found; one that fails is a problem of its own and stops no other."""
    return [finding for check in checks for finding in _run(check, asked)]


def _run(check: Check, asked: Asked) -> list[Finding]:
    try:
        return list(check(asked))
    except Exception as error:  # whatever it is, the operator wants to know of it, and of the rest
        name = check.__name__.removeprefix("check_").replace("_", " ")
        return [problem(name, f"could not be checked: {sentence(error)}", "See what the server's log says about it.")]


def sentence(error: BaseException) -> str:
    """What an error says, in one line and without secrets."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return redact(lines[0].strip())
