"""Search on PostgreSQL: the trigram index finds everything that matches, or nothing; it knows no order.

A word that many messages have is therefore looked for among the newest ones. How frequent it is the planner cannot
know, so a few messages are tried first, and the planner is left no choice afterwards.
"""

from typing import Any

from django.db import connection

from chat.queries.search.scope import Scope
from chat.queries.search.words import Words, pattern

# For each message asked for, so many of the newest are tried. If `FREQUENT` of all those match, the index would find
# too many, else it is asked …
TRIED = 10
FREQUENT = 3
# … as long as it finds no more than this, and if it does, so many of the newest messages are read.
HITS = 40
ROWS = 200


def ids(scope: Scope, words: Words, limit: int) -> list[int]:
    """Row ids of live messages with all `words` in the rooms of `scope`, newest first."""
    found, is_all = _soon(scope, words, limit) if scope.seqs else ([], False)
    if is_all:
        return found
    return _by_index(scope, words, limit) if words.long else _walk(scope, words, limit)


def _soon(scope: Scope, words: Words, limit: int) -> tuple[list[int], bool]:
    """What can be found in some tens of milliseconds, and whether that is all that was asked for."""
    tried, most = TRIED * limit, ROWS * limit
    found, is_all = _newest(scope, words, limit, tried)
    if not is_all and len(found) >= FREQUENT:
        # Twice as many as should do, if it is always as frequent.
        found, is_all = _newest(scope, words, limit, min(most, 2 * limit * tried // len(found)))
    elif not is_all and words.long:
        found, is_all = _few_by_index(scope, words, limit)
    return (found, True) if is_all else _newest(scope, words, limit, most)


def _newest(scope: Scope, words: Words, limit: int, count: int) -> tuple[list[int], bool]:
    """What is to be found among the newest messages of the rooms, and whether there is no need to look further."""
    newest, (condition, parameters) = scope.newest(count), _conditions(words.all)
    # The inner limit cuts nothing off. It tells the planner that there is little to be read.
    found = _select(
        f"""
        WITH share(room, seq) AS (VALUES {newest.values})
        SELECT m.id FROM share CROSS JOIN LATERAL (
            SELECT id, content FROM chat_message
            WHERE room_id = share.room AND seq > share.seq AND deleted_at IS NULL ORDER BY seq DESC LIMIT %s) m
        WHERE m.id > {newest.after} AND {condition} ORDER BY m.id DESC LIMIT %s
        """,  # noqa: S608
        [count + len(newest.above), *parameters, limit],
    )
    return found, newest.is_everything or len(found) >= limit


def _few_by_index(scope: Scope, words: Words, limit: int) -> tuple[list[int], bool]:
    """The same, if the index finds but a few in all rooms together."""
    most, (hits, patterns), (rest, others) = HITS * limit, _hits(words), _conditions(words.short)
    # Without an order and with the limit outside: it is the index that is asked, and no more is read than is needed.
    found = _select_rows(
        f"{hits} SELECT m.id, {scope.condition} AND {rest} FROM hit m LIMIT %s",  # noqa: S608
        [*patterns, *others, most],
    )
    return sorted((pk for pk, is_found in found if is_found), reverse=True)[:limit], len(found) < most


def _by_index(scope: Scope, words: Words, limit: int) -> list[int]:
    """All that match, from the index; in order only afterwards, or the planner would prefer to walk in order."""
    (hits, patterns), (rest, others) = _hits(words), _conditions(words.short)
    return _select(
        f"{hits} SELECT m.id FROM hit m WHERE {scope.condition} AND {rest} ORDER BY m.id DESC LIMIT %s",  # noqa: S608
        [*patterns, *others, limit],
    )


def _hits(words: Words) -> tuple[str, list[str]]:
    """The beginning of a statement on everything that the index finds, as the table `hit`."""
    condition, patterns = _conditions(words.long)
    live = "SELECT m.id, m.room_id, m.content FROM chat_message m WHERE m.deleted_at IS NULL"
    return f"WITH hit AS MATERIALIZED ({live} AND {condition})", patterns


def _walk(scope: Scope, words: Words, limit: int) -> list[int]:
    """All messages, from the newest on."""
    condition, parameters = _conditions(words.all)
    return _select(
        f"SELECT m.id FROM chat_message m WHERE m.deleted_at IS NULL AND {scope.condition} AND {condition}"  # noqa: S608
        " ORDER BY m.id DESC LIMIT %s",
        [*parameters, limit],
    )


def _select(statement: str, parameters: list[Any]) -> list[int]:
    return [pk for (pk,) in _select_rows(statement, parameters)]


def _select_rows(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _conditions(words: list[str]) -> tuple[str, list[str]]:
    """What must hold for `m`, in the very words of the index, with its parameters."""
    conditions = ["UPPER(m.content) LIKE UPPER(%s)"] * len(words) or ["TRUE"]
    return " AND ".join(conditions), [pattern(word) for word in words]
