"""Removing what was said in a deleted room: a piece at a time, so that nobody waits long for the database."""

import time

from django.db import transaction
from django_tasks import task

from chat.models import Mention, Message, Revision, Room

# About 40 ms each on SQLite, where nobody else writes meanwhile; as long again it is everybody else's turn.
PIECE = 1000
# Well below what a task may take (campfire/tasks.py); the rest is a task of its own.
TURN_SECONDS = 60.0


@task()
def clear_room(*, room: int) -> None:
    """Remove all messages of a deleted room, by row id, and then the room. Repeating it does no harm."""
    if not Room.everything.filter(pk=room).exclude(deleted_at=None).exists():
        return
    began = time.monotonic()
    while took := _remove_piece(room):
        if time.monotonic() - began > TURN_SECONDS:
            clear_room.enqueue(room=room)
            return
        time.sleep(took)
    Room.everything.filter(pk=room).delete()


def _remove_piece(room: int) -> float:
    """How many seconds it took, 0 if nothing was left."""
    began = time.monotonic()
    with transaction.atomic():
        messages = list(Message.objects.filter(room=room).order_by("seq").values_list("pk", flat=True)[:PIECE])
        # Row by row through the ORM would load every one of them.
        for rows in (
            Mention.objects.filter(message__in=messages),
            Revision.objects.filter(message__in=messages),
            Message.objects.filter(pk__in=messages),
        ):
            rows._raw_delete(rows.db)  # noqa: SLF001
    return time.monotonic() - began if messages else 0.0
