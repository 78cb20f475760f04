"""What is done for people in the background, durably."""

from django.utils import translation
from django_tasks import task

from accounts import mail
from accounts.actions.access_changes import forget_changes
from accounts.models import User
from accounts.sessions import SessionStore


@task()
def send_password_reset(*, user: int | None, origin: str, language: str) -> None:
    """Send a person, by row id, a fresh link to choose a new password; `origin` as in `mail.reset_url`.

    Nobody gets one who is gone. For an unknown address `user` is None: the page has done the same, and taken as long.
    """
    person = User.objects.filter(pk=user, is_active=True).first() if user else None
    if person is None:
        return
    with translation.override(language):
        mail.password_reset(person, origin=origin).send()


@task()
def clear_sessions() -> None:
    """Remove expired sessions and the record of changes of access that every process has long applied."""
    SessionStore.clear_expired()
    forget_changes()
