"""What the thin views below share."""

from typing import Any, cast

from rest_framework import serializers
from rest_framework.request import Request

from accounts.models import User


def user_of(request: Request) -> User:
    """Who asks; the permission class has let nobody else through."""
    return cast(User, request.user)


def body_of(serializer: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """The validated body, or a 400 that names the fields."""
    return _validated(serializer(data=request.data))


def query_of(serializer: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """The validated query string, or a 400 that names the fields."""
    return _validated(serializer(data=request.query_params.dict()))


def _validated(serializer: serializers.Serializer) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return cast(dict[str, Any], serializer.validated_data)
