"""Bringing in what was said elsewhere: many messages at once, numbered by the same clock.

A line is known by its file's SHA-256 and its number, so an import can be repeated, or taken up where it broke off:
`client_message_id` is made of the two and is unique for each room and sender.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction

from accounts.models import Member, User, Workspace
from accounts.names import name_key
from accounts.roles import Role
from campfire.errors import Conflict
from chat.actions.locking import lock_room
from chat.models import Message, Room
from chat.rules.markdown import render_markdown

BATCH = 2000

Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a file: its `number` (from 1), when it was said, by whom, and what."""

    number: int
    at: datetime
    name: str
    content: str


def import_messages(
    *, room: Room, lines: Sequence[Line], file_hash: str, progress: Progress = lambda count: None
) -> int:
    """Store `lines` in `room`, sorted by time with the file's order kept on ties; returns how many were new.

    The room must be empty but for lines of this very file, else `Conflict`. Unknown names become inactive people
    without an email address. `progress` is told how many lines each batch has dealt with. Imported messages count as
    read, and mention nobody.
    """
    ordered = sorted(lines, key=lambda line: line.at)
    keys = {line.number: line_key(file_hash, line.number) for line in ordered}
    known = _known(room, set(keys.values()))
    progress(len(known))
    missing = [line for line in ordered if keys[line.number] not in known]
    people = _people(room.workspace, {line.name for line in missing})
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        _store(room.pk, [(line, people[line.name], keys[line.number]) for line in batch])
        progress(len(batch))
    return len(missing)


def line_key(file_hash: str, number: int) -> UUID:
    """The `client_message_id` of a line."""
    return uuid5(NAMESPACE_URL, f"import:{file_hash}:{number}")


def _known(room: Room, keys: set[UUID]) -> set[UUID]:
    """What is there of this file already; anything else in the room is in the way."""
    there = set(room.messages.values_list("client_message_id", flat=True))
    if there - keys:
        raise Conflict(f"The room “{room.name}” is not empty. Import into an empty room.")
    return there


def _people(workspace: Workspace, names: set[str]) -> dict[str, int]:
    """Row ids by name: people of the workspace where the name is known, new inactive ones where it is not."""
    with transaction.atomic():
        rows = User.objects.filter(workspaces=workspace).order_by("-pk").values_list("name_key", "pk")
        known = dict(rows)
        unknown = {name_key(name): name for name in sorted(names) if name_key(name) not in known}
        made = User.objects.bulk_create(
            [User(name=name, name_key=key, is_active=False, password="!") for key, name in unknown.items()],  # noqa: S106
            batch_size=BATCH,
        )
        Member.objects.bulk_create(
            [Member(workspace=workspace, user=user, role=Role.MEMBER) for user in made], batch_size=BATCH
        )
    known |= {user.name_key: user.pk for user in made}
    return {name: known[name_key(name)] for name in names}


def _store(room_id: int, batch: Sequence[tuple[Line, int, UUID]]) -> None:
    with transaction.atomic():
        room = lock_room(room_id)
        messages = []
        for line, creator, key in batch:
            room.seq += 1
            version = room.take_version()
            messages.append(
                Message(
                    room=room,
                    creator_id=creator,
                    client_message_id=key,
                    seq=room.seq,
                    created_version=version,
                    version=version,
                    content=line.content,
                    html=render_markdown(line.content).html,
                    created_at=line.at,
                )
            )
        Message.objects.bulk_create(messages, batch_size=500)
        room.last_message_at = batch[-1][0].at
        # A change of the room itself: who counted the messages one by one asks again and learns that they are read.
        room.changed_version = room.take_version()
        room.save(update_fields=["seq", "version", "changed_version", "last_message_at"])
        room.memberships.update(last_read_seq=room.seq)
