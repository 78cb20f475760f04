"""A database that was restored begins another life."""

from django.core.management import call_command

from chat.models import Epoch


def test_a_restored_database_has_another_epoch(db: None) -> None:
    before = Epoch.current()
    call_command("restored", verbosity=0)

    assert Epoch.current() != before
    assert Epoch.objects.count() == 1


def test_so_has_one_that_never_had_any(db: None) -> None:
    Epoch.objects.all().delete()
    call_command("restored", verbosity=0)

    assert Epoch.objects.count() == 1
