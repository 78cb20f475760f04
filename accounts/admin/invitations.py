"""Invitations. Their codes are secrets, and shown to those who may hand them out: on their own page, not here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.actions.invitations import LONGEST, MOST_USES, create_invitation, revoke_invitation
from accounts.admin.base import OperatorAdmin, link
from accounts.admin.bulk import bulk_action
from accounts.admin.forms import OperatorForm
from accounts.admin.site import site
from accounts.models import Invitation
from accounts.operators import Operator
from accounts.roles import Role

DAY = 24 * 3600
SHOWN = ("workspace", "role", "inviter_link", "used", "expires_at", "revoked_at", "created_at")


class InvitationForm(OperatorForm):
    named = {"expires_in": "days"}

    days = forms.IntegerField(
        label="Expires after", min_value=1, max_value=LONGEST // DAY, initial=7, required=False, help_text="Days"
    )
    max_uses = forms.IntegerField(label="Maximum uses", min_value=1, max_value=MOST_USES, required=False)


class UsableFilter(admin.SimpleListFilter):
    title, parameter_name = "status", "usable"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Active"), ("no", "No longer valid")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        usable = Invitation.objects.usable().values("pk")
        wanted = {"yes": queryset.filter(pk__in=usable), "no": queryset.exclude(pk__in=usable)}
        return wanted.get(self.value() or "", queryset)


@admin.register(Invitation, site=site)
class InvitationAdmin(OperatorAdmin):
    """An invitation is somebody's word: who writes one here does so as the member they are."""

    form = InvitationForm
    list_display = SHOWN
    list_filter = [UsableFilter, "role", "created_at"]
    list_select_related = ["workspace", "inviter"]
    narrowed_by = ("inviter", "workspace")
    search_fields = ["inviter__name_key", "inviter__email", "workspace__name"]
    search_help_text = "Inviter or workspace"
    autocomplete_fields = ["workspace"]
    ordering = ["-pk"]
    actions = ["revoke"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return SHOWN if obj else ("workspace", "role", "days", "max_uses")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return SHOWN if obj else ()

    def create(self, operator: Operator, fields: dict[str, Any]) -> Invitation:
        return create_invitation(
            inviter=operator.user,
            workspace=fields["workspace"].uuid,
            role=Role(fields["role"]),
            expires_in=fields["days"] and fields["days"] * DAY,
            max_uses=fields["max_uses"],
        )

    def remove(self, operator: Operator, row: Invitation) -> None:
        revoke_invitation(user=operator, workspace=row.workspace.uuid, invitation=row.uuid)

    @bulk_action("Revoke", permission="delete", question="Nobody can join with these any more.")
    def revoke(self, operator: Operator, row: Invitation) -> None:
        self.remove(operator, row)

    @admin.display(description="inviter")
    def inviter_link(self, invitation: Invitation) -> SafeString:
        return link("accounts_user", invitation.inviter_id, invitation.inviter)

    @admin.display(description="used")
    def used(self, invitation: Invitation) -> str:
        return f"{invitation.uses} of {invitation.max_uses}" if invitation.max_uses else str(invitation.uses)
