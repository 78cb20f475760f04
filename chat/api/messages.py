"""`/api/rooms/{id}/messages`, `/api/messages/{id}`."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campfire.errors import NotFound
from chat import access
from chat.actions import messages as actions
from chat.api.base import body_of, query_of, user_of
from chat.api.schemas import EditInput, HistoryQuery, MessageInput, MessageSchema, RevisionSchema
from chat.payloads import message_payload, revision_payload
from chat.queries import history


class RoomMessages(APIView):
    @extend_schema(parameters=[HistoryQuery], responses=MessageSchema(many=True), operation_id="messages_list")
    def get(self, request: Request, room_id: UUID) -> Response:
        """Live messages, newest first. `X-Room-Version` is the version they were read at, `Link` the next page."""
        query = query_of(HistoryQuery, request)
        page = history.page(access.room_for(user_of(request), room_id), **query)
        response = Response([message.payload() for message in page.messages])
        response["X-Room-Version"] = str(page.version)
        if links := _links(request, page, query["limit"]):
            response["Link"] = links
        return response

    @extend_schema(
        request=MessageInput, responses={200: MessageSchema, 201: MessageSchema}, operation_id="messages_create"
    )
    def post(self, request: Request, room_id: UUID) -> Response:
        """Post a message. A repeated `client_message_id` returns the existing message, with 200."""
        body = body_of(MessageInput, request)
        check_refers_to_nothing(body.get("thread_id"), body.get("attachment_ids"))
        posted = actions.post_message(
            user=user_of(request),
            room=room_id,
            content=body["content"],
            client_message_id=body.get("client_message_id"),
        )
        return Response(posted.payload, status=200 if posted.duplicate else 201)


class MessageDetail(APIView):
    @extend_schema(responses=MessageSchema, operation_id="messages_retrieve")
    def get(self, request: Request, message_id: UUID) -> Response:
        """A message in a room you are in."""
        return Response(message_payload(access.message_for(user_of(request), message_id)))

    @extend_schema(request=EditInput, responses=MessageSchema, operation_id="messages_update")
    def patch(self, request: Request, message_id: UUID) -> Response:
        """Edit a message. For its author and admins."""
        content = body_of(EditInput, request)["content"]
        return Response(actions.edit_message(user=user_of(request), message=message_id, content=content))

    @extend_schema(responses={204: OpenApiResponse(description="Deleted.")}, operation_id="messages_destroy")
    def delete(self, request: Request, message_id: UUID) -> Response:
        """Delete a message and its earlier versions. For its author and admins."""
        actions.delete_message(user=user_of(request), message=message_id)
        return Response(status=204)


class Revisions(APIView):
    @extend_schema(responses=RevisionSchema(many=True), operation_id="messages_revisions")
    def get(self, request: Request, message_id: UUID) -> Response:
        """The earlier versions of a message, oldest first."""
        message = access.message_for(user_of(request), message_id)
        revisions = [revision_payload(revision) for revision in message.revisions.select_related("editor")]
        return Response({"results": revisions, "next": None, "previous": None})


def check_refers_to_nothing(thread: object, attachments: object) -> None:
    """No message has a thread and no file has been uploaded, so whatever is referred to is not found."""
    if thread is not None:
        raise NotFound("This thread does not exist.")
    if attachments:
        raise NotFound("This attachment does not exist.")


def _links(request: Request, page: history.Page, limit: int) -> str:
    links: list[str] = []
    if page.messages and page.has_older:
        links.append(_link(request, "next", before=page.messages[-1].seq, limit=limit))
    if page.messages and page.has_newer:
        links.append(_link(request, "prev", after=page.messages[0].seq, limit=limit))
    return ", ".join(links)


def _link(request: Request, relation: str, **query: Any) -> str:
    return f'<{request.build_absolute_uri(request.path)}?{urlencode(query)}>; rel="{relation}"'
