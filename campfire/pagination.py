"""Collections in pages: `{results, next, previous}`, where the two are addresses with an opaque cursor."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.core import signing
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.pagination import Cursor
from rest_framework.pagination import CursorPagination as DRFCursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.utils.urls import replace_query_param

from campfire.errors import InvalidCursor, InvalidFrame

Method = TypeVar("Method", bound=Callable[..., Response])

PAGE = 50
LARGEST = 500


class CursorPagination(DRFCursorPagination):
    """Pages of 1 to 500 rows in order of row id. Raises `InvalidCursor`, and `InvalidFrame` for a bad `limit`."""

    page_size = PAGE
    max_page_size = LARGEST
    page_size_query_param = "limit"
    ordering = "id"

    def get_page_size(self, request: Request) -> int:
        given = request.query_params.get("limit")
        if given is None:
            return PAGE
        if not (given.isascii() and given.isdigit() and len(given) < 10 and 1 <= int(given) <= LARGEST):
            raise InvalidFrame(errors={"limit": [f"Between 1 and {LARGEST}."]})
        return int(given)

    def encode_cursor(self, cursor: Cursor) -> str:
        assert self.base_url is not None
        encoded = signing.dumps(list(cursor), salt=_salt(self.base_url))
        return replace_query_param(self.base_url, self.cursor_query_param, encoded)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Signed for its collection, so that a made-up or foreign one is told from one of ours."""
        encoded = request.query_params.get(self.cursor_query_param)
        if encoded is None:
            return None
        try:
            return Cursor(*signing.loads(encoded, salt=_salt(request.build_absolute_uri())))
        except signing.BadSignature:
            raise InvalidCursor("This cursor does not belong here. Start from the first page.") from None


def _salt(url: str) -> str:
    return f"cursor:{urlsplit(url).path}"


def answer_page(request: Request, queryset: QuerySet[Any], payload: Callable[[Any], Mapping[str, Any]]) -> Response:
    """The page of `queryset` that `request` asks for with `?cursor=` and `?limit=`, each row by `payload`."""
    paginator = CursorPagination()
    rows = paginator.paginate_queryset(queryset, request) or []
    return paginator.get_paginated_response([payload(row) for row in rows])


def paged(shape: type[Serializer[Any]], *parameters: OpenApiParameter) -> Callable[[Method], Method]:
    """Describe a `get` that answers pages of `shape` in the OpenAPI document."""
    page = inline_serializer(
        f"{shape.__name__}Page",
        {
            "results": shape(many=True),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
        },
    )
    cursor = OpenApiParameter("cursor", str, description="From `next` or `previous`.")
    limit = OpenApiParameter("limit", int, description=f"1 to {LARGEST}, {PAGE} if not given.")
    described: Callable[[Method], Method] = extend_schema(responses=page, parameters=[*parameters, cursor, limit])
    return described
