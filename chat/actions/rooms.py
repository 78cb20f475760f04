"""Making, changing and deleting rooms."""

import hashlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import AccessChange, Member, User, Workspace
from accounts.operators import Actor
from accounts.roles import Role, sees_open_rooms
from campfire.errors import Conflict, Forbidden, InvalidFrame, NotFound
from campfire.events import publish_on_commit
from chat.access import may_change
from chat.actions.clearing import clear_room
from chat.actions.locking import lock_room, lock_room_for
from chat.actions.memberships import admit, person_in
from chat.events import RoomDeleted, RoomUpdated
from chat.models import Epoch, Membership, Room
from chat.models.rooms import NAME_LENGTH, TOPIC_LENGTH
from chat.payloads import room_payload
from chat.rules.content import check_text

LARGEST_DIRECT = 50


def create_room(
    *, user: User, workspace: UUID, name: str, kind: str, topic: str = "", members: Iterable[UUID] = ()
) -> Room:
    """Make an open or closed room with `user` and `members` (of the same workspace) in it.

    Raises `NotFound` (workspace or a member), `Forbidden` for guests, `InvalidFrame` for name, topic or kind.
    """
    name, topic = _clean(name), _clean(topic)
    _check_fields(name=name, topic=topic, kind=kind)
    home = _workspace_of(user, workspace)
    with transaction.atomic():
        room = Room.objects.create(workspace=home, name=name, topic=topic, kind=kind, creator=user)
        people = {person_in(home.pk, member) for member in members} | {user}
        _admit_all(room, people)
    return room


def open_direct(*, user: User, people: Iterable[UUID]) -> tuple[Room, bool]:
    """The one direct room of exactly `user` and `people`, and whether it was made now.

    All must share a workspace; a guest reaches only people of their rooms. Raises `NotFound`, `InvalidFrame`.
    """
    others = [_reachable(user, person) for person in sorted({*people} - {user.uuid})]
    if len(others) >= LARGEST_DIRECT:
        raise InvalidFrame(errors={"user_ids": [f"At most {LARGEST_DIRECT - 1} people."]})
    everybody = [user, *others]
    key = direct_key([person.pk for person in everybody])
    home = _home_of_direct(everybody, key)
    with transaction.atomic():
        Workspace.objects.select_for_update(no_key=True).get(pk=home.pk)
        room, created = Room.objects.get_or_create(
            workspace=home,
            direct_key=key,
            defaults={
                "kind": Room.Kind.DIRECT,
                "creator": user,
                "direct_people": sorted(person.pk for person in everybody),
            },
        )
        there = set() if created else set(lock_room(room.pk).people.all())
        # Who left the workspace and came back finds the conversation they had.
        _admit_all(room, set(everybody) - there)
    return room, created


def _admit_all(room: Room, people: Iterable[User]) -> None:
    """In order of row id, so that two rooms made at once never wait for one another."""
    for person in sorted(people, key=lambda person: person.pk):
        admit(room, person)


def direct_key(people: Iterable[int]) -> str:
    """What makes the direct room of an exact set of people unique: SHA-256 of their sorted row ids."""
    return hashlib.sha256(",".join(str(pk) for pk in sorted(set(people))).encode()).hexdigest()


def update_room(
    *,
    user: Actor,
    room: UUID,
    name: str | None = None,
    topic: str | None = None,
    kind: str | None = None,
    archived: bool | None = None,
) -> dict[str, Any]:
    """Rename a room, set its topic, open or close it, archive it or bring it back; returns it on the wire.

    For its creator and admins. Takes one version, none if nothing changes. Raises `NotFound`, `Forbidden`,
    `InvalidFrame`, and `Conflict` for a direct room, which stays as it is.
    """
    with transaction.atomic():
        locked = lock_room_for(user, room)
        _check_not_direct(locked)
        _check_may_change(user, locked)
        changes = _changes(locked, name, topic, kind, archived)
        if changes:
            for field, value in changes.items():
                setattr(locked, field, value)
            locked.changed_version = locked.take_version()
            locked.save(update_fields=[*changes, "version", "changed_version"])
        payload = room_payload(locked, epoch=Epoch.current())
        if changes:
            publish_on_commit(RoomUpdated(str(room), locked.version, payload))
    return payload


def delete_room(*, user: Actor, room: UUID) -> None:
    """Remove a room with all that was said in it. For its creator and admins; directs stay: `Conflict`.

    From the commit on it is not there for anybody. The rows of its messages go by and by (`clear_room`): a million of
    them in one transaction would keep everybody else from writing for half a minute.
    """
    with transaction.atomic():
        locked = lock_room_for(user, room)
        _check_not_direct(locked)
        _check_may_change(user, locked)
        memberships = Membership.objects.filter(room=locked)
        memberships._raw_delete(memberships.db)  # noqa: SLF001
        locked.deleted_at = timezone.now()
        locked.save(update_fields=["deleted_at"])
        clear_room.enqueue(room=locked.pk)
        AccessChange.objects.create(kind=AccessChange.Kind.ROOM_DELETED, room=room)
        publish_on_commit(RoomDeleted(str(room)))


def _check_not_direct(room: Room) -> None:
    """A direct conversation never becomes an open or closed room."""
    if room.is_direct:
        raise Conflict("Direct conversations cannot be changed or deleted.")


def _check_may_change(user: Actor, room: Room) -> None:
    if not may_change(user, room, room.creator_id):
        raise Forbidden("Only the room's creator or an admin can do that.")


def _changes(
    room: Room, name: str | None, topic: str | None, kind: str | None, archived: bool | None
) -> dict[str, Any]:
    """The fields that would really change, checked."""
    wanted: dict[str, Any] = {
        "name": room.name if name is None else _clean(name),
        "topic": room.topic if topic is None else _clean(topic),
        "kind": room.kind if kind is None else kind,
    }
    _check_fields(**wanted)
    if archived is not None and archived != (room.archived_at is not None):
        wanted["archived_at"] = timezone.now() if archived else None
    return {field: value for field, value in wanted.items() if getattr(room, field) != value}


def _clean(text: str) -> str:
    return " ".join(check_text(text).split())


def _check_fields(*, name: str, topic: str, kind: str) -> None:
    errors: dict[str, list[str]] = {}
    if not 1 <= len(name) <= NAME_LENGTH:
        errors["name"] = [f"Between 1 and {NAME_LENGTH} characters."]
    if len(topic) > TOPIC_LENGTH:
        errors["topic"] = [f"At most {TOPIC_LENGTH} characters."]
    if kind not in (Room.Kind.OPEN, Room.Kind.CLOSED):
        errors["kind"] = ["Must be open or closed."]
    if errors:
        raise InvalidFrame(errors=errors)


def _workspace_of(user: User, workspace: UUID) -> Workspace:
    member = Member.objects.filter(user=user, workspace__uuid=workspace).select_related("workspace").first()
    if member is None:
        raise NotFound("This workspace does not exist, or you are not a member of it.")
    if not sees_open_rooms(member.role):
        raise Forbidden("Guests cannot create rooms.")
    return member.workspace


def _reachable(user: User, person: UUID) -> User:
    """Somebody `user` may write to: of a workspace where `user` is no guest, or of a room they share."""
    workspaces = user.members.exclude(role=Role.GUEST).values("workspace")
    people = User.objects.filter(uuid=person, is_active=True)
    found = people.filter(members__workspace__in=workspaces).first()
    found = found or people.filter(memberships__room__in=user.memberships.values("room")).first()
    if found is None:
        raise NotFound("This person does not exist, or you cannot see them.")
    return found


def _home_of_direct(people: list[User], key: str) -> Workspace:
    """The workspace that all `people` share; of several the one where they talk already, or the oldest."""
    workspaces = Workspace.objects.all()
    for person in people:
        workspaces = workspaces.filter(members__user=person)
    found = workspaces.filter(rooms__direct_key=key).order_by("pk").first() or workspaces.order_by("pk").first()
    if found is None:
        raise NotFound("These people do not share a workspace.")
    return found
