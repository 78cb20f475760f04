"""Search: every word of the query stands in the message, quoted phrases as they are, newest first.

Words match anywhere, in any script and case. From three characters on the trigram index answers (FTS5 on SQLite,
pg_trgm on PostgreSQL); shorter words only narrow down what the longer ones found, or the newest messages.
"""

import re
from uuid import UUID

from django.db import connection
from django.db.models.expressions import RawSQL

from accounts.models import User
from campfire.errors import InvalidFrame
from chat import access
from chat.models import Message
from chat.models.messages import MessageQuerySet

LARGEST = 100
LONGEST = 200
TRIGRAM = 3
_WORDS = re.compile(r'"([^"]+)"|(\S+)')


def words_of(query: str) -> list[str]:
    """The words and quoted phrases of a query: `say "hello there"` is `say`, `hello there`."""
    return [phrase.strip() or word.strip('"') for phrase, word in _WORDS.findall(query) if (phrase or word).strip('" ')]


def search(user: User, query: str, *, room_uuid: UUID | str | None = None, limit: int = 50) -> list[Message]:
    """At most `limit` (1–100) live messages of rooms `user` is in, newest first.

    Raises `InvalidFrame` for a limit out of range or a query of over 200 characters, `NotFound` for a room that
    `user` may not see. A query without words finds nothing.
    """
    if not 1 <= limit <= LARGEST:
        raise InvalidFrame(errors={"limit": [f"Between 1 and {LARGEST}."]})
    if len(query) > LONGEST:
        raise InvalidFrame(errors={"q": [f"At most {LONGEST} characters."]})
    words = words_of(query.replace("\x00", ""))
    if room_uuid is not None:
        messages = Message.objects.filter(room=access.room_for(user, room_uuid))
    else:
        messages = access.messages_of(user)
    if not words:
        return []
    return list(_containing(messages.live(), words).for_payload()[:limit])


def _containing(messages: MessageQuerySet, words: list[str]) -> MessageQuerySet:
    if connection.vendor != "sqlite":
        for word in words:
            messages = messages.filter(content__icontains=word)
        return messages.order_by("-id")
    long = [word for word in words if len(word) >= TRIGRAM]
    for word in words:
        if len(word) < TRIGRAM:
            messages = messages.filter(content__icontains=word)
    if long:
        match = " AND ".join('"' + word.replace('"', '""') + '"' for word in long)
        found = RawSQL("SELECT rowid FROM chat_message_search WHERE chat_message_search MATCH %s", [match])  # noqa: S611
        messages = messages.filter(id__in=found)
    return messages.order_by("-id")
