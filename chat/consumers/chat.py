"""The socket: one for each tab, carrying all of a person's rooms (protocol: the socket)."""

import asyncio
import logging
from typing import Any
from uuid import uuid4

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings

from accounts.models import Session, User
from campfire.data.database import outage
from campfire.errors import CampfireError
from campfire.logs import context as log_context
from campfire.serving import draining
from chat.consumers.credentials import session_for
from chat.consumers.handlers import HANDLERS
from chat.consumers.limits import SocketLimits
from chat.consumers.welcome import Arrival, arrive
from chat.delivery.hubs import current_hub
from chat.realtime.codes import Close
from chat.realtime.connection import Connection, QueueLimits
from chat.realtime.direct_writer import EXTENSION
from chat.realtime.frames import Frame, decode, encode, ref_of
from chat.realtime.hub import Hub
from chat.realtime.room_channel import Subscription

logger = logging.getLogger(__name__)

CLOSING_SECONDS = 2
# Who has long not read will hardly read this either.
SLOW_CLOSING_SECONDS = 0.5
# How long a socket that may be dead has to answer before it gives way to a new one.
ANSWER_SECONDS = 2.0


class ChatConsumer(AsyncConsumer):
    """Reads frames one after the other and hands each to its noun's handler; the hub writes."""

    connection: Connection
    hub: Hub
    user: User
    limits: SocketLimits

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve one socket. It has no channel of its own: the hub has one for the whole process."""
        self.scope, self.base_send = scope, send
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            return

    async def dispatch(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "websocket.receive":
            await self.receive(message)
        elif kind == "websocket.connect":
            await self.connect()
        elif kind == "websocket.disconnect":
            await self.disconnect()

    async def connect(self) -> None:
        session = await self._session()
        if session is None or session.user is None:
            await self.send({"type": "websocket.close", "code": int(Close.REJECTED)})
            raise StopConsumer
        self.hub, self.user, self.limits = current_hub(), session.user, SocketLimits()
        self.connection = Connection(
            id=uuid4().hex,
            user=str(session.user.uuid),
            session=str(session.uuid),
            send=self.send_text,
            shut=self.shut,
            limits=QueueLimits(settings.QUEUE_FRAMES, settings.QUEUE_BYTES),
            last_heard=self.hub.loop.time(),
            expires_at=session.expire_date.timestamp(),
            opened=asyncio.Event(),
            writer=self.scope.get("extensions", {}).get(EXTENSION),
        )
        log_context.bind(socket=self.connection.id, person=self.connection.user)
        await self.send({"type": "websocket.accept"})
        try:
            await self._register(session)
        except Exception:
            logger.exception("A socket could not be opened; the client will reconnect")
            self.connection.close(Close.RESTARTING)

    async def _session(self) -> Session | None:
        """Who is there; nobody while the database cannot say."""
        try:
            return await session_for(self.scope)
        except Exception:
            logger.exception("A handshake could not be checked, so it was refused")
            return None

    async def _register(self, session: Session) -> None:
        if settings.RATE_LIMITS and not await self._may_open_another():
            self.connection.close(Close.TOO_MANY_SOCKETS)
            return
        await self.hub.add(self.connection)
        if draining.has_begun():
            # Whoever was at the door when the others were sent away.
            self.connection.close(Close.RESTARTING)
            return
        arrival = await arrive((session.pk, self.user.pk))
        if arrival is None:
            self.connection.close(Close.SESSION_ENDED)
            return
        self._watch(arrival)
        self.connection.open(encode(arrival.welcome(self.connection)))

    async def _may_open_another(self) -> bool:
        """Whether this person may have one more socket.

        Those of the same session that no longer answer give way: after a change of network nobody has closed them.
        """
        if self._count() < settings.SOCKETS_PER_PERSON:
            return True
        theirs = self.hub.connections_of(self.connection.user)
        same = [one for one in theirs if one.session == self.connection.session and not one.closed]
        there = await asyncio.gather(*(one.is_there(ANSWER_SECONDS) for one in same))
        for one, is_there in zip(same, there, strict=True):
            if not is_there:
                one.close(Close.SILENT)
        return self._count() < settings.SOCKETS_PER_PERSON

    def _count(self) -> int:
        return sum(not one.closed for one in self.hub.connections_of(self.connection.user))

    def _watch(self, arrival: Arrival) -> None:
        for room, membership, version in arrival.rooms:
            self.hub.watch(self.connection, room, membership, version)

    async def receive(self, message: dict[str, Any]) -> None:
        self.connection.last_heard = self.hub.loop.time()
        # Who does not keep up with what is said does not get to say more: a crowd that sends faster than it reads
        # slows down instead of being cut off.
        await self.connection.caught_up()
        if self.connection.closed:
            return
        text = message.get("text")
        if text is None:
            self.connection.finish(Close.BINARY)
        elif len(text) > settings.FRAME_BYTES or len(text.encode(errors="replace")) > settings.FRAME_BYTES:
            self.connection.finish(Close.TOO_LARGE)
        else:
            await self._answer(text)

    async def _answer(self, text: str) -> None:
        frame: Frame | None = None
        try:
            self.limits.charge_frame()
            frame = decode(text)
            await HANDLERS[type(frame)](self, frame)
        except CampfireError as error:
            self.refuse(error, frame.ref if frame else ref_of(text))
        except Exception as error:
            unavailable = outage(error)
            if unavailable is None:
                logger.exception("A frame of type %s failed", type(frame).__name__)
            self.refuse(unavailable or CampfireError(), frame.ref if frame else None)

    def refuse(self, error: CampfireError, ref: str | None) -> None:
        """Answer with an error frame; the socket stays open unless patience has run out."""
        self.put({"type": "error", **error.as_dict()}, ref)
        if self.limits.abused:
            self.connection.finish(Close.RATE_ABUSE)
        elif self.limits.is_tiresome(error):
            self.connection.finish(Close.BAD_FRAMES)

    def subscription(self, room: str) -> Subscription | None:
        """How this socket is in a room, if it is."""
        return self.hub.subscription(self.connection, room)

    def put(self, frame: dict[str, Any], ref: str | None = None, *, room: str | None = None) -> None:
        """Queue a direct answer; `ref` is the asking frame's."""
        self.connection.put(encode(frame if ref is None else {**frame, "ref": ref}), room)

    async def disconnect(self) -> None:
        if hasattr(self, "connection"):
            await self.hub.remove(self.connection)
        raise StopConsumer

    async def send_text(self, text: str) -> None:
        await self.send({"type": "websocket.send", "text": text})

    async def shut(self, code: int) -> None:
        """Close the socket. One whose reader has stopped takes no close frame: it is cut off, or left to the server."""
        patience = SLOW_CLOSING_SECONDS if code == Close.SLOW else CLOSING_SECONDS
        try:
            await asyncio.wait_for(self.send({"type": "websocket.close", "code": int(code)}), patience)
        except TimeoutError:
            if self.connection.writer is not None:
                self.connection.writer.abort()
        finally:
            await self.hub.remove(self.connection)
