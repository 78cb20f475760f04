"""Workspaces."""

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString

from accounts.actions.workspaces import create_workspace, rename_workspace
from accounts.admin.base import OperatorAdmin, links
from accounts.admin.site import site
from accounts.models import Workspace
from accounts.operators import Operator


@admin.register(Workspace, site=site)
class WorkspaceAdmin(OperatorAdmin):
    """Who makes one here is its owner, as anywhere."""

    list_display = ["name", "created_at"]
    list_filter = ["created_at"]
    search_fields = ["name"]
    ordering = ["name", "pk"]
    actions = ()
    readonly_fields = ["uuid", "created_at", "holds"]

    def get_fields(self, request: Any, obj: Any = None) -> tuple[str, ...]:
        return ("name", "holds", "uuid", "created_at") if obj else ("name",)

    def create(self, operator: Operator, fields: dict[str, Any]) -> Workspace:
        return create_workspace(user=operator.user, name=fields["name"]).workspace

    def update(self, operator: Operator, row: Workspace, changes: dict[str, Any]) -> None:
        if "name" in changes:
            rename_workspace(actor=operator, workspace=row.uuid, name=changes["name"])

    @admin.display(description="holds")
    def holds(self, workspace: Workspace) -> SafeString:
        query = f"workspace__id__exact={workspace.pk}"
        pairs = [("accounts_member", "people"), ("chat_room", "rooms"), ("accounts_invitation", "invitations")]
        return links((model, query, text) for model, text in pairs)
