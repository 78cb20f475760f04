"""Ten people are taken out of a room and brought back, 1,000 times in all, while others talk in it.

They are connected to one process, the removals come in by another. Each stays out for nothing, a moment, or longer than
the second within which nothing more may reach them. Nothing does, `room_removed` is the last they hear of the room each
time, and in the end they hold what everybody holds.
"""

import asyncio
import random
import time
from collections.abc import Iterator
from itertools import pairwise

from tests.faults.checker import GRACE_S
from tests.faults.client import Client
from tests.faults.faults import Faults, Talk, crowd
from tests.faults.pair import Pair, pair_for
from tests.faults.record import Reader, Record
from tests.faults.wire import call

TALKERS, VICTIMS = 4, 10
# For how long somebody stays out, in turn; the last two longer than the moment after a removal.
OUT_S = (0.0, 0.3, 1.5, 3.0)
# Whoever comes back loads the room, so it must not grow too large.
PAUSE_S = 0.25
BUSY_S = 5.0
REMOVED, ADDED = "room_removed", "room_added"


async def run(faults: Faults) -> None:
    victims, times = (4, 5) if faults.quick else (VICTIMS, 100)
    pair, record, subject = await pair_for(faults), Record(), "removed and back"
    urls = [pair.one.url] * TALKERS + [pair.two.url] * victims
    async with crowd(record, pair.site, urls) as clients:
        talkers, away = clients[:TALKERS], clients[TALKERS:]
        talk = Talk(talkers, pair.site.hall, 0.02 if faults.quick else PAUSE_S)
        await asyncio.gather(*(_out_and_in(record, pair, client, times, turn) for turn, client in enumerate(away)))
        ended = time.time()
        await talk.stop()
        await faults.finish(subject, record, pair.site, clients, since=ended)
    after = [frame for client in away for frame in after_farewell(client.reader, pair.site.hall)]
    told = [told.kind for client in away for told in client.reader.told if told.kind in (REMOVED, ADDED)]
    late = [seconds for client in away for seconds in _after_removal(record, client.reader, pair.site.hall)]
    for frame in after[:10]:
        faults.say(frame)
    faults.note(subject, "removals", victims * times)
    # Who is back before anybody has told them of the last time has never been there, for their socket.
    long = 1 if faults.quick else victims * times * sum(out > GRACE_S for out in OUT_S) // len(OUT_S)
    faults.note(subject, "room_removed told", told.count(REMOVED), at_least=long, at_most=victims * times)
    faults.note(
        subject, "room_removed without a room_added after it", told.count(REMOVED) - told.count(ADDED), at_most=0
    )
    faults.note(subject, "frames between room_removed and room_added", len(after), at_most=0)
    latest = GRACE_S + (BUSY_S if faults.quick else 0.0)
    faults.note(subject, "latest frame of the room after a removal", max(late, default=0.0), "s", at_most=latest)


async def _out_and_in(record: Record, pair: Pair, client: Client, times: int, turn: int) -> None:
    """Take somebody out and bring them back, so many times."""
    site = pair.site
    members, owner = f"{pair.one.url}/api/rooms/{site.hall}/members", site.people[0]
    for number in range(times):
        gone = await call(f"{members}/{client.person}", "DELETE", owner.token)
        assert gone.status == 204, gone
        record.removed(site.hall, client.person)
        await asyncio.sleep(OUT_S[(number + turn) % len(OUT_S)])
        asked = time.time()
        back = await call(members, "POST", owner.token, {"user_id": client.person})
        assert back.status == 201, back
        record.member(site.hall, client.person, since=asked)
        await asyncio.sleep(random.random() * 0.2)


def _after_removal(record: Record, reader: Reader, room: str) -> Iterator[float]:
    """How long after the answer to each removal a frame of the room still came, before they were back: in seconds.

    At the least: a client that could not look meanwhile does not make a frame late.
    """
    periods = [each for each in record.periods if (each.room, each.person) == (room, reader.person)]
    for gone, back in pairwise(periods):
        times = [told.earliest for told in reader.told if told.room == room and gone.ended < told.at < back.began]
        yield max(times, default=gone.ended) - gone.ended


def after_farewell(reader: Reader, room: str) -> list[str]:
    """The frames that named a room after its `room_removed` and before its next `room_added`."""
    is_in, found = True, []
    for told in reader.told:
        if told.room != room:
            continue
        if told.kind in (REMOVED, ADDED):
            is_in = told.kind == ADDED
        elif not is_in:
            found.append(f"{reader.name} was told {told.kind} {told.version} after room_removed")
    return found
