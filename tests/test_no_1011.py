"""The watch over the whole run (tests/no_1011.py, `servers.Campfire.close`) sees every way to a 1011."""

import os
import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests import no_1011, servers

pytestmark = pytest.mark.sqlite

# Each of these passes, but for the watch.
SEEDS = """
import asyncio
from asgiref.testing import ApplicationCommunicator
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve
import pytest

def closing(code):
    async def application(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": code})
    return application

async def failing(scope, receive, send):
    await receive()
    raise LookupError("nothing there")

async def ask(application):
    socket = ApplicationCommunicator(application, {"type": "websocket", "path": "/ws/"})
    await socket.send_input({"type": "websocket.connect"})
    try:
        await socket.wait()
    except LookupError:
        pass

async def over_a_wire(code):
    async with serve(lambda socket: socket.close(code), "127.0.0.1", 0) as server:
        async with connect(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}") as socket:
            await socket.wait_closed()

@pytest.fixture(scope="module")
def late():
    yield
    asyncio.run(ask(closing(1011)))

def test_fine(): asyncio.run(ask(closing(4001)))
def test_closes(): asyncio.run(ask(closing(1011)))
def test_fails(): asyncio.run(ask(failing))
def test_fine_over_a_wire(): asyncio.run(over_a_wire(4001))
def test_hears(): asyncio.run(over_a_wire(1011))
def test_late(late): pass
"""

SABOTAGE = """
from campfire.settings import *
INSTALLED_APPS = [*INSTALLED_APPS, "saboteur.Saboteur"]
"""
SABOTEUR = """
from django.apps import AppConfig

class Saboteur(AppConfig):
    name = "saboteur"

    def ready(self):
        from chat.consumers.chat import ChatConsumer

        async def serve(self, scope, receive, send):
            await receive()
            await send({"type": "websocket.accept"})
            {does}
            while (await receive())["type"] != "websocket.disconnect":
                pass

        ChatConsumer.__call__ = serve
"""
CLOSES = 'await send({"type": "websocket.close", "code": 1011})'
CUT_OFF = "Task cancelled, timeout graceful shutdown exceeded"
FAILS = 'raise RuntimeError("broken on purpose")'


def test_a_test_fails_in_which_a_socket_is_closed_with_1011(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_seeds.py").write_text(SEEDS)
    plugins = ["-p", "tests.no_1011", "-p", "no:django", "-p", "no:cacheprovider"]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "-n", "1", "-rA", str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(servers.ROOT)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert result.returncode == 1, result.stdout
    assert "6 passed, 4 errors" in result.stdout
    assert set(re.findall(r"^ERROR \S+::(\w+)", result.stdout, re.MULTILINE)) == {
        "test_closes",
        "test_fails",
        "test_hears",
        "test_late",
    }


@pytest.mark.servers
@pytest.mark.parametrize("does", [pytest.param(CLOSES, id="closes"), pytest.param(FAILS, id="fails")])
@pytest.mark.parametrize("kind", ["uvicorn", "daphne"])
async def test_a_server_cannot_be_ended_in_silence_after_a_1011(tmp_path: Path, kind: str, does: str) -> None:
    (tmp_path / "sabotage.py").write_text(SABOTAGE)
    (tmp_path / "saboteur.py").write_text(SABOTEUR.replace("{does}", does))
    with no_1011.provoked() as heard, pytest.raises(AssertionError, match=r"Socket closed with 1011|Exception in"):
        await meet_one_socket(kind, tmp_path)

    # Uvicorn hangs up without a word on who is served by an application that failed.
    assert bool(heard) is not (kind == "uvicorn" and does == FAILS)


async def meet_one_socket(kind: Any, folder: Path) -> None:
    """From the start of a sabotaged server to its end."""
    chosen = {"PYTHONPATH": f"{folder}:{servers.ROOT}", "DJANGO_SETTINGS_MODULE": "sabotage"}
    with servers.start_campfire(kind, data=folder / "data", env=chosen) as server:
        async with connect(f"{server.url.replace('http', 'ws')}/ws/", ping_interval=None) as socket:
            with pytest.raises(ConnectionClosed):
                await socket.recv()


@pytest.mark.parametrize(
    ("log", "is_wrong"),
    [
        ("INFO campfire.access: Socket closed with 1011 after 0.1 s", True),
        ('{"logger": "campfire.access", "message": "Socket closed with 1011 after 0.1 s"}', True),
        ("INFO campfire.access: Socket closed with 4001 after 1011.1 s", False),
        ("ERROR uvicorn.error: Exception in ASGI application\n    Traceback\n    OSError: 1", True),
        (f"ERROR uvicorn.error: Exception in ASGI application\n    Traceback\n    CancelledError: {CUT_OFF}", False),
        (f"ERROR daphne.server: Exception inside application: x\nINFO x: {CUT_OFF}", True),
    ],
)
def test_what_in_a_log_is_wrong(tmp_path: Path, log: str, is_wrong: bool) -> None:
    server = servers.Campfire("Campfire", [], port=0, log=tmp_path / "log", url="")
    server.log.write_text(f"INFO x: before\n{log}\nINFO x: after\n")

    with pytest.raises(AssertionError) if is_wrong else nullcontext():
        server.close()
