"""Workspaces: nothing crosses from one to another."""

from django.conf import settings
from django.db import models

from campfire.ids import new_id

NAME_LENGTH = 100


class Workspace(models.Model):
    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(default=new_id, unique=True, editable=False)
    name = models.CharField(max_length=NAME_LENGTH)
    created_at = models.DateTimeField(auto_now_add=True)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, through="accounts.Member", related_name="workspaces")

    def __str__(self) -> str:
        return self.name
