"""One room in this process: delivers its versions in order and notices what is missing (protocol: the room clock)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from chat.realtime.connection import Connection
from chat.realtime.direct_writer import FrameBatch
from chat.realtime.frames import encode
from chat.realtime.presence import LatestPresence

logger = logging.getLogger(__name__)

HOLD_SECONDS = 0.2
FLUSH_SECONDS = 0.1
MOST_HELD = 1000
# Versions that were committed together go out together, as one batch of about this many characters.
RUN_SIZE = 32 * 1024
# A crowd that lags gets so long to catch up before more is said; fewer than these are no crowd.
MOST_WAIT_SECONDS = 2.0
LOOK_SECONDS = 0.02
LEAST_CROWD = 10
# A replay may be longer than a socket's queue: after so many frames those that read get to empty it.
REPLAY_STRIDE = 50


class Delivery(NamedTuple):
    """A change to broadcast, encoded once: `frame` for sockets that read the room, `activity` for those that watch it.

    `version` is the room's after the change; `origin` is the socket that caused it, which gets its own answer instead.
    """

    version: int
    frame: str
    activity: str
    origin: str | None = None


def batches(frames: Iterable[str]) -> Iterator[FrameBatch]:
    """`frames` in batches of about `RUN_SIZE`, in order."""
    gathered: list[str] = []
    for frame in frames:
        gathered.append(frame)
        if sum(map(len, gathered)) >= RUN_SIZE:
            yield FrameBatch(*gathered)
            gathered = []
    if gathered:
        yield FrameBatch(*gathered)


class DeliveryBatch:
    """A batch of consecutive versions, prepared once for all subscribers, most of whom take all of it.

    The subscriptions in `authors` get their own answers instead.
    """

    def __init__(self, deliveries: Sequence[Delivery], authors: "set[Subscription]") -> None:
        self.deliveries = deliveries
        self.authors = authors
        self.first = deliveries[0].version
        self.frames = FrameBatch(*[delivery.frame for delivery in deliveries])
        self.activities = FrameBatch(*[delivery.activity for delivery in deliveries])


@dataclass(frozen=True, slots=True)
class Replay:
    """The changes that were missed since a version, up to `version`; `resync` if there are too many to send.

    `has_more` if this page does not contain all of them.
    """

    deliveries: Sequence[Delivery]
    version: int
    resync: bool = False
    has_more: bool = False


ReplaySource = Callable[[str, int], Awaitable[Replay | None]]


@dataclass(eq=False, slots=True)
class Subscription:
    """A socket's subscription to a room: watches until it joins (reads); buffers in `pending` until it is admitted."""

    connection: Connection
    channel: "RoomChannel"
    reading: bool = False
    membership: int = 0
    since: int = 0
    pending: list[tuple[Delivery, bool]] | None = None
    joining: object | None = None
    # Somebody has let them in since that look-up began, and it may have looked before.
    called: bool = False
    # At most so many are held, and whether there were more: what is held beyond is read elsewhere.
    most: int | None = None
    overflowed: bool = False
    # Latest values up to this one are older than its reading; and those that came while versions are held.
    told: int = 0
    latest: dict[tuple[str, str], str] | None = None

    def take(self, batch: DeliveryBatch) -> None:
        """`deliver` each of a batch."""
        if self.pending is None and self.since < batch.first and self not in batch.authors:
            if not self.connection.put_batch(batch.frames if self.reading else batch.activities, self.channel.room):
                self.channel.lagging.add(self)
            return
        for delivery in batch.deliveries:
            self.deliver(delivery)

    def deliver(self, delivery: Delivery, replayed: bool = False) -> None:
        if self.pending is not None:
            self._hold(delivery, replayed)
            return
        if self._wants(delivery, replayed):
            self.connection.put(self._frame_of(delivery), self.channel.room)

    def _hold(self, delivery: Delivery, replayed: bool) -> None:
        assert self.pending is not None
        if self.most is None or len(self.pending) < self.most:
            self.pending.append((delivery, replayed))
        else:
            self.overflowed = True

    def hold_anew(self, most: int) -> None:
        """What was held until now is about to be read; from here on at most `most` are held."""
        self.pending, self.most, self.overflowed = [], most, False

    def activate(self, membership: int, version: int, *, reading: bool, first: str | None = None) -> None:
        """Begin, or go on, at `version`: queue `first`, then what was held above it."""
        self.membership, self.since, self.reading, self.joining = membership, version, reading, None
        self.called = False
        if first is not None:
            self.connection.put(first, self.channel.room)
        self.release()

    def release(self) -> None:
        """Deliver what was held, which after a slow look-up in a busy room may be much."""
        held, self.pending = self.pending or [], None
        self.most, self.overflowed = None, False
        frames = [self._frame_of(delivery) for delivery, replayed in held if self._wants(delivery, replayed)]
        for batch in batches(frames):
            self.connection.put_batch(batch, self.channel.room)
        latest, self.latest = self.latest, None
        if latest and self.reading:
            self.tell_latest(latest)

    def tell_latest(self, values: Mapping[tuple[str, str], str]) -> None:
        """Frames by (kind, user) of which only the latest matters: now, or once what is held has been delivered."""
        room = self.channel.room
        if self.pending is not None:
            # The latest goes last, as the numbers in it depend on the others.
            self.latest = {key: frame for key, frame in (self.latest or {}).items() if key not in values} | dict(values)
        elif not self.connection.put_at_once(FrameBatch(*values.values())):
            for (kind, user), frame in values.items():
                self.connection.put_latest((kind, room, user), frame, room)

    def _wants(self, delivery: Delivery, replayed: bool) -> bool:
        is_own = delivery.origin == self.connection.id and not replayed
        return delivery.version > self.since and not is_own

    def _frame_of(self, delivery: Delivery) -> str:
        return delivery.frame if self.reading else delivery.activity


@dataclass(eq=False)
class RoomChannel:
    """A room's topic in this process: keeps its subscriptions, and sends them its versions in order, without gaps."""

    room: str
    replay: ReplaySource
    delivered: int | None = None
    known: int = 0
    # By the socket's id.
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    # Those that could not be written to at once lately.
    lagging: set[Subscription] = field(default_factory=set)
    _held: dict[int, Delivery] = field(default_factory=dict)
    _timer: asyncio.TimerHandle | None = None
    _replaying: asyncio.Task[None] | None = None
    presence: LatestPresence = field(default_factory=LatestPresence)
    _updates: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    update_count: int = 0
    _flush: asyncio.TimerHandle | None = None
    closed: bool = False
    _looked: float = 0.0
    _is_strained: bool = False

    def add(self, subscription: Subscription) -> None:
        self.subscriptions[subscription.connection.id] = subscription

    def discard(self, subscription: Subscription) -> None:
        self.lagging.discard(subscription)
        if self.subscriptions.get(subscription.connection.id) is subscription:
            del self.subscriptions[subscription.connection.id]

    @property
    def readers(self) -> list[Subscription]:
        return [subscription for subscription in self.subscriptions.values() if subscription.reading]

    @property
    def version(self) -> int:
        """The latest version that this process knows to exist."""
        return max(self.known, self.delivered or 0)

    def start_at(self, version: int) -> None:
        """The first look-up says where the room stands; later ones change nothing."""
        self.known = max(self.known, version)
        if self.delivered is None:
            self.delivered = version
            self._held = {number: delivery for number, delivery in self._held.items() if number > version}
            self._advance()

    def receive(self, deliveries: Sequence[Delivery]) -> None:
        """Take in versions from anywhere, in any order, any number of times; pass each on once, in order."""
        for delivery in deliveries:
            if self.delivered is None or delivery.version > self.delivered:
                self._held[delivery.version] = delivery
        if len(self._held) > MOST_HELD:
            self._held = {version: self._held[version] for version in sorted(self._held)[:MOST_HELD]}
        if self.delivered is not None:
            self._advance()

    def observe(self, version: int) -> None:
        """The database has `version`: what is still undelivered a moment later is missing."""
        self.known = max(self.known, version)
        if self.delivered is not None and version > self.delivered:
            asyncio.get_running_loop().call_later(HOLD_SECONDS, self._check, version)

    def update(self, kind: str, user: str, frame: str) -> None:
        """A latest value (typing, presence) about `user` for everybody else who reads the room; sent within 100 ms."""
        self.update_count += 1
        self._updates.pop((kind, user), None)  # the latest goes last, as the numbers in it depend on the others
        self._updates[kind, user] = self.update_count, frame
        if self._flush is None:
            self._flush = asyncio.get_running_loop().call_later(FLUSH_SECONDS, self._send_updates)

    async def wait_for_readers(self) -> None:
        """Wait, but not for long, while a tenth of a crowd is about to fall behind: more is said than they can read.

        A few slow readers make nobody wait.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + MOST_WAIT_SECONDS
        while self._strained(loop.time()) and loop.time() < deadline:  # noqa: ASYNC110 (they catch up in many ways)
            await asyncio.sleep(LOOK_SECONDS)

    def _strained(self, now: float) -> bool:
        if now - self._looked >= LOOK_SECONDS:
            self.lagging = {subscription for subscription in self.lagging if subscription.connection.is_half_full()}
            self._looked = now
            self._is_strained = len(self.lagging) >= max(LEAST_CROWD, len(self.subscriptions) / 10)
        return self._is_strained

    def close(self) -> None:
        """Nobody is left here."""
        self.closed = True
        for timer in (self._timer, self._flush):
            if timer is not None:
                timer.cancel()
        if self._replaying is not None:
            self._replaying.cancel()

    def _advance(self) -> None:
        while deliveries := self._next_deliveries():
            self.delivered = deliveries[-1].version
            origins = {delivery.origin for delivery in deliveries}
            authors = {self.subscriptions[origin] for origin in origins if origin in self.subscriptions}
            batch = DeliveryBatch(deliveries, authors)
            for subscription in self.subscriptions.values():
                subscription.take(batch)
        if not self._held:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(HOLD_SECONDS, self._ask_replay)

    def _next_deliveries(self) -> list[Delivery]:
        """What follows upon the delivered version without a gap, as much as makes a batch."""
        found, version, size = [], (self.delivered or 0) + 1, 0
        while size < RUN_SIZE and (delivery := self._held.pop(version, None)) is not None:
            found.append(delivery)
            version, size = version + 1, size + len(delivery.frame)
        return found

    def _check(self, version: int) -> None:
        if not self.closed and (self.delivered or 0) < version:
            self._ask_replay()

    def _ask_replay(self) -> None:
        self._timer = None
        if not self.closed and (self._replaying is None or self._replaying.done()):
            self._replaying = asyncio.ensure_future(self._replay())

    async def _replay(self) -> None:
        has_more, count = True, 0
        while has_more and not self.closed:
            try:
                found = await self.replay(self.room, self.delivered or 0)
            except Exception:
                logger.exception("A replay failed; the next poll will try again")
                return
            if found is None or self.closed:
                return
            count += len(found.deliveries)
            await self._deliver_replay(found, count)
            has_more = found.has_more

    async def _deliver_replay(self, found: Replay, count: int) -> None:
        """Everything up to `found.version` counts as delivered, whatever arrived while it was being read."""
        if found.version > (self.delivered or 0):
            for number, delivery in enumerate(found.deliveries, 1):
                self._deliver_missing(delivery)
                if number % REPLAY_STRIDE == 0:
                    await asyncio.sleep(0)
            self._end_replay(found, count)
            self.delivered = max(found.version, self.delivered or 0)
            self.known = max(self.known, found.version)
        self._held = {version: delivery for version, delivery in self._held.items() if version > found.version}
        self._advance()

    def _deliver_missing(self, delivery: Delivery) -> None:
        if delivery.version > (self.delivered or 0):
            self.delivered = delivery.version
            for subscription in self.subscriptions.values():
                subscription.deliver(delivery, True)

    def _end_replay(self, found: Replay, count: int) -> None:
        """Readers learn that it is over; of a jump watchers learn too, as they heard of nothing in it."""
        if found.has_more:
            return
        if found.resync:
            last: dict[str, object] = {"type": "resync", "room_id": self.room, "version": found.version}
        else:
            end = {"message_count": count, "version": found.version, "has_more": False}
            last = {"type": "catch_up_complete", "room_id": self.room, **end}
        self._tell_all(encode(last), found, self.subscriptions.values() if found.resync else self.readers)

    def _tell_all(self, last: str, found: Replay, subscriptions: Iterable[Subscription]) -> None:
        for subscription in subscriptions:
            if subscription.pending is None and subscription.since < found.version:
                subscription.connection.put(last, self.room)

    def _send_updates(self) -> None:
        self._flush = None
        updates, self._updates = self._updates, {}
        everything = FrameBatch(*[frame for _, frame in updates.values()])
        people, first = {user for _, user in updates}, min(number for number, _ in updates.values())
        for subscription in self.readers:
            connection = subscription.connection
            # Most of a crowd are told the same: in one piece, as a thousand may arrive within a second.
            takes_all = connection.user not in people and subscription.told < first and subscription.pending is None
            if not (takes_all and connection.put_at_once(everything)):
                self._tell_theirs(subscription, updates)

    def _tell_theirs(self, subscription: Subscription, updates: dict[tuple[str, str], tuple[int, str]]) -> None:
        user = subscription.connection.user
        wanted = {
            about: frame
            for about, (number, frame) in updates.items()
            if about[1] != user and number > subscription.told
        }
        if wanted:
            subscription.tell_latest(wanted)
