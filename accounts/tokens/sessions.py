"""Session tokens, presented as a cookie, as `Authorization: Bearer` or as `?token=`."""

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import Session, User
from accounts.sessions import SessionStore, hash_token


def session_of(token: str) -> Session | None:
    """The living session of `token` with its `user` loaded, None if there is none; one query.

    Not living: expired, ended, of a deactivated person, or signed in with a password that has been changed.
    """
    if not token:
        return None
    session = (
        Session.objects.filter(pk=hash_token(token), expire_date__gt=timezone.now(), user__is_active=True)
        .select_related("user")
        .first()
    )
    return session if session is not None and _is_intact(session) else None


def _is_intact(session: Session) -> bool:
    """What Django checks of a cookie's session, so that a bearer's is no weaker."""
    data = SessionStore().decode(session.session_data)
    user = session.user
    if user is None or data.get(SESSION_KEY) != str(user.pk):
        return False
    presented = data.get(HASH_SESSION_KEY, "")
    return any(constant_time_compare(presented, expected) for expected in _hashes(user))


def _hashes(user: User) -> list[str]:
    fallbacks = user.get_session_auth_fallback_hash() if settings.SECRET_KEY_FALLBACKS else ()
    return [user.get_session_auth_hash(), *fallbacks]
