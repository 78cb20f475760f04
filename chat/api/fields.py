"""Values of a JSON body, each of exactly its own type: nothing is made into something else."""

from typing import Any, ClassVar

from rest_framework import serializers


class _Exactly:
    """Before anything else is looked at: the type."""

    kind: ClassVar[type]
    name: ClassVar[str]

    def to_internal_value(self, data: Any) -> Any:
        if type(data) is not self.kind:
            raise serializers.ValidationError([f"Must be {self.name}."])
        return super().to_internal_value(data)  # type: ignore[misc]


class TextField(_Exactly, serializers.CharField):
    kind, name = str, "a string"


class IdField(_Exactly, serializers.UUIDField):
    kind, name = str, "a UUID, as a string"


class FlagField(_Exactly, serializers.BooleanField):
    kind, name = bool, "true or false"


class NumberField(_Exactly, serializers.IntegerField):
    kind, name = int, "a whole number"
