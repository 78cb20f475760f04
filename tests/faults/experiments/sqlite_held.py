"""Another program holds SQLite's write lock for ten seconds while people write.

Whoever writes meanwhile is told within the patience of the database that it cannot be stored now and when to try again,
and nobody is told that something is stored that is not. Reading goes on.
"""

import asyncio
import sqlite3
import time
from contextlib import closing

from tests.faults.client import Client
from tests.faults.faults import Faults, Talk, crowd
from tests.faults.ground import Site, serving
from tests.faults.record import Operation, Record, percentile

TALKERS, READERS = 8, 2
# How long the server waits for the lock (SQLITE_TIMEOUT_S), and what a busy machine adds until the answer is here.
PATIENCE_S, QUICK_PATIENCE_S, BUSY_S = 5.0, 1.0, 2.0


async def run(faults: Faults) -> None:
    patience, held_s = (QUICK_PATIENCE_S, 2.5) if faults.quick else (PATIENCE_S, 10.0)
    subject, site, record = "sqlite", await faults.site("sqlite"), Record()
    env = {"SQLITE_TIMEOUT_S": f"{patience:g}"}
    async with serving(site, env=env) as server, crowd(record, site, [server.url] * (TALKERS + READERS)) as clients:
        talk, reader = Talk(clients[:TALKERS], site.hall, 0.01), clients[-1]
        written = await reader.done(reader.say(site.hall))
        holding = asyncio.ensure_future(asyncio.to_thread(_hold, site, held_s))
        edit = asyncio.ensure_future(_edit(reader, written, patience))
        reads = await _meanwhile(holding, reader, site.hall)
        began, ended = await holding
        edited = await edit
        await talk.stop()
        await faults.finish(subject, record, site, clients, since=ended)
        lost = sum(len(client.socket.codes) for client in clients)
    during = [
        (attempt.ended - attempt.began, attempt.outcome)
        for operation in record.operations
        for attempt in operation.attempts
        if began < attempt.began and attempt.ended < ended
    ]
    refused = [refusal for client in clients[:TALKERS] for refusal in client.errors]
    timed = [refusal for refusal in clients[-1].errors if refusal.retry_after is not None]
    took = [seconds for seconds, _ in during]
    faults.note(subject, "held", ended - began, "s")
    faults.note(
        subject, "acknowledged while it was held", sum(outcome == "acknowledged" for _, outcome in during), at_most=0
    )
    faults.note(subject, "refused with a time to try again", len(refused), at_least=TALKERS)
    unclear = sum(refusal.code != "internal_error" or refusal.retry_after is None for refusal in refused)
    faults.note(subject, "refused in any other way", unclear, at_most=0)
    faults.note(subject, "connections lost", lost, at_most=0)
    faults.note(subject, "p99 until refused", percentile(took, 0.99), "s", at_most=patience + BUSY_S)
    faults.note(subject, "edit refused after", edited, "s", at_most=patience + BUSY_S)
    faults.note(subject, "edits refused with a time to try again", len(timed))
    faults.note(subject, "reads meanwhile", len(reads), at_least=3)
    faults.note(subject, "slowest read", max(reads), "s", at_most=BUSY_S)


def _hold(site: Site, seconds: float) -> tuple[float, float]:
    """Take the write lock, and let it go without having written; from when to when it was held."""
    with closing(sqlite3.connect(site.file, timeout=30, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        began = time.time()
        time.sleep(seconds)
        ended = time.time()
        connection.execute("ROLLBACK")
    return began, ended


async def _edit(client: Client, written: Operation, patience: float) -> float:
    """Edit a message while the lock is held; the seconds until that was refused."""
    await asyncio.sleep(patience / 10)
    operation = await client.edit(written.room, written.answers[0].message, "never")
    (attempt,) = operation.attempts
    assert attempt.outcome == "internal_error", attempt
    return attempt.ended - attempt.began


async def _meanwhile(holding: "asyncio.Future[tuple[float, float]]", reader: Client, room: str) -> list[float]:
    """How long each read took until the lock was let go."""
    took = []
    while not holding.done():
        began = time.time()
        answer = await reader.rest("GET", f"rooms/{room}/messages?limit=50")
        assert answer.status == 200, answer
        took.append(time.time() - began)
        await asyncio.sleep(0.1)
    return took
