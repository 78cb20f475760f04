"""The small table that tells every process whose access changed, even when no broadcast arrives.

A row is written in the transaction that makes the change; each process polls the last minute (protocol: the
room clock). Subjects are plain ids, not foreign keys, because they outlive what they name.
"""

from django.db import models
from django.db.models.functions import Now


class AccessChange(models.Model):
    class Kind(models.TextChoices):
        MEMBER_ADDED = "member_added"
        MEMBER_REMOVED = "member_removed"
        SESSION_ENDED = "session_ended"
        ACCOUNT_DISABLED = "account_disabled"
        ROOM_DELETED = "room_deleted"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    user = models.UUIDField(null=True)
    session = models.UUIDField(null=True)
    room = models.UUIDField(null=True)
    membership = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.user or self.room}"
