"""Who looks after the server, and what they may do there."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.models import Permission
from django.db import transaction

from accounts.access import account_for
from accounts.models import User
from accounts.operators import Operator
from campfire.errors import Conflict, Forbidden


def set_privileges(
    *,
    operator: Operator,
    user: UUID,
    is_staff: bool | None = None,
    is_superuser: bool | None = None,
    permissions: Iterable[Permission] | None = None,
) -> User:
    """Let somebody into admin, or no longer, and say what they may do there; None leaves a thing as it is.

    For superusers. A superuser is always staff. Raises `NotFound`, `Forbidden`, and `Conflict` for the last superuser.
    """
    if not operator.user.is_superuser:
        raise Forbidden("Only a superuser can change who is staff or superuser.")
    with transaction.atomic():
        person = account_for(operator, user)
        staff = person.is_staff if is_staff is None else is_staff
        superuser = person.is_superuser if is_superuser is None else is_superuser
        if not (staff and superuser):
            keep_a_superuser(but=person)
        person.is_staff, person.is_superuser = staff or superuser, superuser
        person.save(update_fields=["is_staff", "is_superuser"])
        if permissions is not None:
            person.user_permissions.set(permissions)
    return person


def keep_a_superuser(*, but: User) -> None:
    """Raise `Conflict` if without `but` nobody could do everything. Holds the superusers' rows until the commit."""
    superusers = User.objects.select_for_update(no_key=True).filter(is_superuser=True, is_staff=True, is_active=True)
    keys = list(superusers.order_by("pk").values_list("pk", flat=True))
    if keys == [but.pk]:
        raise Conflict("The server needs a superuser. Make someone else a superuser first.")
