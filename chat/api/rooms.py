"""`/api/rooms`, `/api/directs`."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Member, User
from campfire.errors import InvalidFrame, NotFound
from campfire.http.pagination import LARGEST, answer_rows, paged
from campfire.http.unchanged import unless_unchanged
from chat import access
from chat.actions import rooms as actions
from chat.api.base import body_of, query_of, user_of
from chat.api.schemas import DirectInput, RoomChangeInput, RoomInput, RoomSchema, RoomsQuery
from chat.queries.rooms import joinable_rooms, memberships_of, open_rooms, room_of, rooms_of


class Rooms(APIView):
    @extend_schema(operation_id="rooms_list")
    @paged(RoomSchema, RoomsQuery, size=LARGEST)
    def get(self, request: Request) -> Response:
        """Your rooms with unread counts; archived ones with `scope=archived`, ones you can join with `scope=open`.

        The list of your rooms has an `ETag`: send it as `If-None-Match`, and a 304 means that nothing has changed.
        """
        user, scope = user_of(request), query_of(RoomsQuery, request)["scope"]
        if scope == "open":
            return answer_rows(request, joinable_rooms(user), open_rooms, size=LARGEST)
        archived = scope == "archived"
        ids = memberships_of(user, archived=archived).values("id")
        answer = answer_rows(request, ids, lambda page: _own(user, page, archived=archived), size=LARGEST)
        return unless_unchanged(request, answer)

    @extend_schema(request=RoomInput, responses={201: RoomSchema}, operation_id="rooms_create")
    def post(self, request: Request) -> Response:
        """Create an open or closed room, with yourself and `member_ids` in it."""
        body = body_of(RoomInput, request)
        user = user_of(request)
        room = actions.create_room(
            user=user,
            workspace=body.get("workspace_id") or _only_workspace(user),
            name=body["name"],
            kind=body["kind"],
            topic=body["topic"],
            members=body["member_ids"],
        )
        return Response(room_of(access.membership_for(user, room.uuid)), status=201)


class Directs(APIView):
    @extend_schema(request=DirectInput, responses={200: RoomSchema, 201: RoomSchema}, operation_id="directs_open")
    def post(self, request: Request) -> Response:
        """Open the direct room between you and exactly these people: 201 if it was created now, otherwise 200."""
        user = user_of(request)
        room, created = actions.open_direct(user=user, people=body_of(DirectInput, request)["user_ids"])
        return Response(room_of(access.membership_for(user, room.uuid)), status=201 if created else 200)


class RoomDetail(APIView):
    @extend_schema(responses=RoomSchema, operation_id="rooms_retrieve")
    def get(self, request: Request, room_id: UUID) -> Response:
        """A room you are in."""
        return Response(room_of(access.membership_for(user_of(request), room_id)))

    @extend_schema(request=RoomChangeInput, responses=RoomSchema, operation_id="rooms_update")
    def patch(self, request: Request, room_id: UUID) -> Response:
        """Rename, set the topic, open, close, archive. For its creator and admins."""
        changes: dict[str, Any] = body_of(RoomChangeInput, request)
        actions.update_room(user=user_of(request), room=room_id, **changes)
        return Response(room_of(access.membership_for(user_of(request), room_id)))

    @extend_schema(responses={204: OpenApiResponse(description="Removed.")}, operation_id="rooms_destroy")
    def delete(self, request: Request, room_id: UUID) -> Response:
        """Delete a room with all its messages. For its creator and admins."""
        actions.delete_room(user=user_of(request), room=room_id)
        return Response(status=204)


def _own(user: User, page: list[dict[str, int]], *, archived: bool) -> list[dict[str, Any]]:
    """The rooms of a page of memberships, which is all there are between its first and its last."""
    ids = [row["id"] for row in page]
    return rooms_of(user, archived=archived, first=min(ids), last=max(ids)) if ids else []


def _only_workspace(user: User) -> UUID:
    """The workspace that is meant when none is named: the only one."""
    workspaces = list(Member.objects.filter(user=user).values_list("workspace__uuid", flat=True)[:2])
    if not workspaces:
        raise NotFound("You are not in any workspace.")
    if len(workspaces) > 1:
        raise InvalidFrame(errors={"workspace_id": ["You are in several workspaces. Name the one you mean."]})
    return workspaces[0]
