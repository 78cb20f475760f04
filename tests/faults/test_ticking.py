"""What a client reads late, because it was kept from looking or the line held it up, was not sent late."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from websockets.sync.server import ServerConnection, serve

from tests.faults.connection import Socket
from tests.faults.feed import Feed
from tests.faults.proxy import Proxy
from tests.faults.record import Record, Told
from tests.faults.ticking import TICK_S

pytestmark = [pytest.mark.sqlite]

ROOM = "hall"
KEPT_S = 1.5


class Server:
    """Says one thing of the room a moment after it is asked to, in a thread of its own."""

    def __init__(self) -> None:
        self.said_at = 0.0
        self.size = 0
        self.server = serve(self._serve, "127.0.0.1", 0)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server.socket.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _serve(self, connection: ServerConnection) -> None:
        connection.send(json.dumps({"type": "welcome", "epoch": "one", "heartbeat_interval": 25}))
        connection.recv()
        time.sleep(0.2)
        self.said_at = time.time()
        connection.send(json.dumps({"type": "room_activity", "room_id": ROOM, "version": 1, "x": "x" * self.size}))
        connection.recv()


async def told(url: str, *, before: Callable[[], None] = lambda: None, asked: Callable[[], object]) -> Told:
    """What a client is told by a server at `url` that it asks for something; `asked` happens right after that."""
    record, heard = Record(), asyncio.Event()
    reader = record.reader("Ben's", "ben")
    socket = Socket([url], "token")
    Feed(reader, socket, [], [], heard.set)
    socket.start()
    await socket.open.wait()
    await asyncio.sleep(5 * TICK_S)
    before()
    await socket.send({"type": "ping"})
    asked()
    while not reader.told:
        heard.clear()
        await heard.wait()
    await asyncio.gather(socket.close(), return_exceptions=True)
    (found,) = reader.told
    return found


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.server.shutdown()


async def test_a_busy_client_knows_since_when_it_had_not_looked(server: Server) -> None:
    found = await told(server.url, asked=lambda: time.sleep(KEPT_S))
    assert found.at - server.said_at > KEPT_S / 2, "it was read late"
    assert found.earliest < server.said_at, "and may have come at once"
    assert found.at - found.earliest < KEPT_S + 1


async def test_a_client_that_looks_all_the_time_knows_it_exactly(server: Server) -> None:
    found = await told(server.url, asked=lambda: None)
    assert found.earliest <= server.said_at
    assert server.said_at - found.earliest < 1, "a second too late stays a second too late"


async def test_a_line_that_held_it_up_knows_when_it_was_sent(server: Server) -> None:
    async with Proxy(server.port) as line:
        heal = lambda: asyncio.get_running_loop().call_later(KEPT_S, line.heal)  # noqa: E731
        found = await told(line.url, before=lambda: line.black_hole("down"), asked=heal)
    assert found.at - server.said_at > KEPT_S / 2, "it came late"
    assert abs(found.earliest - server.said_at) < 0.2, "and was sent in time"


async def test_a_throttled_line_knows_when_it_was_sent(server: Server) -> None:
    server.size = 40_000
    async with Proxy(server.port) as line:
        found = await told(line.url, before=lambda: line.throttle(20_000), asked=lambda: None)
    assert found.at - server.said_at > 1, "it came late"
    assert abs(found.earliest - server.said_at) < 0.2, "and was sent in time"


async def test_a_whole_line_makes_nothing_earlier_than_it_was(server: Server) -> None:
    async with Proxy(server.port) as line:
        found = await told(line.url, asked=lambda: None)
    assert server.said_at - found.earliest < 1
