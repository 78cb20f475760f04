"""Who belongs to which workspace, as what. How somebody leaves one is chat's: see `chat.admin.members`."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.actions.members import change_role, place_member
from accounts.admin.base import OperatorAdmin, link
from accounts.admin.bulk import bulk_action
from accounts.models import Member
from accounts.operators import Operator
from accounts.roles import Role


class MemberAdmin(OperatorAdmin):
    """A person in a workspace. Their role changes; who they are and where does not."""

    list_display = ["person", "workspace_link", "role", "created_at"]
    list_display_links = ["role"]
    list_filter = ["role", "created_at"]
    list_select_related = ["user", "workspace"]
    narrowed_by = ("user", "workspace")
    search_fields = ["user__name_key", "user__email"]
    search_help_text = "Name or email"
    autocomplete_fields = ["workspace", "user"]
    ordering = ["-pk"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("person", "workspace_link", "role", "created_at") if obj else ("workspace", "user", "role")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("person", "workspace_link", "created_at") if obj else ()

    def create(self, operator: Operator, fields: dict[str, Any]) -> Member:
        workspace, user = fields["workspace"].uuid, fields["user"].uuid
        return place_member(actor=operator, workspace=workspace, user=user, role=Role(fields["role"]))

    def update(self, operator: Operator, row: Member, changes: dict[str, Any]) -> None:
        if "role" in changes:
            self._change_role(operator, row, Role(changes["role"]))

    def _change_role(self, operator: Operator, row: Member, role: Role) -> None:
        change_role(actor=operator, workspace=row.workspace.uuid, user=row.user.uuid, role=role)

    @bulk_action("Make admins")
    def make_admins(self, operator: Operator, row: Member) -> None:
        self._change_role(operator, row, Role.ADMIN)

    @bulk_action("Make members")
    def make_members(self, operator: Operator, row: Member) -> None:
        self._change_role(operator, row, Role.MEMBER)

    @bulk_action("Make guests")
    def make_guests(self, operator: Operator, row: Member) -> None:
        self._change_role(operator, row, Role.GUEST)

    @admin.display(description="person", ordering="user__name_key")
    def person(self, member: Member) -> SafeString:
        return link("accounts_user", member.user_id, member.user)

    @admin.display(description="workspace")
    def workspace_link(self, member: Member) -> SafeString:
        return link("accounts_workspace", member.workspace_id, member.workspace)
