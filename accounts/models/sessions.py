"""The one session table: cookie, bearer, `?token=` and sockets all hang on a row here."""

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from campfire.ids import new_id


class Session(AbstractBaseSession):
    """A session. `session_key` is the SHA-256 (hexadecimal) of the token; the token itself is stored nowhere."""

    session_key = models.CharField(max_length=64, primary_key=True)
    uuid = models.UUIDField(default=new_id, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="sessions"
    )
    device = models.CharField(max_length=200, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(auto_now_add=True)

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"{self.user} on {self.device or 'an unknown device'}"
