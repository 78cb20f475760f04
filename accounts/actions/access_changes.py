"""Looking after the table of changes of access."""

from datetime import timedelta

from django.db.models.functions import Now

from accounts.models import AccessChange

# Every process reads the last minute; a day leaves room for clocks and for people who want to see what happened.
KEPT = timedelta(days=1)


def forget_changes() -> int:
    """Remove the changes that every process has long applied; returns how many there were."""
    removed, _ = AccessChange.objects.filter(created_at__lt=Now() - KEPT).delete()
    return removed
