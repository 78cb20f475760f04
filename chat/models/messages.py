"""Messages: rows that are numbered once and never removed while their room lives."""

from django.conf import settings
from django.db import models

from campfire.ids import new_id


class MessageQuerySet(models.QuerySet["Message"]):
    def for_payload(self) -> "MessageQuerySet":
        """With everything `payloads.message_payload` reads, in a fixed number of queries."""
        return self.select_related("room", "creator").prefetch_related("mentions__user")

    def live(self) -> "MessageQuerySet":
        return self.filter(deleted_at=None)


class Message(models.Model):
    """A message. `seq` and `created_version` never change; `version` is that of its last change."""

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(default=new_id, unique=True, editable=False)
    room = models.ForeignKey("chat.Room", on_delete=models.CASCADE, related_name="messages", db_index=False)
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    client_message_id = models.UUIDField()
    seq = models.BigIntegerField()
    created_version = models.BigIntegerField()
    version = models.BigIntegerField()
    content = models.TextField(blank=True)
    html = models.TextField(blank=True)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    # The ready summary of what hangs on it (queries/parts.py); NULL while nothing does.
    parts = models.JSONField(null=True, blank=True, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "creator", "client_message_id"], name="message_sent_once"),
            models.UniqueConstraint(fields=["room", "seq"], name="message_seq"),
            models.UniqueConstraint(fields=["room", "version"], name="message_version"),
        ]
        indexes = [
            # Counts what is unread without touching the rows.
            models.Index(fields=["room", "seq", "creator"], condition=models.Q(deleted_at=None), name="message_live"),
            # What operators look through: somebody's messages, and the deleted ones, newest first.
            models.Index(fields=["creator", "id"], name="message_creator"),
            models.Index(fields=["deleted_at"], condition=models.Q(deleted_at__isnull=False), name="message_deleted"),
        ]

    def __str__(self) -> str:
        return f"#{self.seq}"
