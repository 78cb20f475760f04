"""Lines are cut after a message went up and before its acknowledgement came down, again and again.

Every other time the cut waits until another client has read the message, so that it is known to be stored. The sender
comes back and repeats it under the same client_message_id: one row, and the answer says that it is a repeat.
"""

import asyncio
from contextlib import AsyncExitStack

from tests.faults.client import Client
from tests.faults.faults import Faults, crowd
from tests.faults.ground import Site, serving
from tests.faults.pair import pair_for
from tests.faults.proxy import Proxy
from tests.faults.record import Record
from tests.faults.waiting import until
from tests.servers import Campfire

SENDERS = 5


async def run(faults: Faults) -> None:
    times = 2 if faults.quick else 40
    if not faults.quick:
        site = await faults.site()
        async with serving(site) as server:
            await _cut(faults, "sqlite", site, server, times)
    pair = await pair_for(faults)
    await _cut(faults, "postgres and redis", pair.site, pair.one, times)


async def _cut(faults: Faults, subject: str, site: Site, server: Campfire, times: int) -> None:
    record = Record()
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(Proxy(server.port)) for _ in range(SENDERS)]
        urls = [line.url for line in lines] + [server.url]
        clients = await stack.enter_async_context(crowd(record, site, urls))
        reader = clients[-1]
        await asyncio.gather(
            *(
                _say_and_cut(client, line, reader, site.hall, times, number)
                for number, (client, line) in enumerate(zip(clients, lines, strict=False))
            )
        )
        await faults.finish(subject, record, site, clients)
    rows, cuts = record.histories[site.hall].rows, SENDERS * times
    faults.note(subject, "cuts", cuts)
    faults.note(subject, "sends without an answer", record.outcomes()["disconnected"], at_least=cuts)
    repeats = sum(answer.repeat for operation in record.operations for answer in operation.answers)
    faults.note(subject, "messages", cuts)
    faults.note(subject, "answers called a repeat", repeats, at_least=cuts // 2)
    faults.note(subject, "rows", len(rows), at_most=cuts, at_least=cuts)
    faults.note(subject, "duplicate rows", len(rows) - len({row.key for row in rows}), at_most=0)


async def _say_and_cut(sender: Client, line: Proxy, reader: Client, room: str, times: int, number: int) -> None:
    for turn in range(times):
        await until(sender.socket.open.is_set)
        line.black_hole("down")
        before = line.passed["up"]
        operation = sender.say(room)
        await until(lambda: line.passed["up"] > before)  # noqa: B023
        if (turn + number) % 2:
            await until(lambda: _is_read(reader, room, operation.key))  # noqa: B023
        line.cut()
        line.heal()
        await sender.done(operation)


def _is_read(reader: Client, room: str, key: str) -> bool:
    return any(held.key == key for held in reader.states[room].holds.values())
