"""`/api/rooms/{id}/members`, joining, leaving, involvement, presence."""

from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.payloads import user_payload
from campfire.pagination import answer_page, paged
from campfire.times import iso
from chat import access
from chat.actions import memberships as actions
from chat.api.base import body_of, user_of
from chat.api.schemas import InvolvementInput, MemberInput, PresenceSchema, RoomMemberSchema, RoomSchema
from chat.hubs import presence_of
from chat.models import Membership
from chat.rooms_of import room_of


class Join(APIView):
    @extend_schema(request=None, responses=RoomSchema, operation_id="rooms_join")
    def post(self, request: Request, room_id: UUID) -> Response:
        """Join an open room; again changes nothing."""
        actions.join_room(user=user_of(request), room=room_id)
        return Response(room_of(access.membership_for(user_of(request), room_id)))


class Leave(APIView):
    @extend_schema(request=None, responses={204: OpenApiResponse(description="Left.")}, operation_id="rooms_leave")
    def post(self, request: Request, room_id: UUID) -> Response:
        """Leave a room."""
        actions.leave_room(user=user_of(request), room=room_id)
        return Response(status=204)


class Members(APIView):
    @paged(RoomMemberSchema)
    def get(self, request: Request, room_id: UUID) -> Response:
        """Who is in the room, in the order they came."""
        room = access.room_for(user_of(request), room_id)
        members = Membership.objects.filter(room=room, user__is_active=True).select_related("user")
        return answer_page(request, members, _member)

    @extend_schema(request=MemberInput, responses={201: RoomMemberSchema}, operation_id="room_members_create")
    def post(self, request: Request, room_id: UUID) -> Response:
        """Bring a person of the workspace in."""
        person = body_of(MemberInput, request)["user_id"]
        return Response(_member(actions.add_member(user=user_of(request), room=room_id, person=person)), status=201)


class MemberDetail(APIView):
    @extend_schema(responses={204: OpenApiResponse(description="Gone.")}, operation_id="room_members_destroy")
    def delete(self, request: Request, room_id: UUID, user_id: UUID) -> Response:
        """Take a person out of the room, or yourself."""
        actions.remove_member(user=user_of(request), room=room_id, person=user_id)
        return Response(status=204)


class OwnMembership(APIView):
    @extend_schema(request=InvolvementInput, responses=RoomSchema, operation_id="rooms_membership_update")
    def patch(self, request: Request, room_id: UUID) -> Response:
        """Choose what the room may tell you about."""
        level = body_of(InvolvementInput, request)["involvement"]
        return Response(room_of(actions.set_involvement(user=user_of(request), room=room_id, involvement=level)))


class Presence(APIView):
    @extend_schema(responses=PresenceSchema, operation_id="rooms_presence")
    def get(self, request: Request, room_id: UUID) -> Response:
        """Who has the room open, and which members are connected at all."""
        room = access.room_for(user_of(request), room_id)
        people = room.memberships.values_list("user__uuid", flat=True)
        return Response(presence_of(str(room.uuid), [str(uuid) for uuid in people]))


def _member(membership: Membership) -> dict[str, object]:
    return {
        "user": user_payload(membership.user),
        "involvement": membership.involvement,
        "joined_at": iso(membership.created_at),
    }
