"""Who is in a room. Every look-up of a room goes through here (architecture: laws)."""

from django.conf import settings
from django.db import models


class Involvement(models.TextChoices):
    INVISIBLE = "invisible"
    NOTHING = "nothing"
    MENTIONS = "mentions"
    EVERYTHING = "everything"


class Membership(models.Model):
    """A person in a room. Removing deletes the row and joining again makes a new one, so its id never lies."""

    id = models.BigAutoField(primary_key=True)
    room = models.ForeignKey("chat.Room", on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    involvement = models.CharField(max_length=10, choices=Involvement.choices, default=Involvement.MENTIONS)
    starred = models.BooleanField(default=False)
    muted_until = models.DateTimeField(null=True, blank=True)
    last_read_seq = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "room member"
        constraints = [models.UniqueConstraint(fields=["room", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.room_id}"
