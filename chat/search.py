"""Search: every word of the query stands in the message, quoted phrases as they are, newest first.

Words match anywhere, in any script and case. From three characters on the trigram index answers (FTS5 on SQLite,
pg_trgm on PostgreSQL); shorter words only narrow down what the longer ones found, or the newest messages.
"""

import re
from uuid import UUID

from django.db import connection

from accounts.models import User
from campfire.errors import InvalidFrame
from chat import access
from chat.models import Message, Room

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
    messages = access.messages_of(user).live()
    if room is not None:
        messages = messages.filter(room=room)
    for word in words:
        messages = messages.filter(content__icontains=word)
    return list(messages.order_by("-pk").for_payload()[:limit])


def _named_room(user: User, room_uuid: UUID | str | None) -> Room | None:
    """The one room to look in, if one is named and may be seen."""
    return access.room_for(user, room_uuid) if room_uuid is not None else None


def _sqlite_ids(user: User, room: Room | None, words: list[str], limit: int) -> list[int]:
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
