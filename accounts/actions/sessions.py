"""Ending sessions, and noting their use."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.events import SessionEnded
from accounts.models import AccessChange, Session, User
from campfire.events import publish_on_commit

NOTED_EVERY = timedelta(minutes=1)
DEVICE_LENGTH = 200


def end_session(*, session: Session) -> None:
    """Delete a session and, if somebody was signed in with it, tell everybody, so that its sockets close.

    Ending a session that has ended changes nothing. Reads `session.user`.
    """
    with transaction.atomic():
        deleted, _ = Session.objects.filter(pk=session.pk).delete()
        if not deleted or session.user is None:
            return
        AccessChange.objects.create(kind=AccessChange.Kind.SESSION_ENDED, user=session.user.uuid, session=session.uuid)
        publish_on_commit(SessionEnded(user=str(session.user.uuid), session=str(session.uuid)))


def end_sessions(*, user: User) -> None:
    """End every session of a person."""
    with transaction.atomic():
        for session in user.sessions.select_related("user"):
            end_session(session=session)


def note_use(*, session: Session, device: str, address: str | None) -> None:
    """Remember from where a session was last used; written at most once a minute."""
    now = timezone.now()
    if session.device and now - session.last_used_at < NOTED_EVERY:
        return
    session.device, session.address, session.last_used_at = device[:DEVICE_LENGTH], address, now
    Session.objects.filter(pk=session.pk).update(device=session.device, address=address, last_used_at=now)
