"""What a message said before it was edited."""

from django.conf import settings
from django.db import models


class Revision(models.Model):
    """An earlier wording, kept until the message is deleted."""

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey("chat.Message", on_delete=models.CASCADE, related_name="revisions")
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    content = models.TextField()
    html = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Revision of message {self.message_id}"
