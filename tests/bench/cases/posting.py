"""Messages a second that are accepted: checked, rendered, stored, acknowledged and told to all in a room of 20 sockets.

All 20 send, each with up to 16 messages on their way.
"""

from tests.bench.bench import Bench, Broken
from tests.bench.load import Load
from tests.bench.people import make_house
from tests.bench.stores import STORES, serving

SOCKETS, WINDOW, SECONDS = 20, 16, 4.0
GOALS = {"SQLite": 2_000.0, "PostgreSQL and Redis": 1_500.0}


def run(bench: Bench) -> None:
    seconds = 0.3 if bench.quick else SECONDS
    for store in STORES:
        rates, costs, middles = [], [], []
        with serving(bench, store) as server:
            house = make_house(server, people=SOCKETS)
            for _ in bench.rounds(f"20 sockets, {store}"):
                with Load() as load:
                    load.connect(server.url, SOCKETS, tokens=house.tokens)
                    load.join(house.room)
                    how = {"senders": range(SOCKETS), "window": WINDOW, "answered": True, "watch": server.pid}
                    load.send(house.room, seconds=seconds / 6, **how)
                    sent = load.send(house.room, seconds=seconds, **how)
                if sent.answers != sent.messages:
                    raise Broken(f"of {sent.messages} messages {sent.answers} were acknowledged")
                rates.append(sent.messages / sent.seconds)
                costs.append(sent.server_seconds * 1e6 / sent.messages)
                middles.append(sent.answer_ms["p50"])
        bench.note(store, "accepted", rates, "messages/s", at_least=None if bench.quick else GOALS[store])
        bench.note(store, "server CPU for a message", costs, "µs")
        bench.note(store, "p50 to the acknowledgement", middles, "ms")
