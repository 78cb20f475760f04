"""What a client asked for stalls for five seconds while 1,000 messages pass.

A join whose answer was read and waits; a catch-up of the same kind; a whole process that stands still (SIGSTOP) while
another one serves on. Afterwards nobody lacks a message, and those that came meanwhile were not in the way.
"""

import asyncio
import os
import signal
import time

from tests.faults.client import Client
from tests.faults.faults import Faults, crowd
from tests.faults.ground import Site, serving
from tests.faults.pair import pair_for
from tests.faults.record import Record, Told, percentile
from tests.faults.rigged import STALLED
from tests.faults.waiting import until

SENDERS, WIDTH = 10, 10
# How a message may come.
WAYS = {"live": "as they were sent", "replayed": "by catching up", "loaded": "with the window"}
# The functions by which handlers ask the database.
JOIN, CATCH_UP = "joinings", "_pages"


async def run(faults: Faults) -> None:
    stalled_s, count = (1.0, 50) if faults.quick else (5.0, 1000)
    if not faults.quick:
        await _asked(faults, "a join", JOIN, stalled_s, count)
    await _asked(faults, "a catch-up", CATCH_UP, stalled_s, count)
    await _process(faults, stalled_s, count)


async def _asked(faults: Faults, subject: str, name: str, stalled_s: float, count: int) -> None:
    """Whoever comes last is stalled; it was there before, so that it has something to catch up with: it alone has."""
    site, record = await faults.site(), Record()
    victim = site.people[SENDERS]
    rig = f"stall {name} {stalled_s:g} {victim.id if name == JOIN else site.hall}"
    async with serving(site, rig=rig) as server, crowd(record, site, [server.url] * SENDERS, width=WIDTH) as clients:
        late = Client(record, "the late one", victim.id, victim.token, [server.url], [site.hall])
        async with late:
            await late.ready()
            late.socket.drop()
            await until(lambda: not late.socket.open.is_set())
            await clients[0].done(clients[0].say(site.hall))
            await until(late.socket.open.is_set)
            back = time.time()
            await _say(clients, site.hall, count)
            sent = time.time()
            everybody = [*clients, late]
            await faults.finish(subject, record, site, everybody, since=sent)
            lost = sum(len(client.socket.codes) for client in clients)
            again = late.socket.session - 2
            stalls = server.output().count(f"{STALLED} {name}")
    came = [told for told in late.reader.told if told.session > 1 and told.message]
    faults.note(subject, "stalls", stalls, at_least=1)
    faults.note(subject, "messages meanwhile", count)
    faults.note(subject, "until they were all sent", sent - back, "s")
    faults.note(subject, "connections of others lost", lost, at_most=0)
    # Whoever is told more at once than its queue holds is sent away and comes back.
    faults.note(subject, "times the late one was sent away", again)
    for way, said in WAYS.items():
        faults.note(subject, f"messages it got {said}", sum(_way(told) == way for told in came))
    _others(faults, subject, record, late)


async def _process(faults: Faults, stalled_s: float, count: int) -> None:
    """One process stands still; those on the other send and read on."""
    subject, pair, record = "a process", await pair_for(faults), Record()
    site: Site = pair.site
    urls = [pair.one.url] * SENDERS + [pair.two.url] * 3
    async with crowd(record, site, urls, width=WIDTH) as clients:
        os.kill(pair.two.pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            await _say(clients[:SENDERS], site.hall, count)
            await asyncio.sleep(max(0.0, stalled_s - (time.monotonic() - began)))
        finally:
            os.kill(pair.two.pid, signal.SIGCONT)
        await faults.finish(subject, record, site, clients, since=time.time())
        lost, away = (
            sum(len(client.socket.codes) for client in some) for some in (clients[:SENDERS], clients[SENDERS:])
        )
    behind = [told for client in clients[SENDERS:] for told in client.reader.told if told.kind == "new_message"]
    faults.note(subject, "messages meanwhile", count)
    faults.note(subject, "connections of others lost", lost, at_most=0)
    faults.note(subject, "times its readers were sent away", away)
    faults.note(subject, "frames to its readers that were replayed", sum(not told.live for told in behind))
    faults.note(subject, "frames to its readers", len(behind))
    _others(faults, subject, record, *clients[SENDERS:])


def _way(told: Told) -> str:
    if told.kind == "history":
        return "loaded"
    return "live" if told.live else "replayed"


async def _say(clients: list[Client], room: str, count: int) -> None:
    operations = [clients[number % len(clients)].say(room) for number in range(count)]
    await until(lambda: all(operation.is_over for operation in operations), 120)


def _others(faults: Faults, subject: str, record: Record, *late: Client) -> None:
    """How soon those were served who were not stalled."""
    faults.note(subject, "p99 of the others' sends", percentile(record.took("acknowledged"), 0.99) * 1000, "ms")
