"""However search goes about it, it finds what reading every message would find, in the same order."""

import random
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.operators import Operator
from campfire.ids import new_id
from chat.actions.messages import edit_message, post_message
from chat.models import Membership, Message, Room
from chat.queries.messages import read_by_ids
from chat.queries.search import found_for, postgresql, search, sqlite
from chat.queries.search.scope import own_rooms
from chat.queries.search.sqlite import folded
from chat.tests.conftest import House, build_house

# How often each is in a message of a lively room, by the hundred; "grotto" is only in old messages of another.
WORDS = {"harbour": 40, "Lantern": 10, "quay": 3, "zanzibar": 1, "ox": 20}
QUERIES = ["harbour", "LANTERN", "quay", "zanzibar", "grotto", "nowhere", "arbo", "ox", "harbour lantern", "quay ox"]
ROOMS = {"hall": 30, "attic": 400, "cellar": 1500}


@dataclass
class Library:
    """Three rooms whose messages came by turns, and what stands in each, newest first; Ben is only in the hall."""

    house: House
    rooms: dict[str, Room]
    rows: list[tuple[int, int, str]]

    def named(self, query: str, rooms: list[int], limit: int) -> list[int]:
        """The row ids that a reader of all messages would name."""
        words = query.lower().split()
        found = (pk for pk, room, text in self.rows if room in rooms and all(word in text.lower() for word in words))
        return [pk for pk, _ in zip(found, range(limit), strict=False)]


@pytest.fixture
def library(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Library:
    # Small, so that each way of looking comes to its end somewhere.
    monkeypatch.setattr(sqlite, "HITS", 2)
    monkeypatch.setattr(sqlite, "ROWS", (2, 20))
    monkeypatch.setattr(postgresql, "TRIED", 2)
    monkeypatch.setattr(postgresql, "HITS", 4)
    monkeypatch.setattr(postgresql, "ROWS", 20)
    house = build_house()
    cellar = Room.objects.create(workspace=house.workspace, kind="closed", name="cellar")
    for person in (house.ada, house.cleo):
        Membership.objects.create(room=cellar, user=person)
    rooms = {"hall": house.hall, "attic": house.attic, "cellar": cellar}
    shelve(house.ada, rooms)
    Membership.objects.filter(user=house.ben, room=house.attic).delete()
    live = Message.objects.live().order_by("-pk").values_list("pk", "room_id", "content")
    return Library(house, rooms, list(live))


def shelve(author: User, rooms: dict[str, Room]) -> None:
    """Messages of all rooms in a random order, always the same, a few of them deleted."""
    chance = random.Random(7)
    turns = [name for name, count in ROOMS.items() for _ in range(count)]
    chance.shuffle(turns)
    seqs = dict.fromkeys(rooms, 0)
    now, messages = timezone.now(), []
    for turn, name in enumerate(turns):
        seqs[name] += 1
        seq, number = seqs[name], rooms[name].pk
        words = [word for word, often in WORDS.items() if chance.randrange(100) < often]
        words += ["grotto"] if name == "cellar" and turn < 900 else []
        is_deleted = chance.randrange(20) == 0
        messages.append(
            Message(
                uuid=new_id(),
                room_id=number,
                creator=author,
                client_message_id=uuid4(),
                seq=seq,
                created_version=seq,
                version=seq,
                content=" ".join(["said", *words]),
                created_at=now,
                deleted_at=now if is_deleted else None,
            )
        )
    Message.objects.bulk_create(messages)
    for name, room in rooms.items():
        Room.objects.filter(pk=room.pk).update(seq=seqs[name], version=seqs[name])


@pytest.mark.parametrize("limit", [1, 5, 50, 500])
def test_what_is_found_is_what_every_message_would_tell(library: Library, limit: int) -> None:
    house = library.house
    for query in QUERIES:
        for person in (house.ada, house.ben, house.cleo, house.dan):
            rooms = list(Membership.objects.filter(user=person).values_list("room_id", flat=True))
            found = [message.pk for message in search(person, query, limit=limit)]
            assert found == library.named(query, rooms, limit), f"{query!r} for {person.name}"
        for room in library.rooms.values():
            within = [message.pk for message in search(house.ada, query, limit=limit, room_uuid=room.uuid)]
            assert within == library.named(query, [room.pk], limit), f"{query!r} in {room.name}"


@pytest.mark.parametrize("limit", [1, 5, 500])
def test_operators_find_the_same_in_all_rooms(library: Library, limit: int) -> None:
    everywhere = [room.pk for room in library.rooms.values()]
    operator = Operator(library.house.ada)
    for query in QUERIES:
        if all(len(word) < 3 for word in query.split()):
            continue
        assert found_for(operator, query, limit=limit) == library.named(query, everywhere, limit)
        for pk in everywhere:
            assert found_for(operator, query, room_id=pk, limit=limit) == library.named(query, [pk], limit)


def test_the_newest_of_all_rooms_leave_nothing_out_that_is_newer(library: Library) -> None:
    scope = own_rooms(library.house.ada)
    total = sum(scope.seqs.values())  # type: ignore[union-attr]
    for count in (1, 10, 100, 1000, total):
        newest = scope.newest(count)
        shares = Message.objects.none()
        for room, seq in newest.above.items():
            shares |= Message.objects.filter(room=room, seq__gt=seq)
        assert shares.count() >= count
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {newest.after}")
            newer = Message.objects.filter(room__in=newest.above, pk__gt=cursor.fetchone()[0])
        assert set(newer) <= set(shares)
        assert newest.is_everything == (count == total)


def test_messages_are_read_with_whom_they_name_in_that_order(house: House) -> None:
    posted = post_message(user=house.ada, room=house.attic.uuid, content="@Cleo Marchetti and @Ben Okafor, come")
    message = Message.objects.get(uuid=posted.payload["id"])
    (read,) = read_by_ids([message.pk])
    assert read.payload() == posted.payload
    assert read.mentions == (str(house.cleo.uuid), str(house.ben.uuid))
    edited = edit_message(user=house.ada, message=message.uuid, content="Nobody")
    (read,) = read_by_ids([message.pk])
    assert read.payload() == edited
    assert read_by_ids([]) == []


# Letters that have a case for both. Python knows younger ones, which only find a little more: Cherokee, Osage.
ALPHABETS = {
    "Latin": (0x0, 0x24F), "more Latin": (0x1E00, 0x1EFF), "fullwidth Latin": (0xFF21, 0xFF3A),
    "Greek": (0x370, 0x3FF), "more Greek": (0x1F00, 0x1FFF), "Cyrillic": (0x400, 0x527), "Armenian": (0x531, 0x556),
    "Georgian": (0x10A0, 0x10C5), "Deseret": (0x10400, 0x10427),
}  # fmt: skip
YOUNGER = "\u037f"


@pytest.mark.sqlite
@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_letters_are_the_same_to_the_index_and_beside_it(db: None, alphabet: str) -> None:
    first, last = ALPHABETS[alphabet]
    capitals = [chr(code) for code in range(first, last + 1) if chr(code).lower() != chr(code) != YOUNGER]
    with connection.cursor() as cursor:
        cursor.execute("CREATE VIRTUAL TABLE temp.letters USING fts5(content, tokenize='trigram')")
        for capital in capitals:
            cursor.execute("INSERT INTO temp.letters(rowid, content) VALUES (%s, %s)", [ord(capital), f"a{capital}z"])
        for capital in capitals:
            query = "SELECT count(*) FROM temp.letters WHERE letters MATCH %s AND rowid = %s"
            cursor.execute(query, [f'"a{folded(capital)}z"', ord(capital)])
            assert cursor.fetchone() == (1,), capital
        cursor.execute("DROP TABLE temp.letters")
    assert capitals


def test_an_edited_message_is_found_by_what_it_kept_and_what_is_new(house: House) -> None:
    posted = post_message(user=house.ada, room=house.hall.uuid, content="A party")
    for text in ("A party at noon", "A big party at noon", "The big party is over"):
        edit_message(user=house.ada, message=posted.payload["id"], content=text)
        found = {word: len(search(house.ada, word)) for word in ("party", "noon", "big", "over")}
        assert found == {word: int(word in text) for word in found}, text
