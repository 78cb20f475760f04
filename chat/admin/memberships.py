"""Who is in which room."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.admin.base import OperatorAdmin, link
from accounts.admin.bulk import bulk_action
from accounts.admin.site import site
from accounts.models import User
from accounts.names import name_key
from accounts.operators import Operator
from chat.actions.memberships import add_member, remove_member, update_membership
from chat.admin.rooms import room_link
from chat.models import Membership

REMOVAL = "They are removed from the room at once. Their messages stay."
SETTINGS = ("involvement", "starred", "muted_until")
NAMESAKES = 200


@admin.register(Membership, site=site)
class MembershipAdmin(OperatorAdmin):
    """A person in a room. What they chose for it can be set for them; direct conversations keep their people."""

    list_display = ["person", "room_link", "involvement", "created_at"]
    list_display_links = ["involvement"]
    list_select_related = ["user", "room"]
    narrowed_by = ("room", "user")
    search_fields = ["user__name_key"]
    search_help_text = "Name or email"
    autocomplete_fields = ["room", "user"]
    sortable_by = ()
    actions = ["remove_chosen"]
    removal = REMOVAL

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("person", "room_link", *SETTINGS, "last_read_seq", "created_at") if obj else ("room", "user")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("person", "room_link", "last_read_seq", "created_at") if obj else ()

    def create(self, operator: Operator, fields: dict[str, Any]) -> Membership:
        return add_member(user=operator, room=fields["room"].uuid, person=fields["user"].uuid)

    def update(self, operator: Operator, row: Membership, changes: dict[str, Any]) -> None:
        update_membership(user=row.user, room=row.room.uuid, **changes)

    def remove(self, operator: Operator, row: Membership) -> None:
        remove_member(user=operator, room=row.room.uuid, person=row.user.uuid)

    @bulk_action("Remove from the room", permission="delete", question=REMOVAL)
    def remove_chosen(self, operator: Operator, row: Membership) -> None:
        self.remove(operator, row)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Along the index that the list is narrowed down by."""
        return ("user_id",) if "room__id__exact" in request.GET else ("-pk",)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """People first, then their memberships by index: joined, every membership would be compared."""
        if not search_term.strip():
            return queryset, False
        key = name_key(search_term)
        people = User.objects.filter(name_key__contains=key) | User.objects.filter(email__contains=key)
        found = list(people.order_by("pk").values_list("pk", flat=True)[:NAMESAKES])
        return queryset.filter(user__in=found), False

    @admin.display(description="person")
    def person(self, membership: Membership) -> SafeString:
        return link("accounts_user", membership.user_id, membership.user)

    @admin.display(description="room")
    def room_link(self, membership: Membership) -> SafeString:
        return room_link(membership.room)
