"""Search: every word of the query stands in the message, quoted phrases as they are, newest first.

Words match anywhere, in any script and case. From three characters on the trigram index answers (FTS5 on SQLite,
pg_trgm on PostgreSQL); shorter words only narrow down what the longer ones found, or the newest messages.
"""

import re
from uuid import UUID

from django.db import connection

from accounts.models import User
from accounts.operators import Actor, Operator
from campfire.errors import InvalidFrame
from chat import access
from chat.models import Message, Room
from chat.models.messages import MessageQuerySet

LARGEST = 500
LONGEST = 200
TRIGRAM = 3
_LIKE = re.compile(r"[\\%_]")
_WORDS = re.compile(r'"([^"]+)"|(\S+)')


def words_of(query: str) -> list[str]:
    """The words and quoted phrases of a query: `say "hello there"` is `say`, `hello there`."""
    return [phrase.strip() or word.strip('"') for phrase, word in _WORDS.findall(query) if (phrase or word).strip('" ')]


def search(user: User, query: str, *, room_uuid: UUID | str | None = None, limit: int = 50) -> list[Message]:
    """At most `limit` (1–500) live messages of rooms `user` is in, newest first.

    Raises `InvalidFrame` for a limit out of range or a query of over 200 characters, `NotFound` for a room that
    `user` may not see. A query without words finds nothing.
    """
    if not 1 <= limit <= LARGEST:
        raise InvalidFrame(errors={"limit": [f"Between 1 and {LARGEST}."]})
    if len(query) > LONGEST:
        raise InvalidFrame(errors={"q": [f"At most {LONGEST} characters."]})
    words = words_of(query.replace("\x00", ""))
    room = _named_room(user, room_uuid)
    if not words:
        return []
    if connection.vendor == "sqlite":
        ids = _sqlite_ids(user, room, words, limit)
        return list(Message.objects.live().filter(pk__in=ids).order_by("-pk").for_payload())
    return list(_matching(user, room, words).order_by("-pk").for_payload()[:limit])


def found_for(operator: Operator, query: str, *, room_id: int | None = None, limit: int = LARGEST) -> list[int]:
    """Row ids of live messages of any room but directs, at most `limit`, newest first; `room_id` is a row id, too.

    Raises `InvalidFrame` where no word has the three characters that the index needs, or for over 200 characters.
    """
    words = words_of(query.replace("\x00", ""))
    if len(query) > LONGEST or all(len(word) < TRIGRAM for word in words):
        raise InvalidFrame(f"Search for a word of at least {TRIGRAM} characters, with at most {LONGEST} in all.")
    room = None if room_id is None else Room(pk=room_id)
    if connection.vendor == "sqlite":
        return _sqlite_ids(operator, room, words, limit)
    return list(_matching(operator, room, words).order_by("-pk").values_list("pk", flat=True)[:limit])


def _matching(user: Actor, room: Room | None, words: list[str]) -> MessageQuerySet:
    messages = access.messages_of(user).live()
    if isinstance(user, Operator):
        messages = messages.exclude(room__in=Room.objects.filter(kind=Room.Kind.DIRECT))
    if room is not None:
        messages = messages.filter(room=room)
    for word in words:
        messages = messages.filter(content__icontains=word)
    return messages


def _named_room(user: User, room_uuid: UUID | str | None) -> Room | None:
    """The one room to look in, if one is named and may be seen."""
    return access.room_for(user, room_uuid) if room_uuid is not None else None


def _sqlite_ids(user: Actor, room: Room | None, words: list[str], limit: int) -> list[int]:
    """Row ids, newest first, by one walk down the trigram index, or down the rows where every word is too short.

    The unary plus keeps SQLite from starting at the room instead, which would visit all of its messages.
    """
    long = [word for word in words if len(word) >= TRIGRAM]
    short = [word for word in words if len(word) < TRIGRAM]
    source = "chat_message m WHERE"
    parameters: list[str | int] = []
    if long:
        source = (
            "chat_message_search JOIN chat_message m ON m.id = chat_message_search.rowid"
            " WHERE chat_message_search MATCH %s AND"
        )
        parameters.append(" AND ".join('"' + word.replace('"', '""') + '"' for word in long))
    conditions = ["m.deleted_at IS NULL"]
    conditions += ["m.content LIKE %s ESCAPE '\\'"] * len(short)
    parameters += ["%" + _LIKE.sub(r"\\\g<0>", word) + "%" for word in short]
    if isinstance(user, Operator):
        conditions.append("+m.room_id NOT IN (SELECT id FROM chat_room WHERE kind = %s OR deleted_at IS NOT NULL)")
        parameters.append(Room.Kind.DIRECT)
    else:
        conditions.append("+m.room_id IN (SELECT room_id FROM chat_membership WHERE user_id = %s)")
        parameters.append(user.pk)
    if room is not None:
        conditions.append("+m.room_id = %s")
        parameters.append(room.pk)
    order = "chat_message_search.rowid" if long else "m.id"
    statement = f"SELECT m.id FROM {source} {' AND '.join(conditions)} ORDER BY {order} DESC LIMIT %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, limit])
        return [pk for (pk,) in cursor.fetchall()]
