"""Strangers open connections until the server may open no further file, and hold them; then there is not one left.

Whoever is connected goes on as if nothing were: what is said is stored and read. Whoever comes is refused with a time
to try again, or is not let in at all, and comes in by themselves once the strangers have gone.
"""

import asyncio
import http.client
import resource
import threading
import time
from collections import Counter
from typing import Self
from urllib.parse import urlsplit

from tests.faults.client import Client
from tests.faults.faults import Faults, Talk, crowd
from tests.faults.ground import serving
from tests.faults.limits import limited, open_files
from tests.faults.record import Record, percentile
from tests.servers import Campfire

PEOPLE, TALKERS, PAUSE_S = 10, 6, 0.05
FILES = 256
LOOK_S = 0.1
# A request has 10 s for its head; until then each stranger holds a place.
HELD_S = 7.0
KNOCK_S = 5.0
LONGEST_WAIT_S = 2.0
BACK_S, ANSWERED_S, BUSY_S = 30.0, 1.0, 4.0
NO_ANSWER = 0
SERVED, NONE_LEFT = "as many as are served", "not one file left"


async def run(faults: Faults) -> None:
    site, record = await faults.site("sqlite"), Record()
    async with serving(site) as server, crowd(record, site, [server.url] * PEOPLE) as clients:
        talk = Talk(clients[:TALKERS], site.hall, PAUSE_S)
        await asyncio.sleep(1)
        everybody = list(clients)
        for subject, files, strangers in (
            (SERVED, FILES, FILES * 2 // 3),
            ("more than can be let in", FILES, 2 * FILES),
            (NONE_LEFT, open_files(server.pid), FILES),
        ):
            who = clients[0]
            late = Client(
                record, subject, who.person, who.token, [server.url], [site.hall], longest_wait=LONGEST_WAIT_S
            )
            everybody.append(late)
            await _crowd_out(faults, subject, server, clients, late, files, strangers)
        await talk.stop()
        await faults.finish("afterwards", record, site, everybody, since=time.time())
        lost = sum(len(client.socket.codes) for client in clients)
        for late in everybody[PEOPLE:]:
            await late.__aexit__()
    faults.note("afterwards", "connections lost of those who were there before", lost, at_most=0)
    faults.note("afterwards", "messages refused for good", len(record.posts("failed")), at_most=0)


def _keep_asking(server: Campfire, token: str, over: threading.Event) -> Counter[int]:
    """Somebody inside reads over one connection that is kept: how often it was answered what."""
    answers: Counter[int] = Counter()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=KNOCK_S)
    try:
        while not over.wait(LOOK_S / 5):
            connection.request("GET", "/api/rooms", headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            answer.read()
            answers[answer.status] += 1
    finally:
        connection.close()
    return answers


async def _crowd_out(
    faults: Faults, subject: str, server: Campfire, clients: list[Client], late: Client, files: int, strangers: int
) -> None:
    held_s, errors = 3.0 if faults.quick else HELD_S, sum(len(client.errors) for client in clients)
    over = threading.Event()
    asking = asyncio.ensure_future(asyncio.to_thread(_keep_asking, server, clients[0].token, over))
    await asyncio.sleep(1)
    with limited(server, resource.RLIMIT_NOFILE, files):
        async with Strangers(server, strangers):
            began = time.time()
            await late.__aenter__()
            answers = await _knock(clients[-1], began + held_s)
            ended, was_in = time.time(), late.socket.open.is_set()
            over.set()
            inside = await asking
    await late.ready(BACK_S)
    back, record = time.time() - ended, late.record
    took = [
        attempt.ended - attempt.began
        for operation in record.operations
        for attempt in operation.attempts
        if began < attempt.began < ended
    ]
    refused = [refusal for client in clients for refusal in client.errors][errors:]
    unclear = sum(refusal.code != "internal_error" or refusal.retry_after is None for refusal in refused)
    faults.note(subject, "newcomers let in", int(was_in), at_most=0)
    least = 1 if subject == SERVED else 0
    faults.note(subject, "calls refused with a time to try again", answers[503], at_least=least)
    faults.note(subject, "calls not let in", answers[NO_ANSWER])
    faults.note(subject, "other answers", answers.total() - answers[503] - answers[NO_ANSWER], at_most=0)
    faults.note(subject, "reads by those inside", inside[200], at_least=10)
    # Hundreds who come in one moment are let in before they can be counted: until they are cut off there may be no file
    # to open the database with.
    most = 0.0 if subject == SERVED else 1.0 if subject == NONE_LEFT else 0.1
    faults.note(subject, "of all, refused with a time to try again", inside[503] / inside.total(), at_most=most)
    faults.note(subject, "other answers to them", inside.total() - inside[200] - inside[503], at_most=0)
    faults.note(subject, "messages of those inside, stored", len(took) - len(refused), at_least=TALKERS)
    faults.note(subject, "refused with a time to try again", len(refused) - unclear)
    faults.note(subject, "refused in any other way", unclear, at_most=0)
    slowest = ANSWERED_S + (BUSY_S if faults.quick else 0)
    faults.note(subject, "p99 until stored", percentile(took, 0.99), "s", at_most=slowest)
    faults.note(subject, "newcomer in after the strangers went", back, "s", at_most=BACK_S)


async def _knock(client: Client, until: float) -> Counter[int]:
    """Call the API again and again, each time over a new connection: how often it answered what."""
    answers: Counter[int] = Counter()
    while time.time() < until:
        try:
            answer = await client.rest("GET", "me", within=KNOCK_S)
        except OSError:
            answers[NO_ANSWER] += 1
        else:
            assert answer.status != 503 or "retry-after" in answer.headers, answer
            answers[answer.status] += 1
        await asyncio.sleep(LOOK_S)
    return answers


class Strangers:
    """`number` connections that begin a request and never end it; whichever is cut off comes again."""

    def __init__(self, server: Campfire, number: int) -> None:
        self._address = urlsplit(server.url)
        self._number = number
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.ensure_future(self._hold()) for _ in range(self._number)]
        await asyncio.sleep(1)
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _hold(self) -> None:
        while True:
            try:
                reader, writer = await asyncio.open_connection(self._address.hostname, self._address.port)
            except OSError:
                await asyncio.sleep(LOOK_S)
                continue
            try:
                writer.write(b"GET / HTTP/1.1\r\nHost: ")
                await reader.read()
            except OSError:
                pass
            finally:
                writer.close()
            await asyncio.sleep(LOOK_S)
