"""`/api/rooms/{id}/members`, joining, leaving, involvement, presence."""

from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import called
from accounts.api.users import QUERY
from accounts.payloads import user_payload
from campfire.http.pagination import answer_page, paged
from campfire.times import iso
from chat import access
from chat.actions import memberships as actions
from chat.api.base import body_of, user_of
from chat.api.schemas import (
    DirectsPresenceSchema,
    MemberInput,
    OwnMembershipInput,
    PresenceSchema,
    RoomMemberSchema,
    RoomSchema,
)
from chat.delivery.hubs import connected, online_among, participants_of
from chat.models import Membership, Room
from chat.queries.rooms import room_of
from chat.realtime.presence import MOST_NAMED


class Join(APIView):
    @extend_schema(request=None, responses=RoomSchema, operation_id="rooms_join")
    def post(self, request: Request, room_id: UUID) -> Response:
        """Join an open room. Joining again changes nothing."""
        actions.join_room(user=user_of(request), room=room_id)
        return Response(room_of(access.membership_for(user_of(request), room_id)))


class Leave(APIView):
    @extend_schema(request=None, responses={204: OpenApiResponse(description="Left.")}, operation_id="rooms_leave")
    def post(self, request: Request, room_id: UUID) -> Response:
        """Leave a room."""
        actions.leave_room(user=user_of(request), room=room_id)
        return Response(status=204)


class Members(APIView):
    @paged(RoomMemberSchema, QUERY)
    def get(self, request: Request, room_id: UUID) -> Response:
        """The members of a room, oldest account first."""
        room = access.room_for(user_of(request), room_id)
        members = Membership.objects.filter(room=room, user__is_active=True).select_related("user")
        named = called(request.query_params.get("q", ""), "user__")
        # By the index that makes a membership unique, so that a page reads no more rows than it shows.
        return answer_page(request, members.filter(named), _member, ordering="user_id")

    @extend_schema(request=MemberInput, responses={201: RoomMemberSchema}, operation_id="room_members_create")
    def post(self, request: Request, room_id: UUID) -> Response:
        """Add a person from the workspace to a room."""
        person = body_of(MemberInput, request)["user_id"]
        return Response(_member(actions.add_member(user=user_of(request), room=room_id, person=person)), status=201)


class MemberDetail(APIView):
    @extend_schema(responses={204: OpenApiResponse(description="Removed.")}, operation_id="room_members_destroy")
    def delete(self, request: Request, room_id: UUID, user_id: UUID) -> Response:
        """Remove a person from a room, or yourself."""
        actions.remove_member(user=user_of(request), room=room_id, person=user_id)
        return Response(status=204)


class OwnMembership(APIView):
    @extend_schema(request=OwnMembershipInput, responses=RoomSchema, operation_id="rooms_membership_update")
    def patch(self, request: Request, room_id: UUID) -> Response:
        """Set your notifications for a room, star it, or mute it until a time."""
        wanted = body_of(OwnMembershipInput, request)
        return Response(room_of(actions.update_membership(user=user_of(request), room=room_id, **wanted)))


class Presence(APIView):
    @extend_schema(responses=PresenceSchema, operation_id="rooms_presence")
    def get(self, request: Request, room_id: UUID) -> Response:
        """Who has the room open, and which members are connected at all. Above 200 people nobody is named."""
        room = access.room_for(user_of(request), room_id)
        participants, number = participants_of(str(room.uuid))
        return Response(
            {
                "room_id": str(room.uuid),
                "participants": participants,
                "participant_count": number,
                "online": _online(room),
            }
        )


class DirectsPresence(APIView):
    @extend_schema(responses=DirectsPresenceSchema, operation_id="directs_presence")
    def get(self, request: Request) -> Response:
        """The people in your direct conversations who are connected."""
        directs = Room.objects.filter(kind=Room.Kind.DIRECT, memberships__user=user_of(request))
        people = Membership.objects.filter(room__in=directs).values_list("user__uuid", flat=True).distinct()
        return Response({"online": online_among([str(uuid) for uuid in people])})


def _online(room: Room) -> list[str]:
    """The members who are connected at all; nobody, where those and the members are more than 200 each."""
    members = room.memberships.order_by("user_id").values_list("user__uuid", flat=True)
    few = [str(uuid) for uuid in members[: MOST_NAMED + 1]]
    if len(few) <= MOST_NAMED:
        return online_among(few)
    return [str(uuid) for uuid in members.filter(user__uuid__in=connected())]


def _member(membership: Membership) -> dict[str, object]:
    return {
        "user": user_payload(membership.user),
        "involvement": membership.involvement,
        "joined_at": iso(membership.created_at),
    }
