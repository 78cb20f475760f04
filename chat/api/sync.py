"""Catching up, the read marker and search over REST."""

from uuid import UUID

import orjson
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chat import access
from chat.actions.read_states import mark_all_read, mark_read
from chat.api.base import body_of, query_of, user_of
from chat.api.schemas import ChangesQuery, ChangesSchema, MessageSchema, ReadInput, ReadStateSchema, SearchQuery
from chat.queries.catchup import changes_since
from chat.queries.search import search


class RoomChanges(APIView):
    @extend_schema(parameters=[ChangesQuery], responses=ChangesSchema, operation_id="rooms_changes")
    def get(self, request: Request, room_id: UUID) -> Response:
        """What has changed since a version: the same frames that `catch_up` sends on the socket."""
        query = query_of(ChangesQuery, request)
        access.room_for(user_of(request), room_id)
        page = changes_since(room_id, query["after_version"], limit=query["limit"], epoch=query.get("epoch"))
        return Response(
            {
                "changes": [orjson.Fragment(change.frame) for change in page.changes],
                "version": page.version,
                "has_more": page.has_more,
                "epoch": page.epoch,
            }
        )


class RoomRead(APIView):
    @extend_schema(request=ReadInput, responses=ReadStateSchema, operation_id="rooms_read")
    def put(self, request: Request, room_id: UUID) -> Response:
        """Move the read marker forward, for all your devices."""
        return Response(mark_read(user=user_of(request), room=room_id, seq=body_of(ReadInput, request)["seq"]))


class AllRead(APIView):
    @extend_schema(request=None, responses=ReadStateSchema(many=True), operation_id="rooms_read_all")
    def post(self, request: Request) -> Response:
        """Mark every room as read; returns the read states that changed."""
        return Response(mark_all_read(user=user_of(request)))


class Search(APIView):
    @extend_schema(parameters=[SearchQuery], responses=MessageSchema(many=True), operation_id="search")
    def get(self, request: Request) -> Response:
        """Messages in your rooms that contain every word of `q`, newest first."""
        query = query_of(SearchQuery, request)
        found = search(user_of(request), query["q"], room_uuid=query.get("room_id"), limit=query["limit"])
        return Response([message.payload() for message in found])
