"""What a database has to be: a Campfire to be backed up, and empty to be restored into."""

from collections.abc import Callable, Sequence

from django.db import connection

from chat.backup.contents import EPOCH, MESSAGES, MIGRATIONS, PEOPLE, WORKSPACES
from chat.backup.folder import Unusable, listed


def check_ours(what: str, tables: Sequence[str]) -> None:
    """Raise `Unusable` if there is no Campfire."""
    if EPOCH not in tables:
        raise Unusable(f"{what} has no Campfire data. Are CAMPFIRE_DATA and DATABASE_URL the same as for the server?")


def check_empty(what: str, tables: Sequence[str], has_rows: Callable[[str], bool], todo: str) -> None:
    """Raise `Unusable` if there is anything but what a Campfire makes of itself before somebody sets it up."""
    known = {*connection.introspection.django_table_names(), MIGRATIONS}
    if strangers := [name for name in tables if name not in known]:
        raise Unusable(f"{what} contains tables that this release does not know: {listed(strangers)}. {todo}")
    if any(has_rows(name) for name in (PEOPLE, WORKSPACES, MESSAGES) if name in tables):
        raise Unusable(
            f"{what} already contains Campfire data, and a backup can only be restored into an empty place. {todo}"
        )
