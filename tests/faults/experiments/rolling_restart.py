"""Both workers are replaced, one after the other (SIGHUP to their supervisor), while people talk and load pages.

Nobody sees an error: no send fails, no connection is refused, no page, no health check and no message that is posted by
REST is answered badly.
"""

import asyncio
import re
import signal
import time
from functools import partial
from uuid import uuid4

from tests.faults.arrivals import failed
from tests.faults.client import Client
from tests.faults.faults import Faults, Talk, crowd
from tests.faults.ground import Site, serving
from tests.faults.pair import redis_for
from tests.faults.record import Record, percentile
from tests.faults.waiting import until
from tests.faults.wire import call
from tests.servers import Campfire

PEOPLE, READERS, PAUSE_S = 20, 4, 0.02
BETWEEN_S = 0.5
REPLACED_S = 120.0
RESTARTING = 4001
ALL = "2 of 2"


async def run(faults: Faults) -> None:
    times, people, subject = (1, 8, "rolling restart") if faults.quick else (5, PEOPLE, "rolling restart")
    site, redis, record = await faults.site("postgres"), await redis_for(faults), Record()
    async with (
        serving(site, env={"REDIS_URL": redis.url}, arguments=("--workers", "2")) as server,
        crowd(record, site, [server.url] * people) as clients,
    ):
        talk, done = Talk(clients[:-READERS], site.hall, PAUSE_S), asyncio.Event()
        asking = asyncio.ensure_future(_ask(clients[-1], site, done))
        posting = asyncio.ensure_future(_post(record, clients[-2], site, done))
        for _ in range(times):
            await asyncio.sleep(BETWEEN_S)
            await _replace(server)
        await asyncio.sleep(BETWEEN_S)
        done.set()
        statuses, posted = await asking, await posting
        ended = time.time()
        await talk.stop()
        await faults.finish(subject, record, site, clients, since=ended)
        replaced = sum(int(count.split()[0]) for count in _replacements(server))
        codes = [code for client in clients for code in client.socket.codes]
    faults.note(subject, "workers replaced", replaced, at_least=2 * times)
    faults.note(subject, "failed sends", failed(record), at_most=0)
    faults.note(subject, "tries repeated by the client itself", record.outcomes().get("disconnected", 0))
    faults.note(subject, "connections sent away (4001)", codes.count(RESTARTING), at_least=people * times)
    faults.note(subject, "connections ended otherwise", len(codes) - codes.count(RESTARTING), at_most=0)
    faults.note(subject, "connections refused", sum(client.socket.refused for client in clients), at_most=0)
    faults.note(subject, "errors told on sockets", sum(len(client.errors) for client in clients), at_most=0)
    faults.note(subject, "pages and health checks asked for", len(statuses))
    faults.note(subject, "of them not answered with 200", sum(status != 200 for status in statuses), at_most=0)
    faults.note(subject, "messages posted by REST", len(posted), at_least=1)
    faults.note(subject, "of them not answered with 201", sum(status != 201 for status in posted), at_most=0)
    faults.note(subject, "p99 from saying to acknowledgement", percentile(_waits(record), 0.99), "s")
    faults.note(subject, "longest", max(_waits(record)), "s")


def _waits(record: Record) -> list[float]:
    return [each.acknowledged_at - each.began for each in record.posts() if each.answers]


async def _ask(client: Client, site: Site, done: asyncio.Event) -> list[int]:
    """What a load balancer and somebody who loads pages are answered meanwhile; 0 for nothing."""
    statuses: list[int] = []
    while not done.is_set():
        for path in ("readyz", f"api/rooms/{site.hall}/messages?limit=10"):
            try:
                statuses.append((await call(f"{client.socket.url}/{path}", "GET", client.token)).status)
            except OSError:
                statuses.append(0)
    return statuses


async def _post(record: Record, client: Client, site: Site, done: asyncio.Event) -> list[int]:
    """What somebody is answered who posts by REST; 0 for nothing. Nothing is tried again."""
    statuses: list[int] = []
    url = f"{client.socket.url}/api/rooms/{site.hall}/messages"
    while not done.is_set():
        operation = record.operation(client.person, site.hall, str(uuid4()), f"posted {len(statuses)}")
        asked = {"content": operation.content, "client_message_id": operation.key}
        try:
            answer = await call(url, "POST", client.token, asked)
        except OSError:
            operation.doubt()
            statuses.append(0)
        else:
            statuses.append(answer.status)
            if answer.status == 201:
                operation.acknowledge(answer.body["id"], answer.body["seq"], answer.body["version"])
            else:
                operation.refuse()
        await asyncio.sleep(PAUSE_S)
    return statuses


async def _replace(server: Campfire) -> None:
    """Replace all workers, in as many goes as it takes.

    Where a new one is not ready in time, as on a very busy machine, the rest are kept: then it is asked for again.
    """
    counts: list[str] = []
    while counts[-1:] != [ALL]:
        server.process.send_signal(signal.SIGHUP)
        counts = await until(partial(_later_than, server, len(_replacements(server))), REPLACED_S)


def _later_than(server: Campfire, before: int) -> list[str]:
    counts = _replacements(server)
    return counts if len(counts) > before else []


def _replacements(server: Campfire) -> list[str]:
    """How many workers each SIGHUP replaced, of how many."""
    return re.findall(r"(\d+ of \d+) workers were replaced", server.output())
