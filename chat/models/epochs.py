"""The epoch, an id of this incarnation of the database: a restore changes it, which invalidates clients' cursors."""

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
        """The epoch of this database, as it goes on the wire; an empty database gets its first one."""
        return cls.current_value() or str(cls.objects.get_or_create(pk=1)[0].value)

    @classmethod
    def column(cls) -> models.Subquery:
        """It as a column of another read, which sees both at one moment; NULL where there is none yet."""
        return models.Subquery(cls.objects.filter(pk=1).values("value"))

    @classmethod
    def current_value(cls) -> str:
        """The same, without ever writing: empty where there is none yet."""
        value = cls.objects.filter(pk=1).values_list("value", flat=True).first()
        return str(value) if value else ""
