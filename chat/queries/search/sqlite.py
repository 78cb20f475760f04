"""Search on SQLite: the trigram index hands out what it finds from the newest on, one by one."""

from typing import Any

from django.db import connection

from chat.queries.search.scope import Scope
from chat.queries.search.words import Words, pattern

# For each message asked for, so many that match are looked at until it is in the rooms that are looked in …
HITS = 10
# … then so many messages of those rooms.
ROWS = (10, 200)


def ids(scope: Scope, words: Words, limit: int) -> list[int]:
    """Row ids of live messages with all `words` in the rooms of `scope`, newest first.

    Whoever is in a few rooms looks for a word that is frequent everywhere: the index would offer thousands of others'
    messages first, so their rooms' newest messages are read instead.
    """
    found, is_all = _soon(scope, words, limit) if scope.seqs else ([], False)
    if is_all:
        return found
    return _walk_index(scope, words, limit) if words.long else _walk_rows(scope, words, limit)


def _soon(scope: Scope, words: Words, limit: int) -> tuple[list[int], bool]:
    """What can be found in some tens of milliseconds, and whether that is all that was asked for."""
    found, is_all = _newest_hits(scope, words, limit) if words.long else ([], False)
    for count in ROWS:
        if not is_all:
            found, is_all = _newest_rows(scope, words, limit, count * limit)
    return found, is_all


def _newest_hits(scope: Scope, words: Words, limit: int) -> tuple[list[int], bool]:
    """What is to be found among the newest messages that match, and whether there is no need to look further."""
    found: list[int] = []
    matching, live = _conditions(words)
    statement = f"""
        SELECT m.id, {live[0]} AND {scope.condition} FROM chat_message_search s JOIN chat_message m ON m.id = s.rowid
        WHERE chat_message_search MATCH %s ORDER BY s.rowid DESC LIMIT %s
    """  # noqa: S608
    count, most = 0, HITS * limit
    with connection.cursor() as cursor:
        cursor.execute(statement, [*live[1], matching, most])
        for pk, is_found in cursor:
            count += 1
            if is_found:
                found.append(pk)
                if len(found) == limit:
                    return found, True
    return found, count < most


def _newest_rows(scope: Scope, words: Words, limit: int, count: int) -> tuple[list[int], bool]:
    """The same among the newest messages of the rooms."""
    newest, live = scope.newest(count), _conditions(words)[1]
    statement = f"""
        WITH share(room, seq) AS (VALUES {newest.values})
        SELECT m.id, m.content FROM share CROSS JOIN chat_message m
        WHERE m.room_id = share.room AND m.seq > share.seq AND m.id > {newest.after} AND {live[0]}
    """  # noqa: S608
    wanted = [folded(word) for word in words.long]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*live[1]])
        rows = ((pk, folded(content)) for pk, content in cursor)
        found = sorted((pk for pk, content in rows if all(word in content for word in wanted)), reverse=True)
    return found[:limit], newest.is_everything or len(found) >= limit


def _walk_index(scope: Scope, words: Words, limit: int) -> list[int]:
    """All that match, from the newest on.

    The unary plus keeps SQLite from starting at the rooms instead, which would visit all of their messages.
    """
    matching, live = _conditions(words)
    return _select(
        f"SELECT m.id FROM chat_message_search s JOIN chat_message m ON m.id = s.rowid"  # noqa: S608
        f" WHERE chat_message_search MATCH %s AND {live[0]} AND +{scope.condition} ORDER BY s.rowid DESC LIMIT %s",
        [matching, *live[1], limit],
    )


def _walk_rows(scope: Scope, words: Words, limit: int) -> list[int]:
    """All messages, from the newest on."""
    condition, parameters = _conditions(words)[1]
    return _select(
        f"SELECT m.id FROM chat_message m WHERE {condition} AND +{scope.condition} ORDER BY m.id DESC LIMIT %s",  # noqa: S608
        [*parameters, limit],
    )


def _select(statement: str, parameters: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [pk for (pk,) in cursor.fetchall()]


def _conditions(words: Words) -> tuple[str, tuple[str, list[str]]]:
    """What the index is asked for, and what must hold for `m`, with its parameters."""
    matching = " AND ".join('"' + word.replace('"', '""') + '"' for word in words.long)
    live = ["m.deleted_at IS NULL", *["m.content LIKE %s ESCAPE '\\'"] * len(words.short)]
    return matching, (" AND ".join(live), [pattern(word) for word in words.short])


def folded(text: str) -> str:
    """`text` without regard to case, as the trigram index takes it: letter by letter."""
    if text.isascii():
        return text.lower()
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
