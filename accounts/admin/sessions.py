"""Sessions: on what device, from where, since when; to be ended. Key and data never leave the database."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.access import account_for
from accounts.actions.sessions import end_session
from accounts.admin.base import OperatorAdmin, link
from accounts.admin.bulk import bulk_action
from accounts.admin.site import site
from accounts.models import Session
from accounts.operators import Operator


class ExpiredFilter(admin.SimpleListFilter):
    title, parameter_name = "status", "expired"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "Active"), ("yes", "Expired")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = timezone.now()
        wanted = {"no": queryset.filter(expire_date__gt=now), "yes": queryset.filter(expire_date__lte=now)}
        return wanted.get(self.value() or "", queryset)


@admin.register(Session, site=site)
class SessionAdmin(OperatorAdmin):
    """A list without pages of its rows: Django would put the key into their addresses. Here a row is its uuid."""

    list_display = ["person", "device", "address", "last_used_at", "created_at", "expire_date"]
    list_display_links = None
    list_filter = [ExpiredFilter, "last_used_at"]
    narrowed_by = ("user",)
    search_fields = ["user__name_key", "user__email", "device", "address"]
    search_help_text = "Person, device or address"
    ordering = ["-last_used_at"]
    sortable_by = ["last_used_at", "created_at", "expire_date"]
    actions = ["end"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        signed_in = super().get_queryset(request).filter(user__isnull=False)
        return signed_in.select_related("user").defer("session_data")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> None:
        """No page of one."""

    def remove(self, operator: Operator, row: Session) -> None:
        assert row.user is not None
        account_for(operator, row.user.uuid)
        end_session(session=row)

    @bulk_action("End", permission="delete", question="They are signed out on that device at once.")
    def end(self, operator: Operator, row: Session) -> None:
        self.remove(operator, row)

    def note(self, request: HttpRequest, row: Session, label: str) -> None:
        self.log_change(request, row.user, f"Ended the session on {row.device or 'an unknown device'}")

    def key_of(self, row: Session) -> str:
        return str(row.uuid)

    def action_checkbox(self, obj: Session) -> SafeString:
        return super().action_checkbox(_Named(obj))

    def chosen(self, keys: list[str]) -> list[str]:
        uuids = [key for key in keys if _is_uuid(key)]
        return list(Session.objects.filter(uuid__in=uuids).values_list("pk", flat=True))

    @admin.display(description="person", ordering="user__name_key")
    def person(self, session: Session) -> SafeString:
        assert session.user is not None
        return link("accounts_user", session.user.pk, session.user)


class _Named:
    """A session as the checkbox of its row names it."""

    def __init__(self, session: Session) -> None:
        self.pk, self.text = session.uuid, str(session)

    def __str__(self) -> str:
        return self.text


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
