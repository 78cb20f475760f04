"""Collections in pages: `{results, next, previous}`, where the two are addresses with an opaque cursor."""

from collections.abc import Callable, Mapping, Sequence
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
    """Pages of 1 to 500 rows in order of a field that no two of them share.

    Raises `InvalidCursor`, and `InvalidFrame` for a bad `limit`.
    """

    max_page_size = LARGEST
    page_size_query_param = "limit"
    page_size: int

    def __init__(self, page_size: int, ordering: str) -> None:
        self.page_size, self.ordering = page_size, ordering

    def get_page_size(self, request: Request) -> int:
        given = request.query_params.get("limit")
        if given is None:
            return self.page_size
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
            raise InvalidCursor("This cursor is not valid here. Start from the first page.") from None


def _salt(url: str) -> str:
    return f"cursor:{urlsplit(url).path}"


def answer_page(
    request: Request, queryset: QuerySet[Any], payload: Callable[[Any], Mapping[str, Any]], *, ordering: str = "id"
) -> Response:
    """The page of `queryset` that `request` asks for with `?cursor=` and `?limit=`, each row by `payload`.

    `ordering` is a field that is unique within `queryset`.
    """
    return answer_rows(request, queryset, lambda rows: [payload(row) for row in rows], ordering=ordering)


def answer_rows(
    request: Request,
    queryset: QuerySet[Any],
    payloads: Callable[[list[Any]], Sequence[Mapping[str, Any]]],
    *,
    size: int = PAGE,
    ordering: str = "id",
) -> Response:
    """`answer_page` for rows that are read and ordered together: `payloads` makes all of a page; `size` if no limit."""
    paginator = CursorPagination(size, ordering)
    rows = paginator.paginate_queryset(queryset, request) or []
    return paginator.get_paginated_response(list(payloads(rows)))


def paged(
    shape: type[Serializer[Any]], *parameters: OpenApiParameter | type[Serializer[Any]], size: int = PAGE
) -> Callable[[Method], Method]:
    """Describe a `get` that answers pages of `shape`, `size` of them unless told, in the OpenAPI document."""
    page = inline_serializer(
        f"{shape.__name__}Page",
        {
            "results": shape(many=True),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
        },
    )
    cursor = OpenApiParameter("cursor", str, description="From `next` or `previous`.")
    limit = OpenApiParameter("limit", int, description=f"1 to {LARGEST}, {size} if not given.")
    described: Callable[[Method], Method] = extend_schema(responses=page, parameters=[*parameters, cursor, limit])
    return described
