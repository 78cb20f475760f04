"""What somebody does on one process the sockets of another hear, as if there were one."""

import asyncio
import json
import time
from uuid import uuid4

import pytest

from tests.processes.clients import SOON_S, Client, Crowd, call, room_of
from tests.processes.place import House, Town

pytestmark = [pytest.mark.sqlite, pytest.mark.servers]

# Enough for a change to be told, were it ever to be.
SILENCE_S = 1.0
FROM_OUTSIDE = """
import json, time
from uuid import UUID
from accounts.actions.sessions import end_session
from accounts.actions.users import deactivate
from accounts.models import Session, User
from accounts.sessions import hash_token
from chat.actions.memberships import remove_member
from chat.actions.messages import edit_message, post_message
from chat.actions.rooms import update_room
ada, ben, eve = (User.objects.get(uuid=uuid) for uuid in ("{ada}", "{ben}", "{eve}"))
room, attic = UUID("{room}"), UUID("{attic}")
at = {{}}
posted = post_message(user=ada, room=room, content="From outside").payload
at["post"] = time.time()
edit_message(user=ada, message=UUID(posted["id"]), content="Edited outside")
at["edit"] = time.time()
update_room(user=ada, room=room, name="renamed")
at["rename"] = time.time()
remove_member(user=ada, room=attic, person=ben.uuid)
at["remove"] = time.time()
end_session(session=Session.objects.select_related("user").get(pk=hash_token("{token}")))
at["session"] = time.time()
deactivate(user=eve)
at["deactivate"] = time.time()
print(json.dumps(at))
"""


async def test_all_read_the_same_order_whoever_sends_from_wherever(town: Town, house: House) -> None:
    one, two = town.sides
    async with Crowd() as crowd:
        readers = [await crowd.add(side, house.tokens["eve"][0], house.room) for side in (one, two, one, two)]
        senders = [
            await crowd.add(side, house.tokens[name][0], house.room) for name in ("ada", "ben") for side in (one, two)
        ]
        by_socket = [sender.say(house.room) for sender in senders for _ in range(15)]
        by_rest = [
            call(side, "POST", f"rooms/{house.room}/messages", house.tokens["ada"][1], {"content": "Hi"})
            for side in (one, two) * 10
        ]
        acknowledged, answers = await asyncio.gather(asyncio.gather(*by_socket), asyncio.gather(*by_rest))
        for reader in readers:
            await reader.read(house.room, 80)

    assert {answer["type"] for answer in acknowledged} == {"message_sent"}
    assert {status for status, _ in answers} == {201}
    assert [reader.versions(house.room) for reader in readers] == [list(range(1, 81))] * 4


async def test_several_tabs_on_two_processes_are_one_person(town: Town, house: House) -> None:
    one, two = town.sides
    ben, ada = house.people["ben"], house.people["ada"]
    async with Crowd() as crowd:
        seeing = await crowd.add(two, house.tokens["ada"][0], house.room)
        tabs = [await crowd.add(one, house.tokens["ben"][0], house.room)]
        _, frame = await seeing.until(lambda f: f["type"] == "presence_update")
        assert (frame["user_id"], frame["status"], frame["participant_count"]) == (ben, "online", 2)
        tabs += [
            await crowd.add(side, house.tokens["ben"][number], house.room) for side, number in ((two, 0), (one, 1))
        ]

        joined = await seeing.join(house.room)
        assert (set(joined["participants"]), joined["participant_count"]) == ({ada, ben}, 2)
        for tab in tabs[:2]:
            await tab.close()
        await asyncio.sleep(SILENCE_S)
        assert len(seeing.of("presence_update")) == 1, "nobody came or went"
        await tabs[2].close()
        _, frame = await seeing.until(lambda f: f.get("status") == "offline")
        assert (frame["user_id"], frame["participant_count"]) == (ben, 1)


async def test_typing_is_seen_on_the_other_process(town: Town, house: House) -> None:
    one, two = town.sides
    async with Crowd() as crowd:
        seeing = await crowd.add(two, house.tokens["ada"][0], house.room)
        typing = await crowd.add(one, house.tokens["ben"][0], house.room)
        for is_typing in (True, False):
            await typing.send("typing", room_id=house.room, is_typing=is_typing)
            about = {"room_id": house.room, "user_id": house.people["ben"], "is_typing": is_typing}
            await seeing.until({"type": "typing_indicator", **about}.__eq__)


async def test_what_a_person_has_read_here_is_read_there(town: Town, house: House) -> None:
    one, two = town.sides
    async with Crowd() as crowd:
        here, there = [await crowd.add(side, house.tokens["ben"][0], house.room) for side in (one, two)]
        other = await crowd.add(two, house.tokens["ada"][0], house.room)
        await other.say(house.room)
        await here.ask("mark_read", room_id=house.room, seq=1)
        _, frame = await there.until(lambda f: f["type"] == "read_state")
        assert (frame["last_read_seq"], frame["unread_count"]) == (1, 0)
        assert not other.of("read_state"), "that is nobody else's business"


async def test_who_is_removed_here_hears_nothing_more_there(town: Town, house: House) -> None:
    one, two = town.sides
    async with Crowd() as crowd:
        removed = await crowd.add(two, house.tokens["ben"][0], house.room)
        senders = [await crowd.add(side, house.tokens["ada"][0], house.room) for side in (one, two)]
        staying = await crowd.add(two, house.tokens["eve"][0], house.room)
        talking = [asyncio.ensure_future(_talk(sender, house.room)) for sender in senders]
        await removed.wait(lambda: len(removed.versions(house.room)) > 20)
        # What is asked again waits in the queue beside what is new.
        await removed.send("catch_up", room_id=house.room, last_seen_version=0)
        person = f"rooms/{house.room}/members/{house.people['ben']}"
        status, _ = await call(one, "DELETE", person, house.tokens["ada"][0])
        gone = time.time()
        heard = len(staying.versions(house.room))
        await staying.wait(lambda: len(staying.versions(house.room)) > heard + 20)
        await asyncio.sleep(2)
        [task.cancel() for task in talking]

        assert status == 204
        about = [(at, frame) for at, frame in removed.frames if room_of(frame) == house.room]
        assert about[-1][1]["type"] == "room_removed", about[-1]
        assert about[-1][0] - gone < SOON_S
        assert (await removed.ask("catch_up", room_id=house.room, last_seen_version=0))["code"] == "not_found"


async def _talk(sender: Client, room: str) -> None:
    while True:
        await sender.say(room)
        await asyncio.sleep(0.005)


async def test_a_room_deleted_here_is_gone_there(town: Town, house: House) -> None:
    one, two = town.sides
    async with Crowd() as crowd:
        reading = await crowd.add(two, house.tokens["ben"][0], house.room)
        status, _ = await call(one, "DELETE", f"rooms/{house.room}", house.tokens["ada"][0])
        gone = time.time()
        at, frame = await reading.until(lambda f: f["type"] == "room_removed")
        assert (status, frame["reason"]) == (204, "deleted")
        assert at - gone < SOON_S


async def test_a_session_ended_here_ends_its_sockets_there_and_no_others(town: Town, house: House) -> None:
    one, two = town.sides
    ending, staying = house.tokens["ben"]
    async with Crowd() as crowd:
        theirs = await crowd.add(two, ending, house.room)
        other = await crowd.add(two, staying, house.room)
        status, _ = await call(one, "POST", "auth/logout", ending)
        gone = time.time()
        assert (status, await theirs.ended()) == (200, 4501)
        assert theirs.closed_at - gone < SOON_S
        assert other.code is None
        assert (await call(two, "GET", "users/me", ending))[0] == 401
        assert (await call(two, "GET", "users/me", staying))[0] == 200


async def test_what_a_script_changes_reaches_the_sockets_of_both(town: Town, house: House) -> None:
    async with Crowd() as crowd:
        rooms = (house.room, house.attic)
        bens = [await crowd.add(side, house.tokens["ben"][0], *rooms) for side in town.sides]
        eves = [await crowd.add(side, house.tokens["eve"][0], *rooms) for side in town.sides]
        ended = [await crowd.add(side, house.tokens["ada"][1], *rooms) for side in town.sides]
        fields = {**house.people, "room": house.room, "attic": house.attic, "token": house.tokens["ada"][1]}
        at = json.loads(await asyncio.to_thread(town.place.run, FROM_OUTSIDE.format(**fields)))

        for ben in bens:
            # A post that was edited before anybody asked comes once, as it is.
            posted, frame = await ben.until(lambda f: f["type"] in ("new_message", "message_updated"))
            edited, frame = await ben.until(lambda f: f.get("message", {}).get("content") == "Edited outside")
            renamed, frame = await ben.until(lambda f: f["type"] == "room_updated")
            removed, frame = await ben.until(lambda f: f["type"] == "room_removed")
            assert (frame["room_id"], frame["reason"]) == (house.attic, "removed")
            delays = [posted - at["post"], edited - at["edit"], renamed - at["rename"], removed - at["remove"]]
            assert max(delays) < SOON_S, delays
        for client, code, when in [(each, 4502, "deactivate") for each in eves] + [
            (each, 4501, "session") for each in ended
        ]:
            assert await client.ended() == code
            assert client.closed_at - at[when] < SOON_S


async def test_who_signed_in_here_is_signed_in_there_and_guesses_are_counted_together(town: Town) -> None:
    one, two = town.sides
    code = uuid4().hex
    town.place.run(
        "from accounts.tests.factories import make_user, make_workspace\n"
        f"make_user('Gil', make_workspace(), email='{code}@example.com', password='a long password')"
    )
    right = {"email": f"{code}@example.com", "password": "a long password"}
    status, answer = await call(one, "POST", "auth/login", body=right)
    assert status == 200
    assert (await call(two, "GET", "users/me", answer["session_token"]))[0] == 200

    wrong = {**right, "password": "wrong"}
    answers = [(await call((one, two)[turn % 2], "POST", "auth/login", body=wrong))[0] for turn in range(12)]
    assert answers == [401] * 10 + [429] * 2
