"""What is too much: frames, messages, sockets, rooms, size, and readers that do not keep up."""

from uuid import uuid4

import pytest

from accounts.tests.factories import sign_in
from campfire.data.database import in_thread
from chat.actions.rooms import create_room
from chat.consumers import limits
from chat.delivery.hubs import current_hub
from chat.tests.clients import Socket, fill, meet, socket_of
from chat.tests.conftest import House

KIB_128 = 128 * 1024


@pytest.mark.usefixtures("_stopped_clock")
async def test_the_twenty_first_frame_of_a_second_is_refused(house: House) -> None:
    async with socket_of(house.ada) as ada:
        for number in range(21):
            await ada.send("ping", ref=str(number))
        answers = [await ada.receive() for _ in range(21)]
        assert [answer["ref"] for answer in answers] == [str(number) for number in range(21)]
        assert [answer["type"] for answer in answers[:20]] == ["pong"] * 20
        refused = answers[-1]
        assert (refused["type"], refused["code"]) == ("error", "rate_limited")
        assert 0 < refused["retry_after"] <= 1
        assert not ada.communicator.future.done(), "A burst ends nothing"


@pytest.mark.usefixtures("_stopped_clock")
async def test_another_socket_has_frames_of_its_own(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ada) as tablet:
        for _ in range(30):
            await ada.send("ping")
        assert await ada.expect("error", code="rate_limited")
        assert await tablet.is_open()


@pytest.mark.usefixtures("_stopped_clock")
async def test_going_on_above_the_limit_ends_the_socket(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert limits.ABUSE_SECONDS == 10
    monkeypatch.setattr(limits, "ABUSE_SECONDS", 0)
    async with socket_of(house.ada) as ada:
        for _ in range(30):
            await ada.send("ping")
        assert await ada.closed() == 4006
        assert ada.seen[-1]["code"] == "rate_limited", "It is told why before it ends"


@pytest.mark.usefixtures("_stopped_clock")
async def test_refused_frames_have_no_effect(house: House, settings) -> None:
    settings.FRAMES_PER_SECOND = 1
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        assert (await ada.say(house.hall, "Counts"))["type"] == "message_sent"
        assert (await ada.say(house.hall, "Does not"))["code"] == "rate_limited"
        await ben.expect("room_activity")
        assert await ben.is_quiet()


@pytest.mark.usefixtures("_stopped_clock")
async def test_a_person_sends_twenty_messages_at_once_from_all_their_sockets(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ada) as tablet, socket_of(house.ben) as ben:
        for socket in (ada, tablet):
            for number in range(10):
                assert (await socket.say(house.hall, str(number)))["type"] == "message_sent"
        refused = await ada.say(house.hall, "Too much")
        assert (refused["type"], refused["code"]) == ("error", "rate_limited")
        assert refused["retry_after"] == 1, "Sixty a minute are one a second"
        assert (await ben.say(house.hall, "Not my doing"))["type"] == "message_sent"


async def test_limits_on_frequency_can_be_lifted(house: House, settings) -> None:
    settings.RATE_LIMITS = False
    async with socket_of(house.ada) as ada:
        for number in range(25):
            await ada.send(
                "send_message", room_id=str(house.hall.uuid), content=str(number), client_message_id=str(uuid4())
            )
        for _ in range(15):
            await ada.send_text("nonsense")
        answers = [await ada.receive() for _ in range(40)]
        assert [answer["type"] for answer in answers] == ["message_sent"] * 25 + ["error"] * 15
        assert await ada.is_open()


async def test_the_eleventh_socket_of_a_person_is_closed(house: House) -> None:
    token = await in_thread(sign_in, house.ada)
    sockets = [Socket(token) for _ in range(10)]
    for socket in sockets:
        await socket.__aenter__()
    eleventh = Socket(token)
    assert await eleventh.connect() == (True, None)
    assert await eleventh.closed() == 4507
    assert eleventh.seen == [], "It is not welcome"
    await eleventh.communicator.disconnect()
    assert await sockets[0].is_open()
    async with socket_of(house.ben):
        await sockets.pop().communicator.disconnect()
        async with Socket(token) as another:
            assert await another.is_open(), "There is room for one again"
    for socket in sockets:
        await socket.communicator.disconnect()


async def test_the_number_of_sockets_can_be_lifted(house: House, settings) -> None:
    settings.RATE_LIMITS, settings.SOCKETS_PER_PERSON = False, 1
    async with socket_of(house.ada), socket_of(house.ada) as second:
        assert await second.is_open()


async def test_at_most_128_rooms_are_joined_at_once(house: House, settings) -> None:
    assert settings.JOINED_ROOMS == 128
    settings.JOINED_ROOMS = 2
    third = await in_thread(
        create_room, user=house.ada, workspace=house.workspace.uuid, name="third", kind="open", members=[]
    )
    async with socket_of(house.ada) as ada, socket_of(house.ada) as tablet:
        await ada.join(house.hall)
        await ada.join(house.attic)
        refused = await ada.ask("join_room", room_id=str(third.uuid))
        assert (refused["type"], refused["code"]) == ("error", "conflict")
        assert (await ada.join(house.attic))["type"] == "room_joined", "It is joined already"
        await tablet.join(third)
        await ada.ask("leave_room", room_id=str(house.hall.uuid))
        assert (await ada.join(third))["type"] == "room_joined"


async def test_a_binary_frame_ends_the_socket(house: House) -> None:
    for data in (b"\x00\x01", b'{"type":"ping"}', b""):
        async with socket_of(house.ada) as ada:
            await ada.send_bytes(data)
            assert await ada.closed() == 4505


@pytest.mark.parametrize("character", ["x", "ü", "🔥"])
async def test_a_frame_above_128_kib_ends_the_socket(house: House, character: str) -> None:
    """In bytes, as it travels."""
    frame = '{"type":"ping","padding":""}'
    room = KIB_128 - len(frame)
    size = len(character.encode())
    fits = frame.replace('""', f'"{character * (room // size)}{"x" * (room % size)}"')
    assert len(fits.encode()) == KIB_128
    async with socket_of(house.ada) as ada:
        await ada.send_text(fits)
        assert (await ada.receive())["type"] == "pong"
        await ada.send_text(fits + " ")
        assert await ada.closed() == 4506


async def test_a_reader_that_does_not_keep_up_is_closed_and_harms_nobody(house: House, settings) -> None:
    settings.QUEUE_FRAMES = 20
    async with socket_of(house.ada) as slow, socket_of(house.ben) as ben, socket_of(house.cleo) as cleo:
        await meet(house.attic, slow, ben, cleo)
        slow.stop_reading()
        settings.RATE_LIMITS = False
        sent = [await ben.say(house.attic, str(number)) for number in range(40)]
        told = [(await cleo.expect("new_message"))["message"]["version"] for _ in sent]
        assert told == [answer["version"] for answer in sent]
        assert await slow.closed() == 4002
        assert len(slow.seen) < 40, "What waited is not sent to somebody who leaves"
        gone = await ben.expect("presence_update", user_id=slow.user)
        assert gone["status"] == "offline"


async def test_a_queue_is_bounded_in_size_too(house: House, settings) -> None:
    settings.QUEUE_BYTES = 50_000
    async with socket_of(house.ada) as slow, socket_of(house.ben) as ben:
        await slow.join(house.hall)
        slow.stop_reading()
        for _ in range(5):
            await ben.say(house.hall, "x" * 10_000)
        assert await slow.closed() == 4002


async def test_typing_and_presence_never_fill_a_queue(house: House, settings) -> None:
    settings.RATE_LIMITS, settings.QUEUE_FRAMES = False, 5
    async with socket_of(house.ada) as slow, socket_of(house.ben) as ben:
        await meet(house.hall, slow, ben)
        slow.stop_reading()
        for number in range(60):
            hub = current_hub()
            hub.update(str(house.hall.uuid), "typing", ben.user, f'{{"type":"typing_indicator","number":{number}}}')
            hub.channels[str(house.hall.uuid)]._send_updates()
        assert await ben.is_open()
        told = [await slow.receive()]
        while told[-1]["number"] != 59:
            told.append(await slow.receive())
        assert len(told) < 5, "Only the latest waits"
        assert await slow.is_open()


async def test_a_long_catch_up_is_no_reason_to_close_a_slow_reader(house: House) -> None:
    await in_thread(fill, house.hall, house.ada, 500)
    async with socket_of(house.ben) as ben:
        ben.stop_reading()
        assert len(await ben.catch_up(house.hall, last_seen_version=0)) == 501
