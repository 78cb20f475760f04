"""What each experiment is given: how thorough to be, a database with people, and where to note what it finds."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.bench.report import number
from tests.faults.checker import GRACE_S, Violation, check, count
from tests.faults.client import Client
from tests.faults.connection import LONGEST_WAIT_S
from tests.faults.ground import Database, Ground, Site
from tests.faults.record import Record
from tests.faults.report import Report
from tests.faults.wire import call

HEALED_WITHIN_S = 60.0
BUSY_S = 4.0
LOOK_S = 0.05
SEARCHED = 20


@dataclass
class Faults:
    """`quick` is small and soon over: it proves what must hold, its figures are not to be quoted.

    `violations` are told by the checker and by figures beyond their bound; one is enough to fail the run.
    """

    number: str
    quick: bool
    ground: Ground
    report: Report
    violations: list[Violation] = field(default_factory=list)

    def say(self, line: str) -> None:
        """Progress, to standard error."""
        print(f"   {line}", file=sys.stderr, flush=True)

    async def site(self, database: Database = "sqlite") -> Site:
        """A fresh database: two rooms with twenty people in them, nothing said."""
        return await asyncio.to_thread(self.ground.site, database)

    def note(
        self,
        subject: str,
        figure: str,
        value: float,
        unit: str = "",
        *,
        at_most: float | None = None,
        at_least: float | None = None,
    ) -> None:
        """A figure, and what it must not go beyond."""
        is_kept = (at_most is None or value <= at_most) and (at_least is None or value >= at_least)
        self.report.add(self.number, subject, figure, value, unit, at_most, at_least, is_kept=is_kept)
        if not is_kept:
            found = f"{number(value)} {unit}".strip()
            self.broken(subject, f"{figure} is {found}, not {_bound(at_most, at_least)}")

    def broken(self, subject: str, what: str) -> None:
        """Something that must hold did not."""
        self.violations.append(Violation("stale", f"{subject}: {what}"))
        self.say(f"BROKEN {subject}: {what}")

    @property
    def grace(self) -> float:
        """How long after a removal something may still be on its way, in seconds; quick runs share their machine."""
        return GRACE_S + (BUSY_S if self.quick else 0)

    def judge(self, subject: str, record: Record) -> None:
        """Count what the checker finds wrong in a record, each kind a figure that must be 0."""
        found = check(record, grace=self.grace)
        for kind, times in count(found).items():
            self.report.add(self.number, subject, kind, times, "", 0, None, is_kept=times == 0)
        for violation in found[:20]:
            self.say(f"{violation.kind.upper()} {subject}: {violation.what}")
        self.violations += found
        self.report.add(self.number, subject, "messages acknowledged", len(record.posts("acknowledged")))

    async def finish(
        self,
        subject: str,
        record: Record,
        site: Site,
        clients: Sequence[Client],
        *rooms: str,
        since: float | None = None,
        within: float = HEALED_WITHIN_S,
    ) -> None:
        """Wait until every client is healed, note how long that took since `since`, and judge.

        `rooms`: those that count, the hall if none. One more reader who comes last and loads everything afresh must
        hold the same. A client that is not healed `within` seconds is left to the checker.
        """
        rooms = rooms or (site.hall,)
        took = await self.healed(site, clients, *rooms, since=since, within=within)
        if since is not None:
            self.note(subject, "time to heal the last client", took, "s", at_most=within)
        last = clients[0]
        fresh = Client(record, "who came last", last.person, last.token, last.socket.urls, list(rooms))
        async with fresh:
            await fresh.ready()
            for room in rooms:
                record.histories[room] = await asyncio.to_thread(site.history, room)
            for client in (*clients, fresh):
                client.feed.put_down()
            searched, unfound = await _search(record, fresh, rooms)
        if searched:
            figure = f"of {searched} messages not found by searching"
            self.note(subject, figure, unfound, at_most=0)
        self.judge(subject, record)

    async def healed(
        self,
        site: Site,
        clients: Sequence[Client],
        *rooms: str,
        since: float | None = None,
        within: float = HEALED_WITHIN_S,
    ) -> float:
        """Wait until all clients hold the rooms as the database does; seconds since `since` (`time.time()`), or now."""
        began, deadline = time.time() if since is None else since, time.monotonic() + within
        while time.monotonic() < deadline:
            versions = {room: await asyncio.to_thread(site.version, room) for room in rooms}
            if all(client.is_at(versions) for client in clients):
                break
            await asyncio.sleep(LOOK_S)
        return time.time() - began


async def _search(record: Record, client: Client, rooms: Sequence[str]) -> tuple[int, int]:
    """How many messages, from all of the rooms' past, were searched by a word that only they have; how many in vain."""
    searched = unfound = 0
    for room in rooms:
        rows = [row for row in record.histories[room].rows if row.content == f"Message {row.key}"]
        for row in rows[:: max(1, len(rows) // SEARCHED)]:
            word = row.key.partition("-")[0]
            url = f"{client.socket.url}/api/search?q={word}&room_id={room}"
            found = (await call(url, "GET", client.token)).body
            searched += 1
            unfound += row.message not in {message["id"] for message in found}
    return searched, unfound


def _bound(at_most: float | None, at_least: float | None) -> str:
    if at_most == at_least:
        return f"{at_most:g}"
    return f"at most {at_most:g}" if at_most is not None else f"at least {at_least:g}"


@asynccontextmanager
async def crowd(
    record: Record,
    site: Site,
    urls: Sequence[Sequence[str] | str],
    *,
    rooms: Sequence[str] = (),
    beat: float | None = None,
    longest_wait: float = LONGEST_WAIT_S,
    width: int = 1,
) -> AsyncIterator[list[Client]]:
    """Clients that are ready, one for each of `urls` (an address, or several to turn to in turn).

    The first is of the site's first person, and so on, all over again after the last. `rooms`: those they are in, the
    hall if none; everybody of the site is noted as a member of all.
    """
    chosen = list(rooms) or [site.hall]
    for room in chosen:
        record.member(room, *(person.id for person in site.people))
    clients = []
    for turn, url in enumerate(urls):
        person = site.people[turn % len(site.people)]
        addresses = [url] if isinstance(url, str) else list(url)
        name = f"client {len(record.readers) + 1}"
        client = Client(
            record,
            name,
            person.id,
            person.token,
            addresses,
            chosen,
            beat=beat,
            longest_wait=longest_wait,
            width=width,
        )
        clients.append(client)
    try:
        for client in clients:
            await client.__aenter__()
        for client in clients:
            await client.ready()
        yield clients
    finally:
        results = await asyncio.gather(*(client.__aexit__() for client in clients), return_exceptions=True)
        errors = [result for result in results if isinstance(result, Exception)]
    if errors:
        raise errors[0]


class Talk:
    """Clients that speak without pause until told to stop: each says the next thing when the last is acknowledged."""

    def __init__(self, clients: Sequence[Client], room: str, pause: float = 0.0) -> None:
        self._is_over = False
        self._talking = [asyncio.ensure_future(self._talk(client, room, pause)) for client in clients]

    async def _talk(self, client: Client, room: str, pause: float) -> None:
        while not self._is_over:
            await client.done(client.say(room), within=600)
            await asyncio.sleep(pause)

    async def stop(self, within: float = HEALED_WITHIN_S) -> None:
        """No more; wait until the last is answered. Raises `TimeoutError`."""
        self._is_over = True
        try:
            async with asyncio.timeout(within):
                await asyncio.gather(*self._talking)
        finally:
            for talking in self._talking:
                talking.cancel()
            await asyncio.gather(*self._talking, return_exceptions=True)
