"""One socket as the hub sees it: written to directly if possible, otherwise through a bounded queue.

The queue is drained by a task that exists only while something waits.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field

from chat.realtime.codes import Close
from chat.realtime.direct_writer import DirectWriter, FrameBatch

Send = Callable[[str], Awaitable[None]]
Shut = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """At most `frames` frames and `size` characters wait for one socket; a batch counts as one."""

    frames: int = 256
    size: int = 1024 * 1024


@dataclass(eq=False, slots=True)
class Connection:
    """A signed-in socket. `put` never waits; a socket that does not keep up is closed with 4002.

    `expires_at` is when its session ends by itself, in seconds since the epoch. Frames that name a room carry it, so
    that a removal can purge them (`revoke`). One with `opened` still to come only gathers what happens, until `open`
    says the first frame. Thousands are idle, so what is rarely needed is made when it is.
    """

    id: str
    user: str
    session: str
    send: Send
    shut: Shut
    limits: QueueLimits = field(default_factory=QueueLimits)
    writer: DirectWriter | None = None
    # Those it is in (their `RoomChannel` knows how), and those it asks to be in.
    rooms: set[str] = field(default_factory=set)
    last_heard: float = 0.0
    has_pinged: bool = False
    expires_at: float = math.inf
    opened: asyncio.Event | None = None
    closed: bool = False
    # Everything has been sent and the writer may be used at once.
    _is_clear: bool = field(init=False)
    _queue: list[tuple[FrameBatch, str | None]] = field(default_factory=list)
    _size: int = 0
    _latest: dict[Hashable, tuple[str, str | None]] = field(default_factory=dict)
    _revoked: dict[str, int] = field(default_factory=dict)
    # Rooms of which it has heard the last, and not that it is back.
    _parted: set[str] | None = None
    _drain: asyncio.Task[None] | None = None
    _space: asyncio.Event | None = None
    _closing: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._is_clear = self.writer is not None and self.opened is None

    def open(self, first: str) -> None:
        """Send `first`, then what has gathered since the connection was made."""
        if self.closed or self.opened is None:
            return
        self._queue.insert(0, (FrameBatch(first), None))
        self._size += len(first)
        self._set_open()
        self._start()

    def put(self, frame: str, room: str | None = None) -> None:
        """Send a frame, in order: at once, or as soon as what waits before it has been sent."""
        self.put_batch(FrameBatch(frame), room)

    def put_batch(self, batch: FrameBatch, room: str | None = None) -> bool:
        """`put` each frame of `batch`, in one go where that is possible; whether it went out at once."""
        writer = self.writer
        # As `put_at_once`, without one more call for each reader of each message.
        if self._is_clear and writer is not None and writer.ready:
            writer.write(batch.data or batch.framed(writer))
            return True
        if writer is not None:
            self._enqueue(batch, room)
        else:
            # One by one they leave the queue, so that each can still be purged.
            for text in batch.texts:
                self._enqueue(FrameBatch(text), room)
        return False

    def put_at_once(self, batch: FrameBatch) -> bool:
        """Send `batch` in one go if that is possible now, without waiting behind anything; else nothing of it."""
        writer = self.writer
        if self._is_clear and writer is not None and writer.ready:
            writer.write(batch.data or batch.framed(writer))
            return True
        return False

    def put_latest(self, key: Hashable, frame: str, room: str | None = None) -> None:
        """Offer a value of which only the latest matters; it waits outside the queue and replaces its predecessor."""
        if self.closed:
            return
        self._latest.pop(key, None)
        self._latest[key] = (frame, room)
        self._start()

    def put_answer(self, frame: str, room: str, membership: int) -> bool:
        """Send an answer about a room, unless the membership it rests on has been revoked meanwhile."""
        if self.is_revoked(room, membership):
            return False
        self.put(frame, room)
        return True

    async def put_patiently(self, frame: str, room: str, membership: int) -> bool:
        """`put_answer` for long answers: waits for `space`."""
        await self.space()
        return not self.closed and self.put_answer(frame, room, membership)

    async def space(self) -> None:
        """Wait while the queue is more than half full, or until the socket is closed."""
        while not self.closed and self.is_half_full():
            await self._some_sent()

    async def caught_up(self) -> None:
        """Wait while anything is queued, or until the socket is closed."""
        while not self.closed and self._queue and self.opened is None:
            await self._some_sent()

    async def _some_sent(self) -> None:
        if self._space is None:
            self._space = asyncio.Event()
        await self._space.wait()

    def revoke(self, room: str, membership: int) -> None:
        """Forget everything queued about a room, and answer nothing more that rests on this or an older membership."""
        self._revoked[room] = max(membership, self._revoked.get(room, 0))
        self._queue = [(batch, about) for batch, about in self._queue if about != room]
        self._size = sum(batch.size for batch, _ in self._queue)
        self._latest = {key: value for key, value in self._latest.items() if value[1] != room}

    def part(self, room: str, farewell: str) -> None:
        """Say the last that is heard of a room."""
        self.put(farewell)
        self._parted = {*(self._parted or ()), room}

    def has_parted(self, room: str) -> bool:
        """Whether the last it heard of `room` is that it was put out."""
        return self._parted is not None and room in self._parted

    def return_to(self, room: str, frame: str) -> None:
        """Say that it is in a room (again)."""
        self.put(frame, room)
        if self._parted is not None:
            self._parted.discard(room)

    def has_lost(self, room: str) -> bool:
        """Whether this socket was in `room` and has been put out of it."""
        return room in self._revoked and room not in self.rooms

    def is_revoked(self, room: str, membership: int) -> bool:
        return membership <= self._revoked.get(room, 0)

    async def is_there(self, seconds: float) -> bool:
        """Whether its peer answers within so long. Where nobody can ask, it counts as there."""
        return self.writer is None or await self.writer.answers(seconds)

    def close(self, code: int) -> None:
        """End the socket with `code`; nothing that waits is sent any more."""
        if self.closed:
            return
        self.stop()
        self._closing = asyncio.ensure_future(self._shut(code))

    def finish(self, code: int) -> None:
        """End the socket with `code` after what waits has been sent."""
        if self.closed:
            return
        self.closed, self._is_clear = True, False
        self._closing = asyncio.ensure_future(self._finish(code))

    def stop(self) -> None:
        """Send nothing more: the socket is gone or about to be."""
        self.closed, self._is_clear = True, False
        self._queue.clear()
        self._size = 0
        self._latest.clear()
        self._make_room()
        self._set_open()
        if self._drain is not None and self._drain is not _current_task():
            self._drain.cancel()

    def _set_open(self) -> None:
        if self.opened is not None:
            self.opened.set()
            self.opened = None

    def _make_room(self) -> None:
        if self._space is not None:
            self._space.set()
            self._space = None

    def is_half_full(self) -> bool:
        return len(self._queue) * 2 > self.limits.frames or self._size * 2 > self.limits.size

    def _enqueue(self, batch: FrameBatch, room: str | None) -> None:
        if self.closed:
            return
        self._queue.append((batch, room))
        self._size += batch.size
        if len(self._queue) > self.limits.frames or self._size > self.limits.size:
            self.close(Close.SLOW)
        else:
            self._start()

    def _start(self) -> None:
        """Send what waits: as much as the writer takes now, the rest from a task."""
        if self.opened is not None or self._drain is not None:
            return
        if self.writer is not None:
            self._write_through(self.writer)
        if self._waits:
            self._is_clear = False
            self._drain = asyncio.ensure_future(self._run())

    @property
    def _waits(self) -> bool:
        return bool(self._queue or self._latest)

    def _write_through(self, writer: DirectWriter) -> None:
        while writer.ready and self._waits:
            writer.write(self._next().framed(writer))
        self._is_clear = not self._waits and not self.closed

    async def _run(self) -> None:
        try:
            while self._waits:
                await self._send_some()
                self._make_room()
        except Exception:
            # The peer has gone; the server ends the consumer, which unregisters this connection.
            self.stop()
        finally:
            self._drain = None

    async def _send_some(self) -> None:
        """A frame leaves the queue when it can be sent, so that one about a room that is lost meanwhile never is."""
        if self.writer is None:
            (text,) = self._next().texts
            await self.send(text)
        elif await self.writer.until_ready():
            self._write_through(self.writer)
        else:
            self.stop()

    def _next(self) -> FrameBatch:
        if self._queue:
            batch, _ = self._queue.pop(0)
            self._size -= batch.size
            return batch
        key = next(iter(self._latest))
        frame, _ = self._latest.pop(key)
        return FrameBatch(frame)

    async def _finish(self, code: int) -> None:
        if self._drain is not None and self._drain is not _current_task():
            await asyncio.wait([self._drain], timeout=1)
        self.stop()
        await self._shut(code)

    async def _shut(self, code: int) -> None:
        try:
            await self.shut(code)
        except Exception:
            # Closed from the other side at the same moment.
            return


def _current_task() -> asyncio.Task[object] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None
