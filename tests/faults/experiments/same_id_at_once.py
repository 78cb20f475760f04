"""One message is sent fifty times at once under the same client_message_id, half of it over each of two sockets; then
over sockets on two processes.

One row, fifty answers with the same message, and a third socket is told once.
"""

import asyncio
from typing import Any
from uuid import uuid4

from tests.faults.faults import Faults, crowd
from tests.faults.ground import Site, serving
from tests.faults.pair import pair_for
from tests.faults.record import Record

TIMES = 50


async def run(faults: Faults) -> None:
    rounds = 2 if faults.quick else 20
    if not faults.quick:
        site = await faults.site()
        async with serving(site) as server:
            await _at_once(faults, "sqlite", site, [server.url, server.url], rounds)
    pair = await pair_for(faults)
    await _at_once(faults, "two processes, postgres and redis", pair.site, pair.urls, rounds)


async def _at_once(faults: Faults, subject: str, site: Site, urls: list[str], rounds: int) -> None:
    """The two sockets of the sender are one on each of `urls`, the reader is on the first."""
    record, equal = Record(), 0
    # The people of a site come in turn: the last is the first again.
    async with crowd(record, site, [urls[0]] * len(site.people) + [urls[1]]) as clients:
        one, two, reader = clients[0], clients[-1], clients[1]
        for _ in range(rounds):
            operation = record.operation(one.person, site.hall, str(uuid4()), "once")
            asked: dict[str, Any] = {"room_id": site.hall, "content": "once", "client_message_id": operation.key}
            answers = await asyncio.gather(
                *((one, two)[turn % 2].socket.request("send_message", **asked) for turn in range(TIMES))
            )
            equal += sum(answer["message"] == answers[0]["message"] for answer in answers)
            for answer in answers:
                operation.acknowledge(
                    answer["message_id"], answer["seq"], answer["version"], repeat=answer["duplicate"]
                )
        await faults.finish(subject, record, site, clients)
        told = [told for told in reader.reader.told if told.kind == "new_message"]
    repeats = sum(answer.repeat for operation in record.operations for answer in operation.answers)
    faults.note(subject, "answers with the same message", equal, at_most=TIMES * rounds, at_least=TIMES * rounds)
    faults.note(subject, "rows", len(record.histories[site.hall].rows), at_most=rounds, at_least=rounds)
    expected = (TIMES - 1) * rounds
    faults.note(subject, "answers called a repeat", repeats, at_most=expected, at_least=expected)
    faults.note(subject, "frames to a reader", len(told), at_most=rounds, at_least=rounds)
