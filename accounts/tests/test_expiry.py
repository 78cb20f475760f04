"""What has run out is removed by `manage.py clearsessions`."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import AccessChange, Session
from accounts.roles import Role
from accounts.tests.factories import make_user, make_workspace, sign_in


@pytest.mark.django_db
def test_only_what_has_run_out_is_removed() -> None:
    ada = make_user("Ada", make_workspace(), Role.OWNER)
    sign_in(ada)
    sign_in(ada)
    expired = Session.objects.first()
    assert expired is not None
    Session.objects.filter(pk=expired.pk).update(expire_date=timezone.now() - timedelta(seconds=1))
    old, fresh = (AccessChange.objects.create(kind="session_ended", user=ada.uuid) for _ in range(2))
    AccessChange.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=2))

    call_command("clearsessions")

    assert not Session.objects.filter(pk=expired.pk).exists()
    assert Session.objects.count() == 1
    assert list(AccessChange.objects.filter(kind="session_ended", user=ada.uuid, pk__lte=fresh.pk)) == [fresh]
