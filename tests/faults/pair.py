"""Two processes that serve one PostgreSQL and one Redis: started once for all, with a room for each experiment."""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import count

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

    def output(self) -> str:
        """What both have logged."""
        return self.one.output() + self.two.output()


@dataclass
class _Shared:
    """What outlives an experiment: a ground's pair, and the number of rooms made in it."""

    pair: Pair
    numbers: "count[int]" = field(default_factory=count)


_of_grounds: dict[int, _Shared] = {}
_redis_of_grounds: dict[int, servers.Server] = {}


async def pair_for(faults: Faults) -> Pair:
    """The pair of this run, with a room of its own. Whoever stops a part of it starts it again."""
    shared = await asyncio.to_thread(_shared, faults.ground)
    pair = shared.pair
    owner, *others = pair.site.people
    wanted = {
        "name": f"{faults.number} {next(shared.numbers)}",
        "kind": "closed",
        "member_ids": [person.id for person in others],
    }
    answer = await call(f"{pair.one.url}/api/rooms", "POST", owner.token, wanted)
    assert answer.status == 201, answer
    return replace(pair, site=replace(pair.site, hall=answer.body["id"]))


async def redis_for(faults: Faults) -> servers.Server:
    """The Redis of this run."""
    return await asyncio.to_thread(_redis, faults.ground)


def _redis(ground: Ground) -> servers.Server:
    if id(ground) not in _redis_of_grounds:
        _redis_of_grounds[id(ground)] = ground._stack.enter_context(servers.start_redis())
        ground._stack.callback(_redis_of_grounds.pop, id(ground))
    return _redis_of_grounds[id(ground)]


def _shared(ground: Ground) -> _Shared:
    if id(ground) not in _of_grounds:
        site, redis = ground.site("postgres"), _redis(ground)
        # Each has a data folder of its own; tokens are good with both.
        key = (site.place.data / "secret_key").read_text().strip()
        env = {**site.environment, "REDIS_URL": redis.url, "SECRET_KEY": key}
        with ExitStack() as starting:
            one, two = (
                starting.enter_context(servers.start_campfire(data=site.place.data / name, env=env))
                for name in ("one", "two")
            )
            ground._stack.push(starting.pop_all())
        _of_grounds[id(ground)] = _Shared(Pair(site, redis, ground.postgres, one, two))
        ground._stack.callback(_of_grounds.pop, id(ground))
    return _of_grounds[id(ground)]
