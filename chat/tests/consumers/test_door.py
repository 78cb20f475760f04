"""What ends a socket at the door or by the clock: never 1011."""

from datetime import timedelta
from types import SimpleNamespace
from typing import NoReturn

import pytest
from django.utils import timezone

from accounts.models import Session
from campfire.data.database import BatchedLookup, in_thread
from chat.delivery.hubs import current_hub
from chat.realtime.polls import Polls
from chat.tests.clients import Socket, socket_of
from chat.tests.conftest import House


def fail(*_: object, **__: object) -> NoReturn:
    raise RuntimeError("the database is away")


async def test_a_socket_ends_when_its_session_runs_out(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        (adas,) = current_hub().connections_of(ada.welcome["user_id"])
        adas.expires_at = (timezone.now() - timedelta(seconds=1)).timestamp()

        await Polls(current_hub()).close_overdue()

        assert await ada.closed() == 4501
        assert (await ben.ask("ping"))["type"] == "pong"


async def test_a_connection_knows_when_its_session_runs_out(house: House) -> None:
    async with socket_of(house.ada) as ada:
        (adas,) = current_hub().connections_of(ada.welcome["user_id"])
        session = await in_thread(Session.objects.get, uuid=ada.welcome["session_id"])
        assert adas.expires_at == session.expire_date.timestamp()


async def test_who_was_at_the_door_when_all_were_sent_away_is_sent_after_them(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.consumers.chat.draining", SimpleNamespace(has_begun=lambda: True))
    socket = Socket(await in_thread(house.token, house.ada))
    assert (await socket.connect())[0]
    assert await socket.closed() == 4001
    await socket.communicator.disconnect()


async def test_a_handshake_that_cannot_be_checked_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.consumers.credentials.look_up", BatchedLookup[object, object](fail))

    token = await in_thread(house.token, house.ada)
    assert await Socket(token).connect() == (False, 1008)


async def test_a_socket_that_cannot_be_opened_is_sent_away_to_come_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.consumers.chat.arrive", BatchedLookup[object, object](fail))
    socket = Socket(await in_thread(house.token, house.ada))
    assert (await socket.connect())[0]

    assert await socket.closed() == 4001
    await socket.communicator.disconnect()
