"""What the fault proxy breaks is broken, and what it heals is whole."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.faults.proxy import Proxy
from tests.faults.waiting import until

pytestmark = [pytest.mark.sqlite]

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]
SILENCE_S = 0.2


@asynccontextmanager
async def echo(buffer: int | None = None) -> AsyncIterator[Proxy]:
    """A proxy before a server that says everything again."""

    async def again(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(again, "127.0.0.1", 0)
    try:
        async with Proxy(server.sockets[0].getsockname()[1], buffer=buffer) as proxy:
            yield proxy
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def line_to(proxy: Proxy) -> AsyncIterator[Line]:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def says(line: Line, text: bytes, within: float = 20) -> bytes:
    line[1].write(text)
    return await asyncio.wait_for(line[0].readexactly(len(text)), within)


async def is_silent(line: Line) -> bool:
    try:
        await asyncio.wait_for(line[0].read(1), SILENCE_S)
    except TimeoutError:
        return True
    return False


async def test_it_passes_everything_both_ways_and_the_end_too() -> None:
    async with echo() as proxy, line_to(proxy) as line, line_to(proxy) as other:
        text = bytes(range(256)) * 4000
        assert await says(line, text) == text
        assert await says(other, b"hello") == b"hello"
        assert proxy.connections == 2
        assert proxy.passed == {"up": len(text) + 5, "down": len(text) + 5}
        line[1].write_eof()
        assert await asyncio.wait_for(line[0].read(), 20) == b""
        assert await says(other, b"still here") == b"still here"


async def test_a_delay_delays_and_does_not_reorder() -> None:
    async with echo() as proxy, line_to(proxy) as line:
        await says(line, b"quick")
        proxy.delay(0.3)
        began = time.monotonic()
        line[1].write(b"one ")
        await asyncio.sleep(0.05)
        assert await says(line, b"two!") == b"one "
        assert time.monotonic() - began >= 0.6
        assert await asyncio.wait_for(line[0].readexactly(4), 20) == b"two!"


async def test_opening_a_connection_may_take_time_too() -> None:
    async with echo() as proxy:
        proxy.delay(0, opening=0.3)
        began = time.monotonic()
        async with line_to(proxy) as line:
            await says(line, b"first")
            assert time.monotonic() - began >= 0.3
            proxy.black_hole()
            proxy.heal()
            began = time.monotonic()
            async with line_to(proxy) as another:
                await says(another, b"quick")
                assert time.monotonic() - began < 0.3


async def test_a_throttled_line_is_as_slow_as_asked_and_its_sender_feels_it() -> None:
    async with echo() as proxy, line_to(proxy) as line:
        proxy.throttle(20_000)
        began = time.monotonic()
        assert await says(line, b"x" * 20_000, 60) == b"x" * 20_000
        assert time.monotonic() - began >= 0.9

    async with echo(buffer=4096) as proxy, line_to(proxy) as line:
        proxy.throttle(1000)
        # The sender's own buffer grows up to 4 MiB where nobody sets it, and then there is nothing to be felt.
        line[1].get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        line[1].write(b"x" * 4_000_000)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(line[1].drain(), SILENCE_S)


async def test_connections_share_a_throttled_line_where_asked_to() -> None:
    async with echo() as proxy, line_to(proxy) as line, line_to(proxy) as other:
        # 40,000 bytes, to and fro: apart they would take half a second.
        proxy.throttle(20_000, together=True)
        began = time.monotonic()
        for each in (line, other):
            each[1].write(b"x" * 10_000)
        for each in (line, other):
            await asyncio.wait_for(each[0].readexactly(10_000), 60)
        assert time.monotonic() - began >= 1.5


async def test_a_line_that_is_healed_is_quick_at_once() -> None:
    async with echo() as proxy, line_to(proxy) as line:
        await says(line, b"quick")
        proxy.throttle(100)
        # The proxy already waited for this, so it is taken at once: more than a minute's worth.
        await says(line, b"x" * 8000)
        proxy.heal()
        assert await says(line, b"quick again") == b"quick again"


async def test_a_black_hole_keeps_connections_open_and_passes_nothing_until_it_is_healed() -> None:
    async with echo() as proxy, line_to(proxy) as line:
        await says(line, b"before")
        proxy.black_hole()
        line[1].write(b"into the dark")
        assert await is_silent(line)
        async with line_to(proxy) as newcomer:
            newcomer[1].write(b"me too")
            assert await is_silent(newcomer)
            proxy.heal()
            assert await asyncio.wait_for(line[0].readexactly(13), 20) == b"into the dark"
            assert await asyncio.wait_for(newcomer[0].readexactly(6), 20) == b"me too"


async def test_a_black_hole_hides_ends_too() -> None:
    async with echo() as proxy:
        async with line_to(proxy) as line:
            await says(line, b"before")
            proxy.black_hole()
        await asyncio.sleep(SILENCE_S)
        assert proxy.connections == 1, "the server does not learn that the client is gone"
        proxy.heal()
        await until(lambda: proxy.connections == 0)


async def test_a_black_hole_may_be_one_sided() -> None:
    async with echo() as proxy, line_to(proxy) as line:
        await says(line, b"before")
        proxy.black_hole("down")
        line[1].write(b"heard, not answered")
        await until(lambda: proxy.passed["up"] == 25)
        assert await is_silent(line)
        proxy.heal()
        assert await asyncio.wait_for(line[0].readexactly(19), 20) == b"heard, not answered"


async def test_a_cut_resets_what_is_open_and_nothing_else() -> None:
    async with echo() as proxy, line_to(proxy) as line:
        await says(line, b"before")
        proxy.cut()
        with pytest.raises(ConnectionError):
            await asyncio.wait_for(line[0].read(1), 20)
        async with line_to(proxy) as again:
            assert await says(again, b"back") == b"back"


async def test_who_is_refused_is_reset_until_it_is_healed() -> None:
    async with echo() as proxy:
        proxy.refuse()
        async with line_to(proxy) as line:
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await says(line, b"hello")
        proxy.heal()
        async with line_to(proxy) as line:
            assert await says(line, b"hello") == b"hello"
