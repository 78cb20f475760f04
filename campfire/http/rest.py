"""The frame of the REST API: JSON in, JSON out, and one shape for every error (the API's schema).

Codes for what only HTTP knows: 405, 406 and 415 are `invalid_frame`, as the request has the wrong shape.
"""

import logging
import math
from collections.abc import Callable, Mapping
from typing import IO, Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from rest_framework import exceptions
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response

from campfire import wire
from campfire.data.database import outage
from campfire.errors import (
    CampfireError,
    Forbidden,
    InvalidFrame,
    InvalidJSON,
    NotFound,
    RateLimited,
    TooLarge,
    Unauthenticated,
    UnsupportedMedia,
)
from campfire.logs import context as log_context

logger = logging.getLogger(__name__)


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return b"" if data is None else wire.encode(data)


class JSONParser(BaseParser):
    """Reads at most `DATA_UPLOAD_MAX_MEMORY_SIZE`, whatever length the request claims."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge
        return wire.decode(body)


def error_response(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's EXCEPTION_HANDLER: any exception as `{code, message, errors?, retry_after?}`.

    What nobody expected is logged under an id, and the answer holds that id and nothing else.
    """
    expected = as_campfire_error(error)
    if expected is None:
        request_id = log_unexpected(error)
        return Response(unexpected_body(request_id), status=500)
    status = error.status_code if isinstance(error, exceptions.APIException) else expected.status
    return Response(expected.as_dict(), status=status, headers=_headers(error, expected, context))


def unexpected_body(request_id: str) -> dict[str, object]:
    """What a caller learns of an unexpected error."""
    return {"code": CampfireError.code, "message": CampfireError.default, "request_id": request_id}


def log_unexpected(error: BaseException | None) -> str:
    """Log an unexpected error under the id of its request, and return the id."""
    request_id = log_context.current().get("request") or uuid4().hex
    logger.error("Request %s failed", request_id, exc_info=error)
    return request_id


def as_campfire_error(error: BaseException) -> CampfireError | None:
    """The expected error that `error` stands for, None where there is none."""
    if isinstance(error, CampfireError):
        return error
    return next((make(error) for kind, make in _EXPECTED if isinstance(error, kind)), None) or outage(error)


# First match wins. 405 and 406 keep their status, as the request has the wrong shape in a way only HTTP knows.
_EXPECTED: list[tuple[type[BaseException], Callable[[Any], CampfireError]]] = [
    (exceptions.ValidationError, lambda error: InvalidFrame(errors=_field_errors(error.detail))),
    (exceptions.ParseError, lambda _: InvalidJSON()),
    (exceptions.NotAuthenticated, lambda _: Unauthenticated()),
    (exceptions.AuthenticationFailed, lambda _: Unauthenticated()),
    (exceptions.PermissionDenied, lambda error: Forbidden(str(error.detail))),
    (exceptions.NotFound, lambda _: NotFound()),
    (exceptions.MethodNotAllowed, lambda error: InvalidFrame(str(error.detail))),
    (exceptions.NotAcceptable, lambda error: InvalidFrame(str(error.detail))),
    (exceptions.UnsupportedMediaType, lambda _: UnsupportedMedia()),
    (exceptions.Throttled, lambda error: RateLimited(retry_after=error.wait)),
    (Http404, lambda _: NotFound()),
    (PermissionDenied, lambda _: Forbidden()),
    (RequestDataTooBig, lambda _: TooLarge()),
    # CSRF looks for its token in a form, which may be broken in ways of its own.
    (SuspiciousOperation, lambda _: InvalidFrame("This request could not be understood.")),
    (BadRequest, lambda _: InvalidFrame("This request could not be understood.")),
    (MultiPartParserError, lambda _: InvalidFrame("This request could not be understood.")),
]


def _field_errors(detail: Any, field: str = "") -> dict[str, list[str]]:
    """DRF's nested details as `{field: [sentence]}`, nested fields joined by dots."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for name, inner in detail.items():
            found |= _field_errors(inner, f"{field}.{name}" if field else str(name))
        return found
    if isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        return _field_errors(dict(enumerate(detail)), field)
    sentences = detail if isinstance(detail, list) else [detail]
    return {field or "non_field_errors": [str(sentence) for sentence in sentences]}


def _headers(error: Exception, expected: CampfireError, context: Mapping[str, Any]) -> dict[str, str]:
    headers: dict[str, str] = {}
    if expected.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if expected.retry_after is not None:
        headers["Retry-After"] = str(math.ceil(expected.retry_after))
    if isinstance(error, exceptions.MethodNotAllowed) and (view := context.get("view")):
        headers["Allow"] = ", ".join(view.allowed_methods)
    return headers
