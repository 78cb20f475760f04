"""Links that let people in."""

import secrets

from django.conf import settings
from django.db import models

from accounts.roles import Role
from campfire.ids import new_id


def new_code() -> str:
    """A code of 160 random bits; it is the whole secret of an invitation, so it is never guessable."""
    return secrets.token_urlsafe(20)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def usable(self) -> "InvitationQuerySet":
        """Those that still let somebody in: not expired, not revoked, not used up."""
        from django.db.models.functions import Now

        unexpired = models.Q(expires_at=None) | models.Q(expires_at__gt=Now())
        unused = models.Q(max_uses=None) | models.Q(uses__lt=models.F("max_uses"))
        return self.filter(unexpired, unused, revoked_at=None)


class Invitation(models.Model):
    """One link: `/join/<code>`. Kept readable, because whoever made it wants to copy it again."""

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(default=new_id, unique=True, editable=False)
    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.CASCADE, related_name="invitations")
    inviter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations")
    code = models.CharField(max_length=64, unique=True, default=new_code, editable=False)
    role = models.CharField(max_length=8, choices=[(role.value, role.name.title()) for role in Role])
    expires_at = models.DateTimeField(null=True, blank=True)
    max_uses = models.PositiveIntegerField(null=True, blank=True)
    uses = models.PositiveIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = InvitationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Invitation to {self.workspace} as {self.role}"
