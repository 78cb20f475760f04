"""Lines are cut after a message went up and before its acknowledgement came down, again and again.

Every other time the cut waits until another client has read the message, so that it is known to be stored. The sender
comes back and repeats it under the same client_message_id: one row, and the answer says that it is a repeat.
"""

import asyncio
from contextlib import AsyncExitStack

from tests.faults.client import Client
from tests.faults.faults import Faults, crowd
from tests.faults.ground import DATABASES, Database, serving
from tests.faults.proxy import Proxy
from tests.faults.record import Record
from tests.faults.waiting import until

SENDERS = 5


async def run(faults: Faults) -> None:
    for database in DATABASES[:1] if faults.quick else DATABASES:
        await _cut(faults, database, times=2 if faults.quick else 40)


async def _cut(faults: Faults, database: Database, times: int) -> None:
    site, record = await faults.site(database), Record()
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serving(site))
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
        await faults.finish(database, record, site, clients)
    rows, cuts = record.histories[site.hall].rows, SENDERS * times
    faults.note(database, "cuts", cuts)
    faults.note(database, "sends without an answer", record.outcomes()["disconnected"], at_least=cuts)
    repeats = sum(answer.repeat for operation in record.operations for answer in operation.answers)
    faults.note(database, "messages", cuts)
    faults.note(database, "answers called a repeat", repeats, at_least=cuts // 2)
    faults.note(database, "rows", len(rows), at_most=cuts, at_least=cuts)
    faults.note(database, "duplicate rows", len(rows) - len({row.key for row in rows}), at_most=0)


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
