"""Which life of the database this is: changes at a restore, so that no client trusts a cursor of another life."""

import uuid

from django.db import models


class Epoch(models.Model):
    """One row, `pk` 1. Its lock also serialises what may happen only once (first run)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    value = models.UUIDField(default=uuid.uuid4)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="epoch_single")]

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def current(cls) -> str:
        """The epoch of this database, as it goes on the wire."""
        return str(cls.objects.get_or_create(pk=1)[0].value)
