"""Who is named in which message."""

from django.conf import settings
from django.db import models


class Mention(models.Model):
    """One person named in one message; `room` and `seq` repeat the message's, to count without joining."""

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey("chat.Message", on_delete=models.CASCADE, related_name="mentions", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mentions", db_index=False
    )
    room = models.ForeignKey("chat.Room", on_delete=models.CASCADE, related_name="mentions", db_index=False)
    seq = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="mention_once")]
        indexes = [models.Index(fields=["user", "room", "seq"], name="mention_unread")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.user_id} in message {self.message_id}"
