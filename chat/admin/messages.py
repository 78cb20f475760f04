"""Messages: read and deleted, never written. What is said in direct conversations is not for operators' eyes."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin.base import OperatorAdmin, link
from accounts.admin.bulk import bulk_action
from accounts.admin.forms import is_key
from accounts.admin.site import site
from accounts.operators import Operator
from campfire.errors import InvalidFrame
from chat.actions.messages import delete_message
from chat.admin.rooms import room_link
from chat.models import Message, Revision
from chat.queries.search import found_for

if TYPE_CHECKING:
    RevisionTable = admin.TabularInline[Revision, Message]
else:
    RevisionTable = admin.TabularInline

EXCERPT = 120
HIDDEN = "(in a direct conversation)"
DELETED = "(deleted)"
REMOVAL = "Deletes its text and earlier versions, for everyone and permanently."


class DeletedFilter(admin.SimpleListFilter):
    title, parameter_name = "status", "deleted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "Not deleted"), ("yes", "Deleted")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = {"yes": queryset.filter(deleted_at__isnull=False), "no": queryset.filter(deleted_at=None)}
        return wanted.get(self.value() or "", queryset)


class ArrivedFilter(admin.SimpleListFilter):
    """By when a message was stored, which its uuid (version 7) says, and an index knows."""

    title, parameter_name = "arrival", "arrived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "The last 24 hours"), ("7", "The last 7 days"), ("30", "The last 30 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        days = self.value()
        if days not in {"1", "7", "30"}:
            return queryset
        return queryset.filter(uuid__gte=earliest_id(timezone.now() - timedelta(days=int(days))))


def earliest_id(moment: datetime) -> UUID:
    """The least UUIDv7 of this moment: 48 bits of milliseconds, then the rest."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


class RevisionInline(RevisionTable):
    """What a message said before."""

    model = Revision
    fields = readonly_fields = ("created_at", "editor", "content")
    extra = max_num = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Revision]:
        revisions: QuerySet[Revision] = super().get_queryset(request)
        return revisions.select_related("editor")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("chat.view_message") or request.user.has_perm("chat.change_message")


@admin.register(Message, site=site)
class MessageAdmin(OperatorAdmin):
    list_display = ["number", "room_link", "author", "excerpt", "created_at", "deleted_at"]
    list_filter = [DeletedFilter, ArrivedFilter]
    list_select_related = ["room", "creator"]
    narrowed_by = ("room", "creator")
    search_fields = ["content"]
    search_help_text = "Words of at least three characters. Shows the newest 500 matches."
    sortable_by = ()
    actions = ["delete_chosen_messages"]
    removal = REMOVAL
    fields = readonly_fields = (
        "room_link", "author", "text", "created_at", "edited_at", "deleted_at",
        "uuid", "seq", "version", "created_version", "client_message_id",
    )  # fmt: skip

    def remove(self, operator: Operator, row: Message) -> None:
        delete_message(user=operator, message=row.uuid)

    @bulk_action("Delete", permission="delete", question=REMOVAL)
    def delete_chosen_messages(self, operator: Operator, row: Message) -> None:
        self.remove(operator, row)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        there = super().get_queryset(request).filter(room__deleted_at=None)
        return there.select_related("room", "creator").defer("html")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Along the index that the list is narrowed down by."""
        if "arrived" in request.GET:
            return ("-uuid",)
        if request.GET.get("deleted") == "yes":
            return ("-deleted_at",)
        return ("-seq",) if "room__id__exact" in request.GET else ("-pk",)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """By the product's own full-text index."""
        if not search_term.strip():
            return queryset, False
        room = request.GET.get("room__id__exact", "")
        try:
            room_id = int(room) if is_key(room) else None
            found = found_for(self.operator(request), search_term, room_id=room_id)
        except InvalidFrame as error:
            self.message_user(request, error.message, messages.WARNING)
            return queryset.none(), False
        return queryset.filter(pk__in=found), False

    def get_inlines(self, request: HttpRequest, obj: Any) -> tuple[type[RevisionInline], ...]:
        return () if obj is None or obj.room.is_direct else (RevisionInline,)

    @admin.display(description="number")
    def number(self, message: Message) -> str:
        return str(message)

    @admin.display(description="room")
    def room_link(self, message: Message) -> SafeString:
        return room_link(message.room)

    @admin.display(description="author")
    def author(self, message: Message) -> SafeString:
        return link("accounts_user", message.creator_id, message.creator)

    @admin.display(description="text")
    def excerpt(self, message: Message) -> SafeString:
        text = self._text(message)
        return format_html("<bdi>{}</bdi>", text[:EXCERPT] + ("…" if len(text) > EXCERPT else ""))

    @admin.display(description="text")
    def text(self, message: Message) -> SafeString:
        return format_html('<div class="message-text" dir="auto">{}</div>', self._text(message))

    def _text(self, message: Message) -> str:
        if message.deleted_at is not None:
            return DELETED
        return HIDDEN if message.room.is_direct else message.content
