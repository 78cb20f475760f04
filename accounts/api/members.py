"""`/api/workspaces/{id}/members…`: who is in a workspace, and as what."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import member_for, members_visible_to
from accounts.actions.members import change_role
from accounts.api.parsing import caller, read
from accounts.api.shapes import NewRole, PersonInWorkspace
from accounts.payloads import member_payload
from accounts.roles import Role
from campfire.http.pagination import answer_page, paged


class MembersView(APIView):
    @paged(PersonInWorkspace)
    def get(self, request: Request, workspace: UUID) -> Response:
        """The people in a workspace whom you can see."""
        members = members_visible_to(member_for(caller(request), workspace))
        return answer_page(request, members.filter(user__is_active=True), member_payload)


class MemberView(APIView):
    @extend_schema(request=NewRole, responses=PersonInWorkspace)
    def patch(self, request: Request, workspace: UUID, user: UUID) -> Response:
        """Change someone's role: for admins, up to their own role. A workspace keeps its last owner (409)."""
        role = Role(read(request, NewRole)["role"])
        member = change_role(actor=caller(request), workspace=workspace, user=user, role=role)
        return Response(member_payload(member))
