"""As much of WebSocket (RFC 6455) as a load client and the plainest server need."""

import base64
import hashlib
from collections.abc import Iterator

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
_FINAL = 0x80
_MASKED = 0x80
# A mask of zeros is a mask, and leaves the payload as it is.
_NO_MASK = bytes(4)
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY = base64.b64encode(bytes(16)).decode()
HEAD_END = b"\r\n\r\n"


def frame(payload: bytes, opcode: int = TEXT, *, masked: bool = False) -> bytes:
    """One whole frame; a client's are `masked`."""
    flag, size = (_MASKED if masked else 0), len(payload)
    if size < 126:
        head = bytes((_FINAL | opcode, flag | size))
    elif size < 65536:
        head = bytes((_FINAL | opcode, flag | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((_FINAL | opcode, flag | 127)) + size.to_bytes(8, "big")
    return head + (_NO_MASK if masked else b"") + payload


def frames(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Opcode, payload and end of each whole frame in `data`; what follows the last end is the beginning of another."""
    position, end = 0, len(data)
    while end - position >= 2:
        opcode, length = data[position] & 0x0F, data[position + 1]
        mask, size, head = length & _MASKED, length & 0x7F, position + 2
        if size == 126:
            size, head = int.from_bytes(data[head : head + 2], "big"), head + 2
        elif size == 127:
            size, head = int.from_bytes(data[head : head + 8], "big"), head + 8
        body = head + 4 if mask else head
        if body + size > end:
            return
        payload = data[body : body + size]
        yield opcode, _unmasked(payload, data[head:body]) if mask else payload, body + size
        position = body + size


def _unmasked(payload: bytes, mask: bytes) -> bytes:
    if mask == _NO_MASK:
        return payload
    return bytes(byte ^ mask[number % 4] for number, byte in enumerate(payload))


def question(host: str, path: str, token: str = "", *, by_cookie: bool = False) -> bytes:
    """A client's handshake; with a token as an application presents it, or as a browser does its cookie."""
    credential = [f"Cookie: session_token={token}", f"Origin: http://{host}"]
    if not by_cookie:
        credential = [f"Authorization: Bearer {token}"]
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {_KEY}",
        "Sec-WebSocket-Version: 13",
        *(credential if token else []),
    ]
    return "\r\n".join(lines).encode() + HEAD_END


def answer(head: bytes) -> bytes:
    """A server's handshake, to that of a client."""
    lines = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    key = next(value for name, value in lines.items() if name.lower() == b"sec-websocket-key")
    accept = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
    upgrade = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    return upgrade + b"Sec-WebSocket-Accept: " + accept + HEAD_END
