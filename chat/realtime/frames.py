"""What clients may send, as tagged structs, and JSON on the wire in both directions (protocol: the socket)."""

import json
from typing import Annotated, Any, Union
from uuid import UUID

import msgspec
import orjson

from campfire.errors import InvalidFrame, InvalidJSON, UnknownType

Ref = Annotated[str, msgspec.Meta(max_length=64)]
Integer = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class Frame(msgspec.Struct, frozen=True, tag_field="type", kw_only=True):
    """A frame from a client. `ref` comes back in the direct answer."""

    ref: Ref | None = None


class Ping(Frame, tag="ping", frozen=True):
    timestamp: Ref | None = None


class JoinRoom(Frame, tag="join_room", frozen=True):
    room_id: UUID
    last_seen_version: Integer | None = None
    epoch: str | None = None


class LeaveRoom(Frame, tag="leave_room", frozen=True):
    room_id: UUID


class SendMessage(Frame, tag="send_message", frozen=True):
    room_id: UUID
    content: str
    client_message_id: UUID
    thread_id: UUID | None = None
    attachment_ids: list[UUID] = []


class EditMessage(Frame, tag="edit_message", frozen=True):
    message_id: UUID
    content: str


class DeleteMessage(Frame, tag="delete_message", frozen=True):
    message_id: UUID


class CatchUp(Frame, tag="catch_up", frozen=True):
    room_id: UUID
    last_seen_version: Integer | None = None
    last_seen_message_id: UUID | None = None
    epoch: str | None = None


class Typing(Frame, tag="typing", frozen=True):
    room_id: UUID
    is_typing: bool


class MarkRead(Frame, tag="mark_read", frozen=True):
    room_id: UUID
    seq: Integer


class MarkUnread(Frame, tag="mark_unread", frozen=True):
    room_id: UUID
    seq: Integer


class _Envelope(msgspec.Struct):
    type: str
    ref: Any = None


FRAMES: tuple[type[Frame], ...] = (
    Ping,
    JoinRoom,
    LeaveRoom,
    SendMessage,
    EditMessage,
    DeleteMessage,
    CatchUp,
    Typing,
    MarkRead,
    MarkUnread,
)
_TYPES = {frame.__struct_config__.tag for frame in FRAMES}
_envelope = msgspec.json.Decoder(_Envelope)
_frame = msgspec.json.Decoder(Union[FRAMES])  # noqa: UP007


def decode(text: str) -> Frame:
    """The frame that `text` is. Raises `InvalidJSON`, `InvalidFrame`, `UnknownType`."""
    try:
        frame: Frame = _frame.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
        raise _why(text, error) from None
    for field in frame.__struct_fields__:
        value = getattr(frame, field)
        if isinstance(value, str) and "\x00" in value:
            raise InvalidFrame("Text may not contain null bytes.", errors={field: ["Contains a null byte."]})
    return frame


def ref_of(text: str) -> str | None:
    """The `ref` of a frame that could not be used, if it has a proper one."""
    try:
        ref = _envelope.decode(text).ref
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return None
    return ref if isinstance(ref, str) and len(ref) <= 64 else None


def encode(frame: dict[str, Any]) -> str:
    """A frame for the wire: JSON without insignificant white space."""
    return orjson.dumps(frame).decode()


def _why(text: str, error: Exception) -> InvalidJSON | InvalidFrame | UnknownType:
    """What exactly is wrong: the decoder's own error does not tell NaN, surrogates or depth from broken JSON."""
    if isinstance(error, msgspec.ValidationError):
        return _wrong_shape(text, error)
    try:
        json.loads(text)
    except json.JSONDecodeError:
        return InvalidJSON()
    except (RecursionError, ValueError):
        return InvalidFrame("This is nested too deeply, or contains a number that is too long.")
    return InvalidFrame("This contains a value that cannot be stored: NaN, infinity or half a character.")


def _wrong_shape(text: str, error: msgspec.ValidationError) -> InvalidFrame | UnknownType:
    try:
        kind = _envelope.decode(text).type
    except (msgspec.DecodeError, RecursionError):
        return InvalidFrame("A frame must be an object with a type.")
    if kind not in _TYPES:
        return UnknownType(f"Unknown frame type “{kind[:64]}”.")
    return InvalidFrame(f"This {kind} has a missing or invalid field: {error}.")
