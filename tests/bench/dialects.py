"""How a message is said to each server, and how it is known again where it arrives.

Each message carries, in its text, when it was sent and its number: `sent 123456789 no 17 `. Campfire's own numbering
(`seq`) is looked at rather than that where there is one.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

_STAMP = re.compile(rb"sent (\d+) no (\d+) ")
_SEQ = re.compile(rb'"seq": ?(\d+)')
_WORDS = "the quick brown fox jumps over the lazy dog and sits down beside the fire with everybody else "


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it came: its number, and when it was sent in monotonic nanoseconds (0 if it does not say)."""

    number: int
    stamp: int
    is_answer: bool
    is_replay: bool
    size: int


@dataclass(frozen=True, slots=True)
class Message:
    """What a sender is to say: to `room`, with `number`, so many bytes in all (of Campfire: of the text)."""

    room: str
    number: int
    stamp: int
    size: int

    @property
    def text(self) -> str:
        return f"sent {self.stamp} no {self.number} "


def _filled(text: str, size: int) -> str:
    return (
        (text + _WORDS * (max(0, size - len(text)) // len(_WORDS) + 1))[: max(size, len(text))]
        .rstrip()
        .ljust(size, ".")
    )


def campfire(message: Message) -> str:
    """The protocol's `send_message`."""
    content = _filled(message.text, message.size)
    fields = {"room_id": message.room, "content": content, "client_message_id": str(uuid4())}
    return json.dumps({"type": "send_message", **fields}, separators=(",", ":"))


def verbatim(message: Message) -> str:
    """The very frame that is to reach everybody, for servers that pass on what they get."""
    fields = {"type": "new_message", "room_id": message.room, "seq": message.number, "content": ""}
    around = len(json.dumps(fields, separators=(",", ":")))
    fields["content"] = _filled(message.text, message.size - around)
    return json.dumps(fields, separators=(",", ":"))


def tutorial(message: Message) -> str:
    """The chat of the Channels tutorial."""
    around = len(json.dumps({"message": ""}))
    return json.dumps({"message": _filled(message.text, message.size - around)})


def socket_io(message: Message) -> str:
    """An event, of Socket.IO on Engine.IO; the size is that of its argument."""
    return f'42["message",{verbatim(message)}]'


DIALECTS: dict[str, Callable[[Message], str]] = {
    "campfire": campfire,
    "verbatim": verbatim,
    "tutorial": tutorial,
    "socket.io": socket_io,
}


def understood(payload: bytes) -> Said | None:
    """A frame that brings a message, in any of the dialects, or Campfire's answer to its sender."""
    stamp = _STAMP.search(payload)
    is_answer = payload.startswith(b'{"type":"message_sent"')
    if stamp is None and not is_answer and not payload.startswith(b'{"type":"new_message"'):
        return None
    seq = _SEQ.search(payload)
    number = int(seq[1]) if seq else int(stamp[2]) if stamp else 0
    is_replay = payload.endswith(b'"replay":true}')
    return Said(number, int(stamp[1]) if stamp else 0, is_answer, is_replay, len(payload))
