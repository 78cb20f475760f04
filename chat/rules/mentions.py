"""Finding `@Name` in a text. Pure: who is really there is looked up by the caller."""

import re
from dataclasses import dataclass
from itertools import islice

from accounts.names import name_key

WORDS = 4
LONGEST = 120
_AT = re.compile(r"(?<!\w)@(?=\S)")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who could be meant: row id, public id, and name as written."""

    id: int
    uuid: str
    name: str


def candidates(content: str, most: int = 200) -> set[str]:
    """Every folded name of up to four words that follows an `@`, at most about `most` of them.

    A name may end wherever no letter or digit follows: `@Ada's`, `@Ada/Ben`, `@Ada.`
    """
    found: set[str] = set()
    for match in islice(_AT.finditer(content), most):
        text = content[match.end() : match.end() + LONGEST]
        for end in range(1, len(text) + 1):
            if text[end : end + 1].isalnum() or text[end - 1].isspace():
                continue
            if len(text[:end].split()) > WORDS:
                break
            found.add(name_key(text[:end]))
        if len(found) >= most:
            break
    return found - {""}


def match_at(source: str, start: int, people: tuple[Person, ...]) -> tuple[Person, int] | None:
    """Who is named at `source[start:]` (just behind the `@`), with where the name ends; the longest name wins."""
    for person in sorted(people, key=lambda person: -len(person.name)):
        end = start + len(person.name)
        if name_key(source[start:end]) == name_key(person.name) and not source[end : end + 1].isalnum():
            return person, end
    return None
