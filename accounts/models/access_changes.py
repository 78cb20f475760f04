"""The small table that tells every process whose access changed, and what people see of one another.

A row is written in the transaction that makes the change; each process polls the last minute (protocol: the room
clock), so it arrives even where no broadcast does. Subjects are plain ids, not foreign keys: they outlive what they
name.
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
        # From here on nobody's access changes, only what they are shown.
        MEMBERSHIP_UPDATED = "membership_updated"
        USER_UPDATED = "user_updated"
        WORKSPACE_UPDATED = "workspace_updated"
        WORKSPACE_JOINED = "workspace_joined"
        WORKSPACE_LEFT = "workspace_left"
        ROLE_CHANGED = "role_changed"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    user = models.UUIDField(null=True)
    session = models.UUIDField(null=True)
    workspace = models.UUIDField(null=True)
    room = models.UUIDField(null=True)
    membership = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.user or self.room}"
