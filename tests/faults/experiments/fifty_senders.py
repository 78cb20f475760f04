"""Fifty people write into one room at once, half of them on each of two processes.

There is one order without a gap, and everybody is told it in that order.
"""

import time
from itertools import pairwise

from tests.faults.faults import Faults, crowd
from tests.faults.pair import pair_for
from tests.faults.record import Reader, Record
from tests.faults.waiting import until

SENDERS, READERS = 50, 4


async def run(faults: Faults) -> None:
    each = 4 if faults.quick else 100
    pair, record, subject = await pair_for(faults), Record(), f"{SENDERS} × {each}"
    hall = pair.site.hall
    async with crowd(record, pair.site, pair.urls * ((SENDERS + READERS) // 2)) as clients:
        senders, readers = clients[:SENDERS], clients[SENDERS:]
        began = time.time()
        for sender in senders:
            for _ in range(each):
                sender.say(hall)
        await until(lambda: all(sender.is_idle for sender in senders), within=300)
        said = time.time()
        await faults.finish(subject, record, pair.site, clients, since=said)
    stored = [row.message for row in record.histories[hall].rows]
    orders = [told_in_order(reader.reader, hall) for reader in readers]
    reorders = sum(one > two for client in clients for one, two in pairwise(_versions(client.reader, hall)))
    faults.note(subject, "messages/s", len(stored) / (said - began))
    faults.note(
        subject, "versions in the room", record.histories[hall].version, at_least=len(stored), at_most=len(stored)
    )
    faults.note(subject, "reorders", reorders, at_most=0)
    faults.note(
        subject, "readers told another order than is stored", sum(order != stored for order in orders), at_most=0
    )


def told_in_order(reader: Reader, room: str) -> list[str]:
    """The messages of a room in the order in which a reader first heard of them."""
    return list(dict.fromkeys(told.message for told in reader.told if told.room == room and told.message))


def _versions(reader: Reader, room: str) -> list[int]:
    """Of the live frames; a sender's own messages come as acknowledgements."""
    return [told.version for told in reader.told if told.room == room and told.live]
