"""Who belongs to which workspace, as what."""

from django.conf import settings
from django.db import models

from accounts.roles import Role


class Member(models.Model):
    """A person in a workspace. (A person in a room is a `chat.Membership`.)"""

    id = models.BigAutoField(primary_key=True)
    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="members")
    role = models.CharField(max_length=8, choices=[(role.value, role.name.title()) for role in Role])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "workspace member"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="member_once"),
            models.CheckConstraint(condition=models.Q(role__in=[role.value for role in Role]), name="member_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"
