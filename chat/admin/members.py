"""Who belongs to which workspace, with the way out: it leads out of every room."""

from django.contrib import admin

from accounts.admin.bulk import bulk_action
from accounts.admin.members import MemberAdmin
from accounts.admin.site import site
from accounts.models import Member
from accounts.operators import Operator
from chat.actions.departures import remove_from_workspace

REMOVAL = "They are removed from the workspace and all its rooms, including direct conversations. Their messages stay."


@admin.register(Member, site=site)
class LeavingMemberAdmin(MemberAdmin):
    actions = ["make_admins", "make_members", "make_guests", "remove_chosen"]
    removal = REMOVAL

    def remove(self, operator: Operator, row: Member) -> None:
        remove_from_workspace(actor=operator, workspace=row.workspace.uuid, user=row.user.uuid)

    @bulk_action("Remove from the workspace", permission="delete", question=REMOVAL)
    def remove_chosen(self, operator: Operator, row: Member) -> None:
        self.remove(operator, row)
