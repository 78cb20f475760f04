"""Two processes that serve one PostgreSQL and one Redis: started once for all, with a room for each experiment."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from uuid import uuid4

from tests import servers
from tests.faults.faults import Faults
from tests.faults.ground import Ground, Site
from tests.faults.wire import call


@dataclass
class Pair:
    """`site.hall` is a closed room in which nothing has been said, with everybody of the site in it."""

    site: Site
    redis: servers.Server
    postgres: servers.Postgres
    one: servers.Campfire
    two: servers.Campfire

    @property
    def urls(self) -> list[str]:
        return [self.one.url, self.two.url]


async def pair_for(faults: Faults) -> Pair:
    """The pair of this run, with a room of its own. Whoever stops a part of it starts it again."""
    pair = await asyncio.to_thread(faults.ground.shared, "pair", partial(_start_pair, faults.ground))
    owner, *others = pair.site.people
    wanted = {"name": uuid4().hex, "kind": "closed", "member_ids": [person.id for person in others]}
    answer = await call(f"{pair.one.url}/api/rooms", "POST", owner.token, wanted)
    assert answer.status == 201, answer
    return replace(pair, site=replace(pair.site, hall=answer.body["id"]))


async def redis_for(faults: Faults) -> servers.Server:
    """The Redis of this run."""
    return await asyncio.to_thread(_redis, faults.ground)


def _redis(ground: Ground) -> servers.Server:
    return ground.shared("redis", servers.start_redis)


@contextmanager
def _start_pair(ground: Ground) -> Iterator[Pair]:
    site, redis = ground.site("postgres"), _redis(ground)
    # Each has a data folder of its own; tokens are good with both.
    key = (site.place.data / "secret_key").read_text().strip()
    env = {**site.environment, "REDIS_URL": redis.url, "SECRET_KEY": key}
    with (
        servers.start_campfire(data=site.place.data / "one", env=env) as one,
        servers.start_campfire(data=site.place.data / "two", env=env) as two,
    ):
        yield Pair(site, redis, ground.postgres, one, two)
