"""Choosing some of many people: a bounded list to tick, a search, and those who are ticked already."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from chat.views.by_name import looked_for, named
from chat.views.pages import PersonalRequest

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Choice:
    """`chosen` are ticked, `others` may be: at most `SHOWN` of the `count` that match `query`."""

    query: str
    chosen: list[User]
    others: list[User]
    count: int

    @property
    def has_more(self) -> bool:
        return self.count > len(self.others)

    @property
    def is_everybody(self) -> bool:
        """Whether the list can be searched without asking again."""
        return not self.query and not self.has_more


def choice_of(request: PersonalRequest, people: QuerySet[User]) -> Choice:
    """What to show of `people`, by name; four queries at most, however many they are."""
    query = looked_for(request)
    ticked = _uuids(request.POST.getlist("people"))
    chosen = list(people.filter(uuid__in=ticked).order_by("name_key", "pk")) if ticked else []
    others = named(people.exclude(pk__in=[person.pk for person in chosen]), query)
    shown = list(others.order_by("name_key", "pk")[: SHOWN + 1])
    count = others.count() if len(shown) > SHOWN else len(shown)
    return Choice(query, chosen, shown[:SHOWN], count)


def is_looking(request: PersonalRequest) -> bool:
    """Whether the form was sent to search it, without scripts, and not to be done."""
    return request.method == "POST" and "find" in request.POST


def _uuids(given: list[str]) -> list[UUID]:
    found = []
    for text in given[:500]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
