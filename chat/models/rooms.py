"""Rooms, each with a logical clock: `version` counts every change, `seq` counts messages (protocol: the room clock)."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models

from accounts.models import User
from accounts.roles import Role
from campfire.ids import new_id

NAME_LENGTH = 100
TOPIC_LENGTH = 500


class RoomQuerySet(models.QuerySet["Room"]):
    def joinable_by(self, user: User) -> "RoomQuerySet":
        """Open rooms of the workspaces in which `user` is more than a guest, their own among them."""
        roles = [role.value for role in Role if role is not Role.GUEST]
        return self.filter(
            kind=Room.Kind.OPEN,
            archived_at=None,
            workspace__in=user.members.filter(role__in=roles).values("workspace"),
        )


RoomManager = models.Manager.from_queryset(RoomQuerySet)


class LiveRoomManager(RoomManager):
    """Rooms that are there. A deleted one is none, though what was said in it is still being removed."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(deleted_at=None)


class Room(models.Model):
    """A place to talk. `version`, `seq` and `changed_version` are written under the row's lock, by actions only."""

    class Kind(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"
        DIRECT = "direct"

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(default=new_id, unique=True, editable=False)
    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.CASCADE, related_name="rooms")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    name = models.CharField(max_length=NAME_LENGTH, blank=True)
    topic = models.CharField(max_length=TOPIC_LENGTH, blank=True)
    direct_key = models.CharField(max_length=64, null=True, blank=True, editable=False)
    # The row ids of the people that a direct conversation is among; some may have left the workspace since.
    direct_people = models.JSONField(null=True, blank=True, editable=False)
    creator = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    version = models.BigIntegerField(default=0, editable=False)
    seq = models.BigIntegerField(default=0, editable=False)
    changed_version = models.BigIntegerField(default=0, editable=False)
    last_message_at = models.DateTimeField(null=True, blank=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, through="chat.Membership", related_name="rooms")

    objects = LiveRoomManager()
    everything = RoomQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "direct_key"], name="room_direct_once"),
            models.CheckConstraint(
                condition=models.Q(kind="direct", direct_key__isnull=False)
                | (models.Q(direct_key__isnull=True) & ~models.Q(kind="direct")),
                name="room_direct_key",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.kind} {self.uuid}"

    @property
    def is_direct(self) -> bool:
        return self.kind == self.Kind.DIRECT

    @property
    def workspace_uuid(self) -> UUID:
        return self.workspace.uuid

    def take_version(self) -> int:
        """The next version. The caller holds the row's lock and saves `version` in the same transaction."""
        self.version += 1
        return self.version
