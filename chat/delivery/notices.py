"""What people are shown of one another, as frames: hints between two looks at REST, which is the truth."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from accounts.access import people_who_see
from accounts.models import AccessChange as Row
from accounts.models import Member, User, Workspace
from accounts.payloads import user_payload
from accounts.roles import Role
from chat.models import Membership
from chat.payloads import membership_payload
from chat.queries.unread import counted
from chat.realtime.frames import encode
from chat.realtime.hub_queries import AccessChange, Notice


def notice_of(change: AccessChange) -> Notice | None:
    """The frame that tells of `change`, as things are now, and whom; None where nothing is left to tell."""
    return _NOTICES[change.kind](change)


def _membership(change: AccessChange) -> Notice | None:
    for found in counted(Membership.objects.filter(pk=change.membership)):
        payload = membership_payload(found.membership, unread=found.unread, mentions=found.mentions)
        frame = {"type": "membership_updated", "room_id": change.room, "membership": payload}
        return Notice(encode(frame), frozenset({change.user}), room=change.room)
    return None


def _user(change: AccessChange) -> Notice | None:
    user = User.objects.filter(uuid=change.user).first()
    return _notice({"type": "user_updated", "user": user_payload(user)}, people_who_see(user)) if user else None


def _workspace(change: AccessChange) -> Notice | None:
    workspace = Workspace.objects.filter(uuid=change.workspace).first()
    if workspace is None:
        return None
    about = {"id": str(workspace.uuid), "name": workspace.name}
    return _notice({"type": "workspace_updated", "workspace": about}, workspace.people.all())


def _joined(change: AccessChange) -> Notice | None:
    member = _member(change)
    if member is None:
        return None
    about = {"workspace_id": change.workspace, "user": user_payload(member.user)}
    return _notice({"type": "user_joined_workspace", **about}, _who_see(member))


def _role(change: AccessChange) -> Notice | None:
    member = _member(change)
    if member is None:
        return None
    about = {"workspace_id": change.workspace, "user_id": change.user, "role": member.role}
    return _notice({"type": "member_updated", **about}, _who_see(member))


def _left(change: AccessChange) -> Notice | None:
    about = {"workspace_id": change.workspace, "user_id": change.user}
    members = Member.objects.filter(workspace__uuid=change.workspace).exclude(role=Role.GUEST)
    notice = _notice({"type": "user_left_workspace", **about}, User.objects.filter(pk__in=members.values("user")))
    return Notice(notice.frame, notice.people | {change.user})


def _member(change: AccessChange) -> Member | None:
    members = Member.objects.filter(user__uuid=change.user, workspace__uuid=change.workspace)
    return members.select_related("user").first()


def _who_see(member: Member) -> QuerySet[User]:
    return people_who_see(member.user).filter(members__workspace=member.workspace_id)


def _notice(frame: dict[str, Any], people: QuerySet[User]) -> Notice:
    return Notice(encode(frame), frozenset(str(uuid) for uuid in people.values_list("uuid", flat=True)))


_NOTICES: dict[str, Callable[[AccessChange], Notice | None]] = {
    Row.Kind.MEMBERSHIP_UPDATED: _membership,
    Row.Kind.USER_UPDATED: _user,
    Row.Kind.WORKSPACE_UPDATED: _workspace,
    Row.Kind.WORKSPACE_JOINED: _joined,
    Row.Kind.WORKSPACE_LEFT: _left,
    Row.Kind.ROLE_CHANGED: _role,
}
