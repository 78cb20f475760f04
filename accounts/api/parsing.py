"""From request to checked values: the one way all endpoints read a body."""

from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import Serializer

from accounts.models import User


def read(request: Request, shape: type[Serializer[Any]]) -> dict[str, Any]:
    """The body of `request` as `shape` understands it; other fields are ignored. Raises DRF's `ValidationError`."""
    serializer = shape(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def caller(request: Request) -> User:
    """Who calls; the permission classes have let nobody else through."""
    assert isinstance(request.user, User)
    return request.user


def origin(request: Request) -> str:
    """`https://host` of this request."""
    return f"{request.scheme}://{request.get_host()}"
