"""People: coming in, changing names and passwords, going."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from accounts.access import invitation_by
from accounts.actions.invitations import use_invitation
from accounts.actions.members import keep_an_owner
from accounts.actions.privileges import keep_a_superuser
from accounts.actions.sessions import end_sessions
from accounts.events import AccountDisabled
from accounts.limits import count_rename
from accounts.models import AccessChange, User, Workspace
from accounts.names import LENGTH, clean_name
from campfire.errors import Conflict, InvalidFrame
from campfire.events import publish_on_commit

EMAIL_LENGTH = 254
PASSWORD_LENGTH = 1000


def register(*, code: str, name: str, email: str, password: str) -> User:
    """Let somebody new in by invitation. Raises `NotFound` (invitation), `InvalidFrame`, `Conflict` (email)."""
    invitation_by(code)
    user = new_user(name=name, email=email, password=password)
    with transaction.atomic():
        invitation = invitation_by(code)
        save_new(user)
        use_invitation(invitation=invitation, user=user)
    return user


def new_user(*, name: str, email: str, password: str) -> User:
    """A person checked and with hashed password, not stored: hashing takes longer than a lock should be held.

    Raises `InvalidFrame`.
    """
    user = User(name=user_name(name), email=user_email(email))
    _check_password(user, password)
    user.set_password(password)
    return user


def save_new(user: User) -> None:
    """Store a person made by `new_user`. Raises `Conflict` if their email is taken."""
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise Conflict("There is already an account with this email. Sign in, then open the link again.") from None


def rename(*, user: User, name: str) -> None:
    """Give `user` another name. The same name again changes nothing. Raises `InvalidFrame`, `RateLimited`."""
    name = user_name(name)
    if name == user.name:
        return
    count_rename(user=user.pk)
    user.name = name
    with transaction.atomic():
        user.save(update_fields=["name", "name_key"])
        AccessChange.objects.create(kind=AccessChange.Kind.USER_UPDATED, user=user.uuid)


def change_email(*, user: User, email: str) -> None:
    """Give `user` another address to sign in with. Raises `InvalidFrame`, and `Conflict` if it is taken."""
    user.email = user_email(email)
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
    except IntegrityError:
        raise Conflict("Someone else already uses this email.") from None


def set_password(*, user: User, password: str) -> None:
    """Change a password and end every session that knew the old one. Raises `InvalidFrame`."""
    _check_password(user, password)
    user.set_password(password)
    with transaction.atomic():
        user.save(update_fields=["password"])
        end_sessions(user=user)


def deactivate(*, user: User) -> None:
    """Shut a person out: sessions and sockets end, what they wrote stays. Again, it changes nothing.

    Raises `Conflict` for the last owner of a workspace, and for the last superuser.
    """
    with transaction.atomic():
        keep_a_superuser(but=user)
        homes = Workspace.objects.filter(members__user=user).order_by("pk")
        list(homes.select_for_update(no_key=True, of=("self",)))
        for member in user.members.all():
            keep_an_owner(member=member)
        if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
            return
        user.is_active = False
        AccessChange.objects.create(kind=AccessChange.Kind.ACCOUNT_DISABLED, user=user.uuid)
        publish_on_commit(AccountDisabled(user=str(user.uuid)))
        # Each by itself too: of the account's end nothing is left where it is reversed before a process has looked.
        end_sessions(user=user)


def reactivate(*, user: User) -> None:
    """Let somebody in again who was shut out; they sign in anew. Again, it changes nothing."""
    with transaction.atomic():
        if not User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
            return
        user.is_active = True
        # Each process applies the last minute's changes, one that has just started for the first time.
        AccessChange.objects.filter(kind=AccessChange.Kind.ACCOUNT_DISABLED, user=user.uuid).delete()
        AccessChange.objects.create(kind=AccessChange.Kind.USER_UPDATED, user=user.uuid)


def user_name(name: str) -> str:
    """A person's name as it is kept. Raises `InvalidFrame`."""
    name = clean_name(name)
    if not 1 <= len(name) <= LENGTH:
        raise InvalidFrame(errors={"name": [f"Between 1 and {LENGTH} characters."]})
    return name


def user_email(email: str) -> str:
    """An email address as it is kept: in lower case. Raises `InvalidFrame`."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidFrame(errors={"email": error.messages}) from None
    if len(email) > EMAIL_LENGTH:
        raise InvalidFrame(errors={"email": [f"At most {EMAIL_LENGTH} characters."]})
    return email


def _check_password(user: User, password: str) -> None:
    if len(password) > PASSWORD_LENGTH:
        raise InvalidFrame(errors={"password": [f"At most {PASSWORD_LENGTH} characters."]})
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidFrame(errors={"password": error.messages}) from None
