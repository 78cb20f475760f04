"""Lists in order of name, a page at a time and searched by part of a name, as quick for five thousand as for five."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from accounts.access import called
from accounts.models import User
from accounts.names import LENGTH, clean_name

Row = TypeVar("Row", bound=Model)

PAGE = 50


@dataclass(frozen=True, slots=True)
class NamePage(Generic[Row]):
    """`rows` of a list; `next` is the public id to ask on from, None at the end; `is_first` if it is the beginning."""

    rows: list[Row]
    next: UUID | None
    is_first: bool


def page_of(rows: QuerySet[Row], *, key: str, after: str = "", size: int = PAGE) -> NamePage[Row]:
    """Those of `rows` that follow the one with public id `after`, by `key`; from the beginning where it is not there.

    `key` is a field or annotation to order by; rows that share one are ordered by row id.
    """
    last = _row(rows, after)
    rows = rows.order_by(key, "pk")
    if last is not None:
        value = getattr(last, key)
        rows = rows.filter(Q(**{f"{key}__gt": value}) | Q(**{key: value, "pk__gt": last.pk}))
    found = list(rows[: size + 1])
    return NamePage(found[:size], _uuid(found[size - 1]) if len(found) > size else None, last is None)


def looked_for(request: HttpRequest) -> str:
    """What the page is asked to look for with `q`, as it was typed but for what no name may hold."""
    given: str = (request.POST if request.method == "POST" else request.GET).get("q", "")
    return clean_name(given[:LENGTH])


def named(people: QuerySet[User], query: str) -> QuerySet[User]:
    """Those whose name has a word that begins as `query`."""
    return people.filter(called(query[:LENGTH]))


def _row(rows: QuerySet[Row], uuid: str) -> Row | None:
    try:
        return rows.filter(uuid=UUID(uuid)).first()
    except ValueError:
        return None


def _uuid(row: Any) -> UUID:
    uuid: UUID = row.uuid
    return uuid
