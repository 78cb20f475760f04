"""Session tokens, presented as a cookie, as `Authorization: Bearer` or as `?token=`."""

from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db import DEFAULT_DB_ALIAS
from django.db.models import CharField, DateTimeField
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import Session, User
from accounts.sessions import SessionStore, hash_token
from campfire.data.prepared import Given, GivenList, PreparedRead, columns_of

SESSION, USER = columns_of(Session), columns_of(User)
_living = PreparedRead(
    lambda: Session.objects.filter(
        pk__in=GivenList("keys", CharField()), expire_date__gt=Given("now", DateTimeField()), user__is_active=True
    ).values_list(*SESSION, *(f"user__{column}" for column in USER))
)


def session_of(token: str) -> Session | None:
    """The living session of `token` with its `user` loaded, None if there is none; one query.

    Not living: expired, ended, of a deactivated person, or signed in with a password that has been changed.
    """
    return sessions_of([token]).get(token)


def sessions_of(tokens: Sequence[str]) -> dict[str, Session]:
    """The living sessions among `tokens`, as of `session_of`; one query for all."""
    by_hash = {hash_token(token): token for token in tokens if token}
    if not by_hash:
        return {}
    found: dict[str, Session] = {}
    for row in _living(keys=by_hash, now=timezone.now()):
        session = Session.from_db(DEFAULT_DB_ALIAS, SESSION, row[: len(SESSION)])
        user = session.user = User.from_db(DEFAULT_DB_ALIAS, USER, row[len(SESSION) :])
        if _is_intact(session.session_data, user.pk, user.password):
            found[by_hash[session.pk]] = session
    return found


@lru_cache(maxsize=4096)
def _is_intact(data: str, user: int, password: str) -> bool:
    """What Django checks of a cookie's session, so that a bearer's is no weaker: `password` is the person's as stored.

    It follows from the rows and the secret keys alone, and takes longer than reading the rows: those who come back
    after an outage are not checked anew.
    """
    kept = SessionStore().decode(data)
    if kept.get(SESSION_KEY) != str(user):
        return False
    presented = kept.get(HASH_SESSION_KEY, "")
    return any(constant_time_compare(presented, expected) for expected in _hashes(User(pk=user, password=password)))


def _hashes(user: User) -> list[str]:
    fallbacks = user.get_session_auth_fallback_hash() if settings.SECRET_KEY_FALLBACKS else ()
    return [user.get_session_auth_hash(), *fallbacks]
