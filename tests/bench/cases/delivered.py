"""200 sockets send 50 messages each, all at once, without waiting for an answer: all 10,000 reach all 200.

Not a figure but a condition: a message lost, doubled or out of order at a single socket fails the run.
"""

from tests.bench.bench import Bench
from tests.bench.load import Load
from tests.bench.subjects import Subjects

SOCKETS, MESSAGES = 200, 50


def run(bench: Bench) -> None:
    sockets, messages = (20, 10) if bench.quick else (SOCKETS, MESSAGES)
    with Subjects(bench) as subjects:
        campfire = subjects.campfire()
        house = campfire.house
        assert house is not None
        received, rates = [], []
        for _ in bench.rounds(f"{sockets} sockets send {messages} messages each"):
            with Load() as load:
                load.connect(campfire.server.url, sockets, tokens=house.tokens)
                load.join(house.room)
                everybody, count = range(sockets), sockets * messages
                sent = load.send(house.room, senders=everybody, count=count, window=messages, answered=True)
                received.append(min(socket["read"] for socket in load.state()))
                rates.append(sent.messages / sent.seconds)
    name = campfire.name
    bench.note(name, "received by each", received, "messages", at_least=float(sockets * messages))
    bench.note(name, "messages/s, each to all", rates)
