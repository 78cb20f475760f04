"""Who may open a socket, and from where."""

import logging
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions.sessions import end_session
from accounts.actions.users import deactivate, set_password
from accounts.models import Session
from accounts.sessions import hash_token
from accounts.tests.factories import sign_in
from campfire.data.database import BatchedLookup, in_thread
from chat.consumers.welcome import Arrival, arrivals
from chat.delivery.hubs import current_hub
from chat.models import Epoch, Membership
from chat.realtime.hub_queries import AccessChange
from chat.tests.clients import Socket, socket_of
from chat.tests.conftest import House

HERE = {"Host": "localhost:8000", "Origin": "http://localhost:8000"}
EVIL_ORIGINS = {
    "another site": "https://evil.example",
    "null": "null",
    "empty": "",
    "our name as a prefix": "http://localhost.evil.example:8000",
    "our name as a suffix": "http://evillocalhost:8000",
    "our name as the user": "http://localhost:8000@evil.example",
    "another port": "http://localhost:9000",
    "no port": "http://localhost",
    "another scheme": "https://localhost:8000",
    "not an address": "http://[",
}


async def code_of(socket: Socket) -> int | None:
    """The code of a rejected handshake, None if it was accepted."""
    accepted, code = await socket.connect()
    await socket.communicator.disconnect()
    return None if accepted else code


async def test_the_first_frame_is_a_welcome(house: House) -> None:
    async with socket_of(house.ada) as ada:
        session = await in_thread(Session.objects.get, pk=hash_token(ada.token))
        server_time = ada.welcome.pop("server_time")
        assert server_time.endswith("Z")
        assert ada.welcome == {
            "type": "welcome",
            "user_id": str(house.ada.uuid),
            "session_id": str(session.uuid),
            "protocol": 1,
            "epoch": await in_thread(Epoch.current),
            "heartbeat_interval": 25,
            "limits": {"content": 10_000, "frame": 131_072, "rooms": 128, "sockets": 10},
        }
        assert await ada.is_quiet()


async def test_the_address_works_without_its_last_slash(house: House) -> None:
    assert await code_of(Socket(await in_thread(sign_in, house.ada), path="/ws")) is None


async def test_a_token_in_the_query_opens_a_socket_and_is_in_no_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = await in_thread(sign_in, house.ada)
    assert await code_of(Socket(path=f"/ws/?token={token}")) is None
    assert await code_of(Socket(path=f"/ws/?token={token}", headers={"Origin": "https://evil.example"})) == 1008
    assert await code_of(Socket(path="/ws/?token=wrong-but-secret")) == 1008
    assert token not in caplog.text
    assert "wrong-but-secret" not in caplog.text


@pytest.mark.parametrize("token", ["", "nonsense", "ü", "a" * 5000, "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."])
async def test_without_a_good_credential_there_is_no_socket(house: House, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
    assert await code_of(Socket(headers=headers)) == 1008


async def test_another_scheme_of_authorization_is_no_credential(house: House) -> None:
    token = await in_thread(sign_in, house.ada)
    assert await code_of(Socket(headers={"Authorization": f"Basic {token}"})) == 1008
    assert await code_of(Socket(headers={"Authorization": f"bearer {token}"})) is None


async def test_an_ended_session_opens_nothing(house: House) -> None:
    token = await in_thread(sign_in, house.ada)
    assert await code_of(Socket(token)) is None
    session = await in_thread(Session.objects.select_related("user").get, pk=hash_token(token))
    await in_thread(end_session, session=session)
    assert await code_of(Socket(token)) == 1008


async def test_an_expired_session_opens_nothing(house: House) -> None:
    token = await in_thread(sign_in, house.ada)
    row = Session.objects.filter(pk=hash_token(token))
    assert await in_thread(row.update, expire_date=timezone.now() - timedelta(seconds=1)) == 1
    assert await code_of(Socket(token)) == 1008


async def test_a_changed_password_and_a_disabled_account_open_nothing(house: House) -> None:
    ben, cleo = await in_thread(sign_in, house.ben), await in_thread(sign_in, house.cleo)
    assert [await code_of(Socket(ben)), await code_of(Socket(cleo))] == [None, None]
    await in_thread(set_password, user=house.ben, password="a-quite-long-one-4711")
    await in_thread(deactivate, user=house.cleo)
    assert [await code_of(Socket(ben)), await code_of(Socket(cleo))] == [1008, 1008]


async def test_a_cookie_opens_a_socket_from_this_site(house: House) -> None:
    token = await in_thread(sign_in, house.ada)
    assert await code_of(Socket(headers={**HERE, "Cookie": f"theme=dark; session_token={token}"})) is None


async def test_a_cookie_without_an_origin_opens_nothing(house: House) -> None:
    token = await in_thread(sign_in, house.ada)
    assert await code_of(Socket(headers={"Host": HERE["Host"], "Cookie": f"session_token={token}"})) == 1008


@pytest.mark.parametrize("origin", EVIL_ORIGINS.values(), ids=EVIL_ORIGINS.keys())
async def test_an_evil_origin_opens_nothing_with_any_credential(house: House, origin: str) -> None:
    token = await in_thread(sign_in, house.ada)
    cookie, bearer = {"Cookie": f"session_token={token}"}, {"Authorization": f"Bearer {token}"}
    for credential in (cookie, bearer):
        assert await code_of(Socket(headers={**credential, **HERE})) is None
        assert await code_of(Socket(headers={**credential, **HERE, "Origin": origin})) == 1008


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "localhost:8000@evil.example", "[::1"])
async def test_an_evil_host_opens_nothing(house: House, host: str) -> None:
    token = await in_thread(sign_in, house.ada)
    evil = {"Host": host, "Origin": f"http://{host}"}
    assert await code_of(Socket(token, headers={"Host": HERE["Host"]})) is None
    assert await code_of(Socket(token, headers={"Host": host})) == 1008
    assert await code_of(Socket(headers={**evil, "Cookie": f"session_token={token}"})) == 1008


async def test_the_configured_address_is_the_only_origin(house: House, settings) -> None:
    settings.CAMPFIRE_URL, settings.ALLOWED_HOSTS = "https://chat.example.com", ["chat.example.com"]
    cookie = {"Host": "chat.example.com", "Cookie": f"session_token={await in_thread(sign_in, house.ada)}"}
    assert await code_of(Socket(headers={**cookie, "Origin": "https://chat.example.com"})) is None
    assert await code_of(Socket(headers={**cookie, "Origin": "http://chat.example.com"})) == 1008
    assert await code_of(Socket(headers={**cookie, **HERE})) == 1008


async def test_no_other_address_is_a_socket(house: House) -> None:
    token = await in_thread(sign_in, house.ada)
    assert await code_of(Socket(token, path="/ws/nowhere")) == 1000


async def test_a_session_that_ends_during_the_handshake_gets_no_welcome(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await in_thread(sign_in, house.ada)
    monkeypatch.setattr("chat.consumers.chat.arrive", BatchedLookup(lambda asked: {}))
    socket = Socket(token)
    assert await socket.connect() == (True, None)
    assert await socket.closed() == 4501
    assert socket.seen == []
    await socket.communicator.disconnect()


async def test_nothing_comes_before_the_welcome(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens while a socket is being registered waits, and a change it knows by then is not told again."""
    async with socket_of(house.ben):
        hub, person = current_hub(), str(house.ada.uuid)
        added = AccessChange("member_added", user=person, room=str(house.hall.uuid), membership=1)

        def arrive_late(asked: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Arrival]:
            hub.loop.call_soon_threadsafe(hub.apply, added)
            hub.loop.call_soon_threadsafe(hub.tell, person, '{"type":"user_updated"}')
            return arrivals(asked)

        monkeypatch.setattr("chat.consumers.chat.arrive", BatchedLookup(arrive_late))
        async with socket_of(house.ada) as ada:
            assert (await ada.receive())["type"] == "user_updated"
            assert await ada.is_quiet()


def test_those_who_arrive_together_are_told_what_is_theirs(house: House, django_assert_num_queries) -> None:
    sessions = {user: Session.objects.get(pk=hash_token(sign_in(user))) for user in (house.ada, house.cleo, house.dan)}
    second = Session.objects.get(pk=hash_token(sign_in(house.ada)))
    ended = Session.objects.select_related("user").get(pk=hash_token(sign_in(house.ben)))
    end_session(session=ended)
    ada, cleo, dan = ((session.pk, user.pk) for user, session in sessions.items())
    epoch = Epoch.current()

    with django_assert_num_queries(2):
        found = arrivals([ada, cleo, dan, (second.pk, house.ada.pk), (ended.pk, house.ben.pk), (cleo[0], house.dan.pk)])

    rooms = {key: {room for room, *_ in arrival.rooms} for key, arrival in found.items()}
    hall, attic = str(house.hall.uuid), str(house.attic.uuid)
    assert rooms == {ada: {hall, attic}, (second.pk, house.ada.pk): {hall, attic}, cleo: {attic}, dan: set()}
    assert {arrival.epoch for arrival in found.values()} == {epoch}
    (attic_for_cleo,) = found[cleo].rooms
    membership = Membership.objects.get(user=house.cleo)
    assert attic_for_cleo == (attic, membership.pk, house.attic.version)
