"""`/api/workspaces`: the places you belong to."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actions.workspaces import create_workspace
from accounts.api.parsing import caller, read
from accounts.api.shapes import Name, WorkspaceOfMine
from accounts.models import Member
from accounts.payloads import workspace_payload
from campfire.http.pagination import answer_page, paged


class WorkspacesView(APIView):
    @paged(WorkspaceOfMine)
    def get(self, request: Request) -> Response:
        """Your workspaces, with your role in each."""
        members = caller(request).members.select_related("workspace")
        return answer_page(request, members, _payload)

    @extend_schema(request=Name, responses={201: WorkspaceOfMine})
    def post(self, request: Request) -> Response:
        """Create a workspace, with yourself as its owner."""
        member = create_workspace(user=caller(request), **read(request, Name))
        return Response(_payload(member), status=201)


def _payload(member: Member) -> dict[str, object]:
    return workspace_payload(member.workspace, role=member.role)
