"""Catching up by the socket after 500 and 5,000 missed messages, in a room of a million: from the first `catch_up` to
the end of the last page. The client is a process of its own that reads as fast as it can.
"""

import json
import socket
import statistics
import time
from types import TracebackType
from typing import Any, Self

from tests.bench.bench import Bench, Broken
from tests.bench.filling import DATABASES, NAMES, filled
from tests.bench.websocket import HEAD_END, TEXT, frame, frames, question
from tests.servers import Campfire

MISSED = {500: 50.0, 5_000: 500.0}
TIMES = {500: 30, 5_000: 8}
END = b'"type":"catch_up_complete"'


def run(bench: Bench) -> None:
    for database in DATABASES[:1] if bench.quick else DATABASES:
        house = filled(bench, database)
        with house.serve() as server, Returning(server, house.member_token) as person:
            for missed, most in MISSED.items():
                times, room, since = TIMES[missed], house.large.uuid, house.large.count - missed
                person.catch_up(room, since)
                took = [
                    sorted(person.catch_up(room, since) for _ in range(2 if bench.quick else times))
                    for _ in bench.rounds(f"{missed:,} messages, {NAMES[database]}")
                ]
                subject = f"{NAMES[database]}: {missed:,} messages"
                goal = None if bench.quick else most
                bench.note(subject, "p50", [statistics.median(ms) for ms in took], "ms", at_most=goal)
                bench.note(subject, "slowest", [ms[-1] for ms in took], "ms")


class Returning:
    """A socket of somebody who has been away; it looks at what it was sent only after it has taken the time."""

    def __init__(self, server: Campfire, token: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(question(f"127.0.0.1:{server.port}", "/ws/", token))
        self._rest = b""
        while HEAD_END not in self._rest:
            self._rest += self._more()
        self._rest = self._rest.partition(HEAD_END)[2]
        self._until(b'"type":"welcome"')

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def catch_up(self, room: str, since: int) -> float:
        """Milliseconds for all after version `since`; raises `Broken` if a message is lost, doubled or misplaced."""
        told: list[bytes] = []
        began, version, has_more = time.perf_counter(), since, True
        while has_more:
            asked = {"type": "catch_up", "room_id": room, "last_seen_version": version}
            self._socket.sendall(frame(json.dumps(asked).encode(), masked=True))
            page = self._until(END)
            end = json.loads(page.pop())
            version, has_more = end["version"], end["has_more"]
            told += page
        took = (time.perf_counter() - began) * 1000
        _check([json.loads(payload) for payload in told], since, version)
        return took

    def _until(self, mark: bytes) -> list[bytes]:
        """The payloads up to the one with `mark` in its beginning."""
        payloads: list[bytes] = []
        while True:
            end = 0
            for opcode, payload, upto in frames(self._rest):
                end = upto
                if opcode == TEXT:
                    payloads.append(payload)
                if mark in payload[:60]:
                    self._rest = self._rest[upto:]
                    return payloads
            self._rest = self._rest[end:] + self._more()

    def _more(self) -> bytes:
        data = self._socket.recv(1 << 18)
        if not data:
            raise Broken("the server has closed the socket")
        return data


def _check(told: list[dict[str, Any]], since: int, version: int) -> None:
    messages = [found["message"] for found in told if found["type"] == "new_message"]
    if [message["version"] for message in messages] != list(range(since + 1, version + 1)):
        raise Broken(f"of versions {since + 1} to {version} came {len(messages)}, or not in order")
