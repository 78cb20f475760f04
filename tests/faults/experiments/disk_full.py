"""The disk is full: for a while no file of the server grows any more, while people write and read.

Whoever writes is told that it cannot be stored now and when to try again, and nobody that something is stored that is
not. Reading goes on, connections stay, and with room again everything goes on by itself.
"""

import asyncio
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.client import Client
from tests.faults.faults import Faults, Talk, crowd
from tests.faults.ground import serving
from tests.faults.limits import limited
from tests.faults.record import Record, percentile
from tests.servers import Server

TALKERS, READERS = 8, 2
# Less than the database has already: neither it nor its log finds room for another page.
ROOM_BYTES = 64 * 1024
ANSWERED_S, BUSY_S = 5.0, 2.0
NO_TIME = 0


async def run(faults: Faults) -> None:
    full_s = 2.5 if faults.quick else 15.0
    subject, site, record = "sqlite", await faults.site("sqlite"), Record()
    async with serving(site) as server, crowd(record, site, [server.url] * (TALKERS + READERS)) as clients:
        talk, reader = Talk(clients[:TALKERS], site.hall, 0.01), clients[-1]
        written = await reader.done(reader.say(site.hall))
        with disk_full(server):
            # What fits the log that is there may still be stored.
            await clients[0].wait(lambda: clients[0].errors)
            began = time.time()
            took, statuses = await _use(reader, site.hall, began + full_s)
            await reader.edit(site.hall, written.answers[0].message, "never")
            ended = time.time()
        await talk.stop()
        await faults.finish(subject, record, site, clients, since=ended)
        lost = sum(len(client.socket.codes) for client in clients)
    answered = [each for operation in record.operations for each in operation.attempts if began < each.began < ended]
    refused = [refusal for client in clients for refusal in client.errors]
    faults.note(subject, "full for", ended - began, "s")
    faults.note(subject, "refused with a time to try again", len(refused), at_least=TALKERS)
    unclear = sum(refusal.code != "internal_error" or refusal.retry_after is None for refusal in refused)
    faults.note(subject, "refused in any other way", unclear, at_most=0)
    faults.note(subject, "messages refused for good", len(record.posts("failed")), at_most=0)
    faults.note(subject, "connections lost", lost, at_most=0)
    slowest = ANSWERED_S + (BUSY_S if faults.quick else 0)
    faults.note(subject, "p99 until answered", percentile((each.ended - each.began for each in answered), 0.99), "s",
                at_most=slowest)  # fmt: skip
    faults.note(subject, "rooms refused by REST with a time to try again", statuses.count(503), at_least=3)
    faults.note(subject, "other answers to that", len(statuses) - statuses.count(503), at_most=0)
    faults.note(subject, "reads meanwhile", len(took), at_least=3)
    faults.note(subject, "slowest read", max(took), "s", at_most=slowest)


@contextmanager
def disk_full(server: Server) -> Iterator[None]:
    """No file of this server, and of what it started, grows beyond `ROOM_BYTES`."""
    with limited(server, resource.RLIMIT_FSIZE, ROOM_BYTES):
        yield


async def _use(reader: Client, room: str, until: float) -> tuple[list[float], list[int]]:
    """Read, and try to make rooms; how long each read took, and with what each room was answered."""
    took, statuses = [], []
    while time.time() < until:
        began = time.time()
        answer = await reader.rest("GET", f"rooms/{room}/messages?limit=50")
        assert answer.status == 200, answer
        took.append(time.time() - began)
        made = await reader.rest("POST", "rooms", {"name": f"full {began}", "kind": "closed"})
        statuses.append(made.status if "retry-after" in made.headers else NO_TIME)
        await asyncio.sleep(0.1)
    return took, statuses
