"""Frames that are none: an error each, never the end of the socket, unless there are ten in a minute."""

import json
import logging
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError

from chat.consumers import limits
from chat.consumers.handlers import HANDLERS
from chat.realtime import frames
from chat.tests.clients import Socket, socket_of
from chat.tests.conftest import House

UUID = "00000000-0000-7000-8000-000000000000"

INVALID_JSON = {
    "empty": "",
    "white space": "  ",
    "no JSON": "hello",
    "cut off": '{"type":"ping"',
    "two values": '{"type":"ping"}{"type":"ping"}',
    "trailing comma": '{"type":"ping",}',
    "single quotes": "{'type':'ping'}",
    "raw control character": '{"type":"ping","timestamp":"\x01"}',
}
# $ID stands for a UUID.
INVALID_FRAME = {
    "array": "[]",
    "array of frames": '[{"type":"ping"}]',
    "null": "null",
    "number": "5",
    "string": '"ping"',
    "true": "true",
    "no type": "{}",
    "type null": '{"type":null}',
    "type number": '{"type":5}',
    "type object": '{"type":{"ping":1}}',
    "arrays 100,000 deep": "[" * 100_000,
    "closed arrays 60,000 deep": "[" * 60_000 + "]" * 60_000,
    "objects 20,000 deep": '{"a":' * 20_000 + "1" + "}" * 20_000,
    "deep in a field": '{"type":"ping","timestamp":' + "[" * 50_000 + "]" * 50_000 + "}",
    "deep in an unknown field": '{"type":"ping","x":' + "[" * 50_000 + "]" * 50_000 + "}",
    "5,000 digits": '{"type":"mark_read","room_id":"$ID","seq":' + "9" * 5000 + "}",
    "5,000 digits in an unknown field": '{"type":"ping","x":' + "9" * 5000 + ',"timestamp":1}',
    "a seq beyond 64 bits": '{"type":"mark_read","room_id":"$ID","seq":9223372036854775808}',
    "a seq with a fraction": '{"type":"mark_read","room_id":"$ID","seq":1.5}',
    "NaN": '{"type":"mark_read","room_id":"$ID","seq":NaN}',
    "infinity": '{"type":"mark_read","room_id":"$ID","seq":-Infinity}',
    "escaped lone surrogate": '{"type":"send_message","room_id":"$ID","client_message_id":"$ID","content":"\\ud800"}',
    "raw lone surrogate": '{"type":"send_message","room_id":"$ID","client_message_id":"$ID","content":"\ud800"}',
    "null byte": '{"type":"send_message","room_id":"$ID","client_message_id":"$ID","content":"a\\u0000b"}',
    "null byte in an edit": '{"type":"edit_message","message_id":"$ID","content":"\\u0000"}',
    "null byte in an epoch": '{"type":"catch_up","room_id":"$ID","last_seen_version":0,"epoch":"\\u0000"}',
    "room id no UUID": '{"type":"join_room","room_id":"hall"}',
    "room id a number": '{"type":"join_room","room_id":1}',
    "room id missing": '{"type":"join_room"}',
    "content a number": '{"type":"edit_message","message_id":"$ID","content":5}',
    "content null": '{"type":"edit_message","message_id":"$ID","content":null}',
    "client id missing": '{"type":"send_message","room_id":"$ID","content":"x"}',
    "typing no boolean": '{"type":"typing","room_id":"$ID","is_typing":"yes"}',
    "attachments no list": '{"type":"send_message","room_id":"$ID","client_message_id":"$ID","attachment_ids":5}',
    "ref a number": '{"type":"ping","ref":5}',
    "ref too long": '{"type":"ping","ref":"' + "x" * 65 + '"}',
}
UNKNOWN_TYPE = {
    "unknown": '{"type":"teleport"}',
    "empty": '{"type":""}',
    "another case": '{"type":"Ping"}',
    "what servers say": '{"type":"new_message"}',
    "very long": '{"type":"' + "x" * 10_000 + '"}',
    "a private name": '{"type":"__init__"}',
    "a handler of Channels": '{"type":"websocket.disconnect"}',
}


async def error_of(house: House, text: str) -> dict:
    """What one frame is answered with; the socket stays open."""
    async with socket_of(house.ada) as ada:
        await ada.send_text(text.replace("$ID", UUID))
        error = await ada.receive()
        assert error["type"] == "error"
        assert error["message"].strip()
        assert error.keys() <= {"type", "code", "message", "errors"}
        assert await ada.is_open()
    return error


@pytest.mark.parametrize("text", INVALID_JSON.values(), ids=INVALID_JSON.keys())
async def test_what_is_no_json_is_invalid_json(house: House, text: str) -> None:
    assert (await error_of(house, text))["code"] == "invalid_json"


@pytest.mark.parametrize("text", INVALID_FRAME.values(), ids=INVALID_FRAME.keys())
async def test_json_of_the_wrong_shape_is_an_invalid_frame(house: House, text: str) -> None:
    assert (await error_of(house, text))["code"] == "invalid_frame"


@pytest.mark.parametrize("text", UNKNOWN_TYPE.values(), ids=UNKNOWN_TYPE.keys())
async def test_a_type_that_is_not_there_is_unknown(house: House, text: str) -> None:
    error = await error_of(house, text)
    assert error["code"] == "unknown_type"
    assert len(error["message"]) < 200


async def test_unknown_fields_are_ignored(house: House) -> None:
    async with socket_of(house.ada) as ada:
        assert (await ada.ask("ping", creator_id=str(uuid4()), version=99))["type"] == "pong"
        sent = await ada.ask(
            "send_message",
            room_id=str(house.hall.uuid),
            content="x",
            client_message_id=str(uuid4()),
            creator_id=str(house.ben.uuid),
            seq=99,
            version=99,
            created_at="1999-01-01T00:00:00Z",
        )
        message = sent["message"]
        assert (message["creator_id"], message["seq"], message["version"]) == (ada.user, 1, 1)
        assert not message["created_at"].startswith("1999")


async def test_an_error_repeats_the_ref_it_can_read(house: House) -> None:
    async with socket_of(house.ada) as ada:
        for frame in ({"type": "teleport"}, {"type": "join_room"}, {"type": "join_room", "room_id": str(uuid4())}):
            await ada.send_text(json.dumps({**frame, "ref": "r1"}))
            assert (await ada.receive())["ref"] == "r1"
        await ada.send_text('{"type":"ping","ref":')
        assert "ref" not in await ada.receive()
        await ada.send_text(json.dumps({"type": "ping", "ref": "x" * 64}))
        assert (await ada.receive())["ref"] == "x" * 64


async def send_bad(socket: Socket, count: int) -> None:
    for text in (["nonsense", "[]", '{"type":"teleport"}'] * count)[:count]:
        await socket.send_text(text)
        assert (await socket.receive())["type"] == "error"


async def test_ten_bad_frames_in_a_minute_end_the_socket(house: House) -> None:
    async with socket_of(house.ada) as ada:
        await send_bad(ada, 9)
        assert await ada.is_open()
        await ada.send_text("nonsense")
        assert await ada.closed() == 4504
        assert ada.seen[-1]["code"] == "invalid_json", "The tenth is answered too"


async def test_bad_frames_of_longer_ago_are_forgotten(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert limits.BAD_FRAMES_SECONDS == 60
    monkeypatch.setattr(limits, "BAD_FRAMES_SECONDS", 0)
    async with socket_of(house.ada) as ada:
        await send_bad(ada, 12)
        assert await ada.is_open()


async def test_being_refused_is_no_bad_frame(house: House) -> None:
    async with socket_of(house.ada) as ada:
        for _ in range(12):
            assert (await ada.ask("join_room", room_id=str(uuid4())))["code"] == "not_found"
        assert await ada.is_open()


async def test_threads_and_attachments_that_are_not_there_are_not_found(house: House) -> None:
    async with socket_of(house.ada) as ada:
        frame = {"room_id": str(house.hall.uuid), "content": "x", "client_message_id": str(uuid4())}
        assert (await ada.ask("send_message", **frame, thread_id=str(uuid4())))["code"] == "not_found"
        assert (await ada.ask("send_message", **frame, attachment_ids=[str(uuid4())]))["code"] == "not_found"
        assert (await ada.ask("send_message", **frame, thread_id=None, attachment_ids=[]))["type"] == "message_sent"


async def test_an_accident_of_ours_is_an_internal_error_and_ends_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    handlers: dict[Any, Any] = {**HANDLERS, frames.LeaveRoom: broken}
    monkeypatch.setattr("chat.consumers.chat.HANDLERS", handlers)
    async with socket_of(house.ada) as ada:
        error = await ada.ask("leave_room", room_id=str(house.hall.uuid))
        assert error["code"] == "internal_error"
        assert "secret detail" not in error["message"]
        assert await ada.is_open()
    assert [record.levelno for record in caplog.records if "failed" in record.message] == [logging.ERROR]


async def test_a_database_that_does_not_answer_says_when_to_try_again(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def locked(*_: object) -> None:
        raise OperationalError("database is locked")

    handlers: dict[Any, Any] = {**HANDLERS, frames.LeaveRoom: locked}
    monkeypatch.setattr("chat.consumers.chat.HANDLERS", handlers)
    async with socket_of(house.ada) as ada:
        error = await ada.ask("leave_room", room_id=str(house.hall.uuid))
        assert (error["code"], error["retry_after"]) == ("internal_error", 1.0)
        assert await ada.is_open()
    assert [record.levelno for record in caplog.records if "did not answer" in record.message] == [logging.WARNING]


async def test_frames_have_no_insignificant_white_space(house: House) -> None:
    async with socket_of(house.ada) as ada:
        await ada.send("ping", timestamp="é")
        text = (await ada.communicator.receive_output(timeout=5))["text"]
        assert text == json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)
