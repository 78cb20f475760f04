"""Rooms."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin.base import OperatorAdmin, link, links
from accounts.admin.bulk import bulk_action
from accounts.admin.site import site
from accounts.operators import Operator
from chat.actions.rooms import delete_room, update_room
from chat.models import Membership, Room

DIRECT = "a direct conversation"
REMOVAL = "Deletes the room with all its messages, for everyone and permanently."


class ArchivedFilter(admin.SimpleListFilter):
    title, parameter_name = "status", "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "Active"), ("yes", "Archived")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = {"yes": queryset.exclude(archived_at=None), "no": queryset.filter(archived_at=None)}
        return wanted.get(self.value() or "", queryset)


def room_link(room: Room) -> SafeString:
    """A link to a room by its name."""
    return link("chat_room", room.pk, room.name or DIRECT)


class RoomList(ChangeList):
    """With the people of the direct conversations on a page, and of no others: there may be thousands in a room."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rooms: list[Room] = list(self.result_list)
        people = Membership.objects.select_related("user").order_by("pk")
        directs = [room for room in rooms if room.is_direct]
        prefetch_related_objects(directs, Prefetch("memberships", people, to_attr="members"))
        self.result_list = rooms


@admin.register(Room, site=site)
class RoomAdmin(OperatorAdmin):
    """Rooms are made in the chat, where their maker is in them. Direct conversations stay as they are."""

    list_display = ["title", "workspace", "kind", "archived_at", "messages_ever", "last_message_at", "created_at"]
    list_filter = ["kind", ArchivedFilter, "last_message_at", "created_at"]
    list_select_related = ["workspace"]
    narrowed_by = ("workspace",)
    search_fields = ["name", "topic"]
    search_help_text = "Name or topic"
    ordering = ["-pk"]
    actions = ["archive", "unarchive", "delete_rooms"]
    removal = REMOVAL
    readonly_fields = [
        "workspace_link", "creator_link", "holds", "archived_at", "messages_ever", "last_message_at", "created_at",
        "uuid", "version", "seq",
    ]  # fmt: skip
    fieldsets = [
        (None, {"fields": ["name", "topic", "kind", "workspace_link", "holds"]}),
        (
            "Details",
            {
                "fields": ["archived_at", "creator_link", "last_message_at", "created_at", "uuid", "version", "seq"],
            },
        ),
    ]

    def update(self, operator: Operator, row: Room, changes: dict[str, Any]) -> None:
        update_room(user=operator, room=row.uuid, **changes)

    def remove(self, operator: Operator, row: Room) -> None:
        delete_room(user=operator, room=row.uuid)

    @bulk_action("Archive", question="They disappear from everyone’s list, but their messages stay.")
    def archive(self, operator: Operator, row: Room) -> None:
        update_room(user=operator, room=row.uuid, archived=True)

    @bulk_action("Unarchive")
    def unarchive(self, operator: Operator, row: Room) -> None:
        update_room(user=operator, room=row.uuid, archived=False)

    @bulk_action("Delete", permission="delete", question=REMOVAL)
    def delete_rooms(self, operator: Operator, row: Room) -> None:
        self.remove(operator, row)

    def applies(self, name: str, row: Room) -> bool:
        return (row.archived_at is None) == (name != "unarchive")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.is_direct)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_direct)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A room never becomes a direct conversation."""
        kwargs["choices"] = [choice for choice in Room.Kind.choices if choice[0] != Room.Kind.DIRECT]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RoomList

    @admin.display(description="room", ordering="name")
    def title(self, room: Room) -> SafeString:
        """The name; of a direct conversation, who is in it."""
        members = getattr(room, "members", [])
        return format_html(
            "<bdi>{}</bdi>", room.name or ", ".join(str(membership.user) for membership in members) or DIRECT
        )

    @admin.display(description="messages", ordering="seq")
    def messages_ever(self, room: Room) -> int:
        return room.seq

    @admin.display(description="workspace")
    def workspace_link(self, room: Room) -> SafeString:
        return link("accounts_workspace", room.workspace_id, room.workspace)

    @admin.display(description="creator", empty_value="–")
    def creator_link(self, room: Room) -> SafeString | None:
        return link("accounts_user", room.creator.pk, room.creator) if room.creator else None

    @admin.display(description="holds")
    def holds(self, room: Room) -> SafeString:
        query = f"room__id__exact={room.pk}"
        return links([("chat_membership", query, "people"), ("chat_message", query, "messages")])
