"""`/api/workspaces/{id}/invitations…` and `/api/invitations/{code}/accept`."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import invitations_visible_to, member_for
from accounts.actions.invitations import accept_invitation, create_invitation, revoke_invitation
from accounts.addresses import client_address
from accounts.api.parsing import caller, origin, read
from accounts.api.shapes import InvitationLink, NewInvitation, WorkspaceOfMine
from accounts.limits import guessing
from accounts.payloads import invitation_payload, workspace_payload
from accounts.roles import Role
from campfire.http.pagination import answer_page, paged


class InvitationsView(APIView):
    @paged(InvitationLink)
    def get(self, request: Request, workspace: UUID) -> Response:
        """The invitations you can revoke: all of them for admins, otherwise your own."""
        invitations = invitations_visible_to(member_for(caller(request), workspace))
        return answer_page(request, invitations, lambda row: invitation_payload(row, origin=origin(request)))

    @extend_schema(request=NewInvitation, responses={201: InvitationLink})
    def post(self, request: Request, workspace: UUID) -> Response:
        """Create an invitation, for a role up to your own."""
        fields = read(request, NewInvitation)
        role = Role(fields.pop("role"))
        invitation = create_invitation(inviter=caller(request), workspace=workspace, role=role, **fields)
        return Response(invitation_payload(invitation, origin=origin(request)), status=201)


class InvitationView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, workspace: UUID, invitation: UUID) -> Response:
        """Revoke an invitation."""
        revoke_invitation(user=caller(request), workspace=workspace, invitation=invitation)
        return Response(status=204)


class AcceptView(APIView):
    @extend_schema(request=None, responses=WorkspaceOfMine)
    def post(self, request: Request, code: str) -> Response:
        """Join an invitation's workspace. People who are already in it keep their role."""
        with guessing(what="invitation", address=client_address(request)):
            member = accept_invitation(user=caller(request), code=code)
        return Response(workspace_payload(member.workspace, role=member.role))
