"""Everything at once, in an order drawn by a seed, ten times on each kind of place.

People write, edit and delete, are taken out and brought back; lines are cut, slowed down, black-holed; the server is
killed or ends politely. With PostgreSQL and Redis and two processes, those two go away for a moment as well. Nothing of
that waits until something else is whole again, but that a process is started only where its database is. In the end all
hold what the database holds, and nothing was lost, doubled, out of order, made up, stale or leaked.
"""

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack

from tests import servers
from tests.faults.client import Client
from tests.faults.faults import Faults, Talk, crowd
from tests.faults.ground import Person, Site, kill, serving, start
from tests.faults.pair import pair_for
from tests.faults.proxy import Proxy
from tests.faults.record import Record
from tests.faults.wire import Response, call

CLIENTS, TALKERS = 9, 4
AGAIN_S = 0.3
# What happens, and how often in proportion.
GENTLE = {"say": 8, "edit": 6, "delete": 3, "remove": 3, "add": 4, "pause": 3}
LINES = {"cut": 4, "slow": 2, "throttled": 1, "dark": 2, "heal": 4}
SERVERS = {"kill": 1, "restart": 1}
AROUND = {"redis killed": 1, "redis stopped": 1, "postgres stopped": 1}


async def run(faults: Faults) -> None:
    seeds, steps = (1, 12) if faults.quick else (10, 60)
    for seed in range(1, seeds + 1):
        await _alone(faults, seed, steps)
    for seed in range(1, seeds + 1):
        await _two(faults, seed, steps)


async def _alone(faults: Faults, seed: int, steps: int) -> None:
    """One process on SQLite."""
    site = await faults.site("sqlite")
    async with serving(site) as server:
        await Mix(faults, f"sqlite, seed {seed}", seed, site, [server], GENTLE | LINES | SERVERS).run(steps)


async def _two(faults: Faults, seed: int, steps: int) -> None:
    """Two processes on PostgreSQL and Redis."""
    pair, subject = await pair_for(faults), f"postgres and redis, seed {seed}"
    mix = Mix(faults, subject, seed, pair.site, [pair.one, pair.two], GENTLE | LINES | SERVERS | AROUND)
    mix.redis = pair.redis
    await mix.run(steps)


class Mix:
    """One walk: `weights` says what may happen how often."""

    redis: servers.Server

    def __init__(
        self,
        faults: Faults,
        subject: str,
        seed: int,
        site: Site,
        serve: list[servers.Campfire],
        weights: dict[str, int],
    ) -> None:
        self.faults, self.subject, self.site, self.servers, self.weights = faults, subject, site, serve, weights
        self.random, self.record = random.Random(seed), Record()
        self.lines: list[Proxy] = []
        self.clients: list[Client] = []
        self.out: set[str] = set()
        self.changing: set[asyncio.Task[object]] = set()
        self.outages: list[asyncio.Task[None]] = []
        self.away: dict[str, asyncio.Task[None]] = {}

    async def run(self, steps: int) -> None:
        self.faults.say(self.subject)
        async with AsyncExitStack() as stack:
            for number in range(CLIENTS):
                target = self.servers[number % len(self.servers)].port
                self.lines.append(await stack.enter_async_context(Proxy(target)))
            # Who waits for half a minute makes an experiment long and no harder.
            people = crowd(self.record, self.site, [line.url for line in self.lines], beat=2, longest_wait=2)
            self.clients = await stack.enter_async_context(people)
            talk = Talk(self.clients[:TALKERS], self.site.hall, 0.02)
            kinds, weights = list(self.weights), list(self.weights.values())
            for _ in range(steps):
                await self.step(self.random.choices(kinds, weights)[0])
            await self.heal()
            since = time.time()
            await talk.stop()
            await self.faults.finish(self.subject, self.record, self.site, self.clients, since=since)
        outcomes = self.record.outcomes()
        self.faults.note(self.subject, "outages", len(self.outages))
        self.faults.note(self.subject, "tries without an answer", outcomes.get("disconnected", 0))
        self.faults.note(self.subject, "connections", sum(client.socket.session for client in self.clients))

    async def step(self, what: str) -> None:
        client, line = self.random.choice(self.clients), self.random.choice(self.lines)
        server = self.random.choice(self.servers)
        acts: dict[str, Callable[[], Awaitable[object]]] = {
            "say": lambda: self.say(client),
            "edit": lambda: self.change(client, "edit"),
            "delete": lambda: self.change(client, "delete"),
            "remove": lambda: self.remove(self.site.people[self.random.randrange(TALKERS, CLIENTS)]),
            "add": self.add,
            "pause": lambda: asyncio.sleep(0.3),
        }
        outages: dict[str, tuple[str, Callable[[], Coroutine[None, None, None]]]] = {
            "kill": ("process", lambda: self.kill(server)),
            "restart": ("process", lambda: self.restart(server)),
            "redis killed": ("redis", self.redis_away),
            "redis stopped": ("redis", self.redis_stopped),
            "postgres stopped": ("process", self.postgres_stopped),
        }
        broken = {
            "cut": line.cut,
            "slow": lambda: line.delay(0.3),
            "throttled": lambda: line.throttle(4000),
            "dark": line.black_hole,
            "heal": line.heal,
        }
        if what in broken:
            broken[what]()
        elif what in outages:
            self.beside(*outages[what])
        else:
            await acts[what]()
        await asyncio.sleep(self.random.random() * 0.1)

    def beside(self, part: str, outage: Callable[[], Coroutine[None, None, None]]) -> None:
        """Have something go away and come back while all else goes on, unless its part is away already."""
        if part not in self.away or self.away[part].done():
            self.away[part] = asyncio.create_task(outage())
            self.outages.append(self.away[part])

    async def say(self, client: Client) -> None:
        client.say(self.site.hall)

    async def change(self, client: Client, what: str) -> None:
        """Edit or delete something of one's own, without waiting for the answer."""
        state = client.states.get(self.site.hall)
        own = sorted(held.message for held in (state.holds.values() if state else ()) if held.sender == client.person)
        if not own:
            return
        message = self.random.choice(own)
        if what == "edit":
            doing = client.edit(self.site.hall, message, f"Edited {self.random.random()}")
        else:
            doing = client.delete(self.site.hall, message)
        self.changing.add(asyncio.ensure_future(doing))

    async def remove(self, person: Person) -> None:
        if person.id in self.out:
            return
        answer = await self.until_answered("DELETE", f"/{person.id}")
        assert answer.status in (204, 404), answer
        self.record.removed(self.site.hall, person.id)
        self.out.add(person.id)

    async def add(self) -> None:
        if not self.out:
            return
        person, asked = self.out.pop(), time.time()
        answer = await self.until_answered("POST", "", {"user_id": person})
        assert answer.status in (200, 201, 409), answer
        self.record.member(self.site.hall, person, since=asked)

    async def until_answered(self, method: str, path: str, body: object = None) -> Response:
        """A change of members, asked for until it is known to have happened: again changes nothing."""
        while True:
            server = self.random.choice(self.servers)
            url = f"{server.url}/api/rooms/{self.site.hall}/members{path}"
            try:
                answer = await call(url, method, self.site.people[0].token, body)
            except OSError:
                await asyncio.sleep(AGAIN_S)
                continue
            if answer.status < 500:
                return answer
            await asyncio.sleep(AGAIN_S)

    async def kill(self, server: servers.Campfire) -> None:
        await kill(server)
        await start(server)

    async def restart(self, server: servers.Campfire) -> None:
        await asyncio.to_thread(server.stop, 30)
        await start(server)

    async def redis_away(self) -> None:
        self.redis.kill()
        await asyncio.sleep(1)
        await start(self.redis)

    async def redis_stopped(self) -> None:
        self.redis.process.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(1)
        finally:
            self.redis.process.send_signal(signal.SIGCONT)

    async def postgres_stopped(self) -> None:
        postgres = self.faults.ground.postgres
        await asyncio.to_thread(postgres.stop_at_once)
        await start(postgres)

    async def heal(self) -> None:
        """Nothing is away any more, the lines are whole, and everybody is in the room."""
        await asyncio.gather(*self.outages)
        for line in self.lines:
            line.heal()
        while self.out:
            await self.add()
        await asyncio.gather(*self.changing)
