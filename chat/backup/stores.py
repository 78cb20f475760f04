"""The two kinds of database, as backups see them."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from django.conf import settings

from chat.backup import postgresql, sqlite
from chat.backup.contents import Contents, Origin


class Store(Protocol):
    """`FILE` is the name that a copy has in a backup."""

    FILE: str

    def check_programs(self) -> None: ...
    def take(self, path: Path) -> tuple[Origin, Contents]: ...
    def read(self, path: Path) -> Contents: ...
    def check_place(self) -> None: ...
    def put_back(self, path: Path, origin: Origin) -> AbstractContextManager[Contents]: ...
    def after(self, origin: Origin) -> None: ...


STORES: dict[str, Store] = {"SQLite": sqlite, "PostgreSQL": postgresql}


def kind_here() -> str:
    return "SQLite" if settings.IS_SQLITE else "PostgreSQL"
