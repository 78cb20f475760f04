"""One message is sent fifty times at once under the same client_message_id, half of it over each of two sockets.

One row, fifty equal answers, and a third socket is told once.
"""

import asyncio
from typing import Any
from uuid import uuid4

from tests.faults.faults import Faults, crowd
from tests.faults.ground import DATABASES, Database, serving
from tests.faults.record import Record

TIMES = 50


async def run(faults: Faults) -> None:
    for database in DATABASES:
        await _at_once(faults, database, rounds=2 if faults.quick else 20)


async def _at_once(faults: Faults, database: Database, rounds: int) -> None:
    site, record = await faults.site(database), Record()
    async with serving(site) as server, crowd(record, site, [server.url] * 21) as clients:
        one, two, reader = clients[0], clients[20], clients[1]
        assert one.person == two.person
        for _ in range(rounds):
            operation = record.operation(one.person, site.hall, str(uuid4()), "once")
            asked: dict[str, Any] = {"room_id": site.hall, "content": "once", "client_message_id": operation.key}
            answers = await asyncio.gather(
                *((one, two)[turn % 2].socket.request("send_message", **asked) for turn in range(TIMES))
            )
            for answer in answers:
                operation.acknowledge(
                    answer["message_id"], answer["seq"], answer["version"], repeat=answer["duplicate"]
                )
        await faults.finish(database, record, site, clients)
        told = [told for told in reader.reader.told if told.kind == "new_message"]
    repeats = sum(answer.repeat for operation in record.operations for answer in operation.answers)
    equal = sum(len(operation.answers) for operation in record.operations)
    faults.note(database, "equal answers", equal, at_most=TIMES * rounds, at_least=TIMES * rounds)
    faults.note(database, "rows", len(record.histories[site.hall].rows), at_most=rounds, at_least=rounds)
    expected = (TIMES - 1) * rounds
    faults.note(database, "answers called a repeat", repeats, at_most=expected, at_least=expected)
    faults.note(database, "frames to a reader", len(told), at_most=rounds, at_least=rounds)
