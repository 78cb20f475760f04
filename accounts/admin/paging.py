"""Pages that no table is too large for: only so many rows are ever counted, and paged to."""

from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

REACHED = 5_000


class BoundedPaginator(Paginator[Any]):
    """The first 5,000 rows. What lies behind is found by searching and filtering."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.values("pk")[:REACHED].count())

    @property
    def is_cut(self) -> bool:
        return self.count >= REACHED
