"""What campfire/serving/prepared_frames.py takes for granted of Uvicorn, and what it promises on top of it.

Uvicorn does not promise the names that are used there: when one of these fails after an upgrade, that is the place.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from campfire.serving.prepared_frames import PreparedFramesProtocol, framed
from campfire.serving.uvicorn_server import config
from chat.realtime.direct_writer import EXTENSION, DirectWriter

pytestmark = [pytest.mark.sqlite, pytest.mark.servers]

METHODS = [
    *("connection_made", "connection_lost", "data_received", "pause_writing", "resume_writing", "shutdown", "send"),
    *("handle_connect", "keepalive_timeout", "stop_keepalive", "handle_parser_exception"),
    "send_receive_event_to_app",
]
ATTRIBUTES = {
    *("transport", "handshake_complete", "close_sent", "disconnected", "initial_response", "writable", "conn"),
    *("close_timer", "close_timeout", "read_paused", "frames"),
}
Application = Callable[[Any, Any, Any], Awaitable[None]]


class App:
    """An application of one socket: accepts it, then runs `serve(writer, receive, send)`."""

    def __init__(self, serve: Callable[[DirectWriter, Any, Any], Awaitable[None]] | None = None) -> None:
        self.serve = serve
        self.writers: list[Any] = []
        self.events: list[dict[str, Any]] = []
        self.over = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        writer = scope["extensions"][EXTENSION]
        assert not writer.ready, "Nothing may be written before the handshake"
        self.writers.append(writer)
        await send({"type": "websocket.accept"})
        if self.serve is not None:
            await self.serve(writer, receive, send)
        while (event := await receive())["type"] != "websocket.disconnect":
            self.events.append(event)
        self.events.append(event)
        self.over.set()


@asynccontextmanager
async def serving(application: Application, **options: Any) -> AsyncIterator[tuple[str, uvicorn.Server]]:
    """`application` on Uvicorn in this very loop, with the settings that we run it with."""
    settings = config()
    settings.app, settings.lifespan, settings.loop = application, "off", "asyncio"
    for name, value in options.items():
        setattr(settings, name, value)
    server = uvicorn.Server(settings)
    listener = socket.create_server(("127.0.0.1", 0))
    running = asyncio.ensure_future(server.serve(sockets=[listener]))
    try:
        async with asyncio.timeout(10):
            while not server.started:  # noqa: ASYNC110 (Uvicorn has no event for it)
                await asyncio.sleep(0.01)
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}", server
    finally:
        server.should_exit = True
        await asyncio.wait_for(running, 20)
        listener.close()


async def everything(client: ClientConnection) -> tuple[list[str | bytes], int]:
    """All that still comes, and the code at the end."""
    frames = []
    try:
        async with asyncio.timeout(20):
            while True:
                frames.append(await client.recv())
    except ConnectionClosed as closed:
        return frames, closed.rcvd.code if closed.rcvd else 1006


async def rest_of(reader: asyncio.StreamReader) -> bytes:
    """All that still comes before the connection is cut."""
    rest = b""
    async with asyncio.timeout(10):
        try:
            while chunk := await reader.read(100):
                rest += chunk
        except ConnectionResetError:
            pass
    return rest


def test_uvicorn_has_what_we_lean_on() -> None:
    for name in METHODS:
        assert callable(getattr(WebSocketsSansIOProtocol, name)), name
    settings = config()
    settings.load()
    assert settings.ws_protocol_class is PreparedFramesProtocol
    protocol = PreparedFramesProtocol(settings, uvicorn.server.ServerState(), {}, asyncio.new_event_loop())
    try:
        held = vars(protocol)
        assert held.keys() >= ATTRIBUTES
        assert protocol.conn.state is not None
        assert protocol.conn.extensions == []
    finally:
        protocol.loop.close()


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
async def test_a_text_of_any_length_arrives(size: int) -> None:
    text = ("é" + "x" * size)[:size]

    async def serve(writer: DirectWriter, receive: Any, send: Any) -> None:
        writer.write(writer.framed((text,)))

    async with serving(App(serve)) as (url, _), connect(url, max_size=None) as client:
        assert await client.recv() == text
    assert framed((text,)) is framed((text,)), "Framed once for all"


async def test_it_keeps_the_order_among_sends_and_pongs() -> None:
    async def serve(writer: DirectWriter, receive: Any, send: Any) -> None:
        for number in range(300):
            if number % 3 == 0:
                writer.write(writer.framed((str(number),)))
            elif number % 3 == 1:
                await send({"type": "websocket.send", "text": str(number)})
            else:
                writer.write(writer.framed((f"{number}a", f"{number}b")))
            if number % 50 == 0:
                await asyncio.sleep(0)

    async with serving(App(serve)) as (url, _), connect(url) as client:
        pongs = [await client.ping() for _ in range(5)]
        parts = [("",), ("",), ("a", "b")]
        expected = [f"{number}{part}" for number in range(300) for part in parts[number % 3]]
        assert [await client.recv() for _ in expected] == expected
        await asyncio.wait_for(asyncio.gather(*pongs), 10)


async def test_nothing_is_written_after_either_side_has_closed() -> None:
    async def close(writer: DirectWriter, receive: Any, send: Any) -> None:
        writer.write(writer.framed(("last",)))
        await send({"type": "websocket.close", "code": 4001})
        assert not writer.ready

    app = App()
    async with serving(App(close)) as (url, _), connect(url) as client:
        assert await everything(client) == (["last"], 4001)
    async with serving(app) as (url, _):
        async with connect(url) as client:
            await client.close(4000)
        await asyncio.wait_for(app.over.wait(), 10)
    assert not app.writers[0].ready
    assert not await app.writers[0].until_ready()
    assert app.events[-1]["code"] == 4000


async def test_a_refusal_is_still_403_and_an_end_1012() -> None:
    async def refuse(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.close", "code": 1000})

    async with serving(refuse) as (url, _):
        with pytest.raises(InvalidStatus) as refused:
            await connect(url)
    assert refused.value.response.status_code == 403

    app = App()
    async with serving(app) as (url, server), connect(url) as client:
        server.should_exit = True
        assert await everything(client) == ([], 1012)
    assert not app.writers[0].ready


async def test_a_reader_that_stopped_is_waited_for_and_cut_off_when_told() -> None:
    waited, full = asyncio.Event(), asyncio.Event()

    async def serve(writer: DirectWriter, receive: Any, send: Any) -> None:
        while writer.ready:
            writer.write(writer.framed(("x" * 10_000,)))
        full.set()
        if not await writer.until_ready():
            waited.set()

    app = App(serve)
    async with serving(app) as (url, _):
        client = await connect(url, max_queue=1)
        try:
            client.transport.pause_reading()
            await asyncio.wait_for(full.wait(), 10)
            buffered = app.writers[0]._protocol.transport.get_write_buffer_size()
            assert buffered < 200_000, "The kernel took little, the transport less"
            app.writers[0].abort()
            await asyncio.wait_for(waited.wait(), 10)
            await asyncio.wait_for(app.over.wait(), 10)
        finally:
            client.transport.abort()


async def test_whoever_reads_on_gets_everything_that_was_held_back() -> None:
    async def serve(writer: DirectWriter, receive: Any, send: Any) -> None:
        for number in range(1000):
            if writer.ready or await writer.until_ready():
                writer.write(writer.framed((f"{number} {'x' * 10_000}",)))

    async with serving(App(serve)) as (url, _), connect(url) as client:
        client.transport.pause_reading()
        await asyncio.sleep(0.2)
        client.transport.resume_reading()
        numbers = [str(await client.recv()).partition(" ")[0] for _ in range(1000)]
    assert numbers == [str(number) for number in range(1000)]


async def test_a_peer_that_answers_no_ping_is_cut_off_and_not_with_1011() -> None:
    app = App()
    async with serving(app, ws_ping_interval=0.1, ws_ping_timeout=0.1) as (url, _):
        host, port = url.removeprefix("ws://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.write(
                b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            )
            await reader.readuntil(b"\r\n\r\n")
            rest = await rest_of(reader)
            assert rest[:1] == b"\x89", "A ping came"
            assert b"\x88" not in rest[:1] + rest[6:7], "and no close frame after it"
            await asyncio.wait_for(app.over.wait(), 10)
        finally:
            writer.transport.abort()


async def test_what_was_said_at_the_door_is_not_kept_while_a_socket_lives() -> None:
    async def answer(writer: DirectWriter, receive: Any, send: Any) -> None:
        await receive()
        writer.write(writer.framed(("Hello yourself",)))

    app = App(answer)
    async with serving(app) as (url, _), connect(url, additional_headers={"X-Long": "long" * 100}) as client:
        await client.send("Hello")
        assert await client.recv() == "Hello yourself"
        protocol = app.writers[0]._protocol
        assert [len(said.headers) for said in (protocol.request, protocol.response)] == [0, 0]
