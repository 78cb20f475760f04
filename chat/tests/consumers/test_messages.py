"""`send_message`, `edit_message`, `delete_message`: what the sender is answered and what the others hear."""

import asyncio
from uuid import uuid4

import pytest

from campfire.data.database import in_thread
from chat.delivery.hubs import current_hub
from chat.models import Message
from chat.realtime.codes import Close
from chat.tests.clients import meet, socket_of
from chat.tests.conftest import House

MESSAGE_FIELDS = set(
    "id room_id creator_id creator content html client_message_id seq created_version version kind thread_id "
    "reply_count reactions attachments mentions pinned created_at edited_at deleted_at".split()
)


async def test_the_sender_is_answered_and_everybody_else_is_told(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ada) as tablet, socket_of(house.ben) as ben:
        await meet(house.hall, ada, tablet, ben)
        key = str(uuid4())
        sent = await ada.say(house.hall, "Hello *there*", key)
        message = sent["message"]
        assert message.keys() == MESSAGE_FIELDS
        assert sent == {
            "type": "message_sent",
            "room_id": str(house.hall.uuid),
            "message_id": message["id"],
            "client_message_id": key,
            "seq": message["seq"],
            "version": message["version"],
            "duplicate": False,
            "message": message,
        }
        assert message["content"] == "Hello *there*"
        assert message["creator_id"] == message["creator"]["id"] == ada.user
        assert message["created_version"] == message["version"]
        for other in (tablet, ben):
            assert await other.receive() == {"type": "new_message", "message": message}
        assert await ada.is_quiet(), "The sending socket is answered instead of told"
        assert (await in_thread(Message.objects.get, uuid=message["id"])).content == "Hello *there*"


async def test_nothing_is_stored_for_a_socket_that_was_closed_while_it_waited(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with socket_of(house.ada) as ada:
        (connection,) = current_hub().connections_of(ada.user)

        async def end_while_waiting(room: str) -> None:
            connection.close(Close.SESSION_ENDED)

        monkeypatch.setattr(current_hub(), "wait_for_readers", end_while_waiting)
        await ada.send("send_message", room_id=str(house.hall.uuid), content="x", client_message_id=str(uuid4()))
        assert await ada.closed() == Close.SESSION_ENDED
    assert await in_thread(Message.objects.count) == 0


async def test_a_message_needs_no_joined_socket(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        await ben.join(house.hall)
        sent = await ada.say(house.hall, "From the hallway")
        assert sent["type"] == "message_sent"
        assert await ben.receive() == {"type": "new_message", "message": sent["message"]}


async def test_the_answer_to_a_frame_without_ref_has_none(house: House) -> None:
    async with socket_of(house.ada) as ada:
        await ada.send("send_message", room_id=str(house.hall.uuid), content="x", client_message_id=str(uuid4()))
        assert "ref" not in await ada.expect("message_sent")


async def test_a_repeat_answers_with_the_original_and_tells_nobody(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ada) as tablet, socket_of(house.ben) as ben:
        await meet(house.hall, ada, tablet, ben)
        key = str(uuid4())
        first = await ada.say(house.hall, "Once", key)
        for socket in (ada, tablet):
            again = await socket.ask(
                "send_message", room_id=str(house.hall.uuid), content="Changed my mind", client_message_id=key
            )
            assert again == {**first, "duplicate": True}
        await ben.expect("new_message")
        assert await ben.is_quiet()
        assert await in_thread(Message.objects.filter(client_message_id=key).count) == 1


async def test_the_same_key_of_another_person_or_room_is_no_repeat(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        key = str(uuid4())
        sent = [
            await ada.say(house.hall, "x", key),
            await ben.say(house.hall, "x", key),
            await ada.say(house.attic, "x", key),
        ]
        assert [answer["duplicate"] for answer in sent] == [False] * 3
        assert len({answer["message_id"] for answer in sent}) == 3


async def test_a_repeat_shows_the_row_as_it_is_now(house: House) -> None:
    async with socket_of(house.ada) as ada:
        key = str(uuid4())
        first = await ada.say(house.hall, "Before", key)
        edited = await ada.ask("edit_message", message_id=first["message_id"], content="After")
        again = await ada.say(house.hall, "Before", key)
        assert again["duplicate"] is True
        assert again["message"] == edited["message"]
        assert again["version"] == edited["message"]["version"] > first["version"]
        await ada.ask("delete_message", message_id=first["message_id"])
        gone = (await ada.say(house.hall, "Before", key))["message"]
        assert (gone["content"], gone["html"], gone["seq"]) == ("", "", first["seq"])
        assert gone["deleted_at"]


async def test_one_key_many_times_at_once_is_one_row(house: House, settings) -> None:
    settings.RATE_LIMITS = False
    async with socket_of(house.ada) as ada, socket_of(house.ada) as tablet:
        key = str(uuid4())
        frame = {"room_id": str(house.hall.uuid), "content": "Once", "client_message_id": key}
        await asyncio.gather(*(socket.send("send_message", **frame) for socket in [ada, tablet] * 25))
        answers = [await socket.expect("message_sent") for socket in [ada, tablet] * 25]
        assert sorted(answer.pop("duplicate") for answer in answers) == [False] + [True] * 49
        assert all(answer == answers[0] for answer in answers)
        assert await in_thread(Message.objects.filter(client_message_id=key).count) == 1


async def test_everybody_sees_the_same_order(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben, socket_of(house.ben) as reader:
        version = (await reader.join(house.hall))["version"]
        for number in range(10):
            for socket in (ada, ben):
                await socket.send(
                    "send_message", room_id=str(house.hall.uuid), content=str(number), client_message_id=str(uuid4())
                )
        told = [(await reader.expect("new_message"))["message"] for _ in range(20)]
        assert [message["version"] for message in told] == list(range(version + 1, version + 21))
        assert [message["seq"] for message in told] == list(range(1, 21))
        by_ada = [message["content"] for message in told if message["creator_id"] == ada.user]
        assert by_ada == [str(number) for number in range(10)], "Frames of one socket take effect in the order sent"


@pytest.mark.parametrize("content", ["", " ", "\n\t\u00a0\u2003"])
async def test_nothing_but_white_space_is_too_short(house: House, content: str) -> None:
    async with socket_of(house.ada) as ada:
        error = await ada.say(house.hall, content)
        assert error["code"] == "content_too_short"
        assert error["message"].startswith("Content too short")


async def test_a_message_has_ten_thousand_characters_at_most(house: House) -> None:
    async with socket_of(house.ada) as ada:
        assert (await ada.say(house.hall, "ü" * 10_000))["type"] == "message_sent"
        error = await ada.say(house.hall, "ü" * 10_001)
        assert error["code"] == "content_too_long"
        assert error["message"].startswith("Content too long")
        sent = await ada.say(house.hall, "fine")
        error = await ada.ask("edit_message", message_id=sent["message_id"], content="x" * 10_001)
        assert error["code"] == "content_too_long"


async def test_mentions_are_told_by_id(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        await ben.join(house.hall)
        sent = await ada.say(house.hall, "Look, @Ben Okafor and @Dan Whitfield")
        assert sent["message"]["mentions"] == [ben.user], "Dan is not in the room"
        assert (await ben.expect("new_message"))["message"] == sent["message"]


async def test_an_edit_is_answered_and_told(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ada) as tablet, socket_of(house.ben) as ben:
        sent = await ada.say(house.hall, "Helo")
        await meet(house.hall, ada, tablet, ben)
        answer = await ada.ask("edit_message", message_id=sent["message_id"], content="Hello")
        assert answer["type"] == "message_updated"
        message = answer["message"]
        assert message["content"] == "Hello"
        assert message["edited_at"]
        assert (message["seq"], message["created_version"]) == (sent["seq"], sent["version"])
        assert message["version"] == sent["version"] + 1
        for other in (tablet, ben):
            assert await other.receive() == answer
        assert await ada.is_quiet()
        same = await ada.ask("edit_message", message_id=sent["message_id"], content="Hello")
        assert same == answer, "The same text again takes no version"
        assert await ben.is_quiet()


async def test_a_deletion_is_answered_and_told(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        sent = await ada.say(house.hall, "Oops")
        await meet(house.hall, ada, ben)
        answer = await ada.ask("delete_message", message_id=sent["message_id"])
        assert answer == {
            "type": "message_deleted",
            "room_id": str(house.hall.uuid),
            "message_id": sent["message_id"],
            "seq": sent["seq"],
            "version": sent["version"] + 1,
        }
        assert await ben.receive() == answer
        assert await ada.ask("delete_message", message_id=sent["message_id"]) == answer
        assert await ben.is_quiet(), "Deleting again takes no version"
        edit = await ada.ask("edit_message", message_id=sent["message_id"], content="Back again")
        assert edit["code"] == "not_found"


async def test_authors_and_admins_change_messages_and_nobody_else(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben, socket_of(house.cleo) as cleo:
        hers = (await ada.say(house.attic, "Ada's"))["message_id"]
        his = (await ben.say(house.attic, "Ben's"))["message_id"]
        for stranger in (ben, cleo):
            edit = await stranger.ask("edit_message", message_id=hers, content="Defaced")
            deletion = await stranger.ask("delete_message", message_id=hers)
            assert (edit["code"], deletion["code"]) == ("forbidden", "forbidden")
        assert (await ada.ask("edit_message", message_id=his, content="Moderated"))["type"] == "message_updated"
        assert (await ada.ask("delete_message", message_id=his))["type"] == "message_deleted"
        assert (await in_thread(Message.objects.get, uuid=hers)).content == "Ada's"
