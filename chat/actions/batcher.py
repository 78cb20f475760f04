"""Group commit: posts that arrive together, from sockets and REST alike, share one transaction.

One thread with a queue. While it commits, the next batch gathers. After the commit the events are published in order
of version and then the senders are answered, one call on each event loop.
"""

import asyncio
import logging
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from campfire.data.write_ahead_log import Checkpointer
from campfire.errors import CampfireError, Unavailable
from campfire.events import publish
from chat.actions.posting import Outcome, Post, Posted, write

logger = logging.getLogger(__name__)

LARGEST_BATCH = 200
IDLE_SECONDS = 2.0
ATTEMPTS = 2
# A second attempt is for a connection that has just broken; a database that makes us wait is not asked again.
QUICK_SECONDS = 1.0


@dataclass(slots=True)
class Waiting:
    """A post and whoever waits for it: an asyncio future with its loop, or a thread's future."""

    post: Post
    future: "asyncio.Future[Posted] | Future[Posted]"
    loop: asyncio.AbstractEventLoop | None

    def begin(self) -> bool:
        """Whether somebody still waits; from now on they are answered."""
        if isinstance(self.future, Future):
            return self.future.set_running_or_notify_cancel()
        return not self.future.done()


class Batcher:
    """The queue and its thread, which starts with the first post and ends when there have been none for a while."""

    def __init__(self) -> None:
        self._queue: deque[Waiting] = deque()
        self._changed = threading.Condition()
        self._running = False
        self._turns: dict[asyncio.AbstractEventLoop, list[Waiting]] = {}
        self._log = Checkpointer()

    def submit(self, post: Post) -> "Future[Posted]":
        """Queue `post` from a thread; the future holds what was stored or raises why not."""
        future: Future[Posted] = Future()
        self._put([Waiting(post, future, None)])
        return future

    def store(self, post: Post) -> Posted:
        """`submit`, and wait. `Unavailable` after `settings.STORING_SECONDS`: what waits is then not begun any more,
        what has begun may yet be stored, and the same client_message_id finds it.
        """
        future = self.submit(post)
        try:
            return future.result(settings.STORING_SECONDS)
        except TimeoutError:
            future.cancel()
            raise Unavailable(retry_after=1.0) from None

    async def submit_async(self, post: Post) -> Posted:
        """`store` from an event loop. What many sockets send in one turn of the loop is queued together."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Posted] = loop.create_future()
        turn = self._turns.get(loop)
        if turn is None:
            turn = self._turns[loop] = []
            loop.call_soon(self._end_turn, loop)
        turn.append(Waiting(post, future, loop))
        timer = loop.call_later(settings.STORING_SECONDS, _give_up, future)
        try:
            return await future
        finally:
            timer.cancel()

    def _end_turn(self, loop: asyncio.AbstractEventLoop) -> None:
        self._put(self._turns.pop(loop))

    def _put(self, waiting: list[Waiting]) -> None:
        with self._changed:
            self._queue.extend(waiting)
            self._changed.notify()
            if not self._running:
                # Where the system has no thread for us now, it may have one for the next who posts.
                threading.Thread(target=self._run, name="batcher", daemon=True).start()
                self._running = True

    def _run(self) -> None:
        try:
            while batch := self._gather():
                _work([waiting for waiting in batch if waiting.begin()])
                self._log.committed()
        except BaseException:
            with self._changed:
                self._running = False
            raise
        finally:
            connection.close()

    def _gather(self) -> list[Waiting]:
        """What waits now, at most a batch; nothing, and the thread is over, when idle."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._queue, IDLE_SECONDS):
                self._running = False
            return [self._queue.popleft() for _ in range(min(len(self._queue), LARGEST_BATCH))]


def _give_up(future: "asyncio.Future[Posted]") -> None:
    if not future.done():
        future.set_exception(Unavailable(retry_after=1.0))


def _work(batch: list[Waiting]) -> None:
    """Store a batch and answer it. Whatever goes wrong here, the thread lives on: everybody behind waits for it."""
    try:
        if batch:
            _settle(list(zip(batch, commit([waiting.post for waiting in batch]), strict=True)))
    except Exception:
        logger.exception("A batch of %d messages failed", len(batch))
        _answer([(waiting, CampfireError()) for waiting in batch])


def commit(posts: Sequence[Post]) -> list[Outcome]:
    """Store `posts`; never raises. A batch that fails unexpectedly is bisected, so that one bad post fails alone."""
    began = time.monotonic()
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return write(posts)
        except (OperationalError, InterfaceError):
            # The connection is gone or the database is busy. Whether the commit happened is not known: the second
            # attempt finds what the first one stored by its uuid.
            connection.close()
            if attempt == ATTEMPTS or time.monotonic() - began > QUICK_SECONDS:
                logger.exception("The database refused a batch of %d messages", len(posts))
                return [Unavailable(retry_after=1.0) for _ in posts]
        except Exception:
            if len(posts) == 1:
                logger.exception("A message could not be stored")
                return [CampfireError()]
            middle = len(posts) // 2
            return commit(posts[:middle]) + commit(posts[middle:])
    raise AssertionError("unreachable")


def _settle(answers: list[tuple[Waiting, Outcome]]) -> None:
    """Publish what was stored, in order of version, then answer, one call for each loop."""
    events = [outcome.event for _, outcome in answers if isinstance(outcome, Posted) and outcome.event]
    if events:
        publish(*sorted(events, key=lambda event: event.version))
    _answer(answers)


def _answer(answers: Sequence[tuple[Waiting, Outcome]]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Waiting, Outcome]]] = defaultdict(list)
    for waiting, outcome in answers:
        if waiting.loop is None:
            _resolve(waiting, outcome)
        else:
            by_loop[waiting.loop].append((waiting, outcome))
    for loop, theirs in by_loop.items():
        _call_on(loop, _resolve_all, theirs)


def _call_on(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *args: object) -> None:
    try:
        loop.call_soon_threadsafe(function, *args)
    except RuntimeError:
        logger.info("The results of a batch could not be reported: its event loop is closed")


def _resolve_all(answers: Iterable[tuple[Waiting, Outcome]]) -> None:
    for waiting, outcome in answers:
        _resolve(waiting, outcome)


def _resolve(waiting: Waiting, outcome: Outcome) -> None:
    future = waiting.future
    if future.done():
        return
    if isinstance(outcome, CampfireError):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


batcher = Batcher()
