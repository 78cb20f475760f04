"""A whole Campfire on each of the databases it can keep its messages in."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Literal

from tests.bench.bench import Bench
from tests.servers import Campfire, start_campfire, start_postgres, start_redis

Store = Literal["SQLite", "PostgreSQL and Redis"]
STORES: tuple[Store, ...] = ("SQLite", "PostgreSQL and Redis")


@contextmanager
def serving(bench: Bench, store: Store, *, name: str = "") -> Iterator[Campfire]:
    """Campfire without limits of frequency; what it acknowledges has reached the disk on either database.

    Its folder is called `name`, or after the store.
    """
    with ExitStack() as stack:
        data = stack.enter_context(bench.own_folder(name or store.partition(" ")[0].lower()))
        env = {"RATE_LIMITS": "off"}
        if store != "SQLite":
            env["DATABASE_URL"] = stack.enter_context(start_postgres(careful=True)).url
            env["REDIS_URL"] = stack.enter_context(start_redis()).url
        yield stack.enter_context(start_campfire(data=data, env=env))
