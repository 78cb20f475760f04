"""JSON as this product reads and writes it: strict in, compact out."""

from typing import Any

import orjson

from campfire.errors import InvalidFrame, InvalidJSON

DEPTH = 64
_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def encode(value: Any) -> bytes:
    """`value` as JSON without insignificant white space; UUIDs, datetimes and lazy texts as strings."""
    return orjson.dumps(value, default=str, option=_OPTIONS)


def decode(data: bytes | str) -> Any:
    """What `data` says. Raises `InvalidJSON`, or `InvalidFrame` for JSON that nobody can mean well by: null bytes,
    lone surrogates, nesting deeper than 64 (protocol: errors)."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if "depth" in str(error):
            raise InvalidFrame("This is nested too deeply.") from None
        if "surrogate" in str(error) and "UTF-8" not in str(error):
            raise InvalidFrame("This contains half a character.") from None
        raise InvalidJSON from None
    check(value)
    return value


def check(value: Any, depth: int = 0) -> None:
    """Raise `InvalidFrame` if decoded JSON holds a null byte or is nested deeper than 64."""
    if isinstance(value, str):
        if "\0" in value:
            raise InvalidFrame("This contains a null byte.")
    elif isinstance(value, list | dict):
        if depth >= DEPTH:
            raise InvalidFrame("This is nested too deeply.")
        for item in value:
            check(item, depth + 1)
        if isinstance(value, dict):
            for item in value.values():
                check(item, depth + 1)
