"""Search: every word of the query stands in the message, quoted phrases as they are, newest first.

Words match anywhere, in any script and case. From three characters on the trigram index answers (FTS5 on SQLite,
pg_trgm on PostgreSQL); shorter words only narrow down what the longer ones found, or the newest messages.

No index knows both what is newest and what is where, so a word that many messages have is looked for among the newest
messages of the reader's rooms instead (`chat/queries/search/scope.py`); docs/decisions/chat.md says when.
"""

import re
from uuid import UUID

from django.db import connection

from accounts.models import User
from accounts.operators import Operator
from campfire.errors import InvalidFrame
from chat import access
from chat.queries.messages import StoredMessage, read_by_ids
from chat.queries.search import postgresql, sqlite
from chat.queries.search.scope import Scope, all_but_directs, one_room, own_rooms
from chat.queries.search.words import TRIGRAM, Words

LARGEST = 500
LONGEST = 200
_WORDS = re.compile(r'"([^"]+)"|(\S+)')


def words_of(query: str) -> list[str]:
    """The words and quoted phrases of a query: `say "hello there"` is `say`, `hello there`."""
    return [phrase.strip() or word.strip('"') for phrase, word in _WORDS.findall(query) if (phrase or word).strip('" ')]


def search(user: User, query: str, *, room_uuid: UUID | str | None = None, limit: int = 50) -> list[StoredMessage]:
    """At most `limit` (1–500) live messages of rooms `user` is in, newest first.

    Raises `InvalidFrame` for a limit out of range or a query of over 200 characters, `NotFound` for a room that
    `user` may not see. A query without words finds nothing.
    """
    if not 1 <= limit <= LARGEST:
        raise InvalidFrame(errors={"limit": [f"Between 1 and {LARGEST}."]})
    if len(query) > LONGEST:
        raise InvalidFrame(errors={"q": [f"At most {LONGEST} characters."]})
    words = words_of(query.replace("\x00", ""))
    scope = own_rooms(user) if room_uuid is None else one_room(access.room_for(user, room_uuid))
    return read_by_ids(_found(scope, words, limit)) if words else []


def found_for(operator: Operator, query: str, *, room_id: int | None = None, limit: int = LARGEST) -> list[int]:
    """Row ids of live messages of any room but directs, at most `limit`, newest first; `room_id` is a row id, too.

    Raises `InvalidFrame` where no word has the three characters that the index needs, or for over 200 characters.
    """
    words = words_of(query.replace("\x00", ""))
    if len(query) > LONGEST or all(len(word) < TRIGRAM for word in words):
        raise InvalidFrame(f"Search for a word of at least {TRIGRAM} characters, in a query of at most {LONGEST}.")
    return _found(all_but_directs(room_id), words, limit)


def _found(scope: Scope, words: list[str], limit: int) -> list[int]:
    if scope.seqs == {}:
        return []
    ids = sqlite.ids if connection.vendor == "sqlite" else postgresql.ids
    return ids(scope, Words(words), limit)
