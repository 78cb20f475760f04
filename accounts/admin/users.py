"""People."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.access import account_for, is_open_to
from accounts.actions.privileges import set_privileges
from accounts.actions.sessions import end_sessions
from accounts.actions.users import PASSWORD_LENGTH, change_email, deactivate, reactivate, rename, set_password
from accounts.admin.base import OperatorAdmin, links
from accounts.admin.bulk import bulk_action
from accounts.admin.forms import OperatorForm
from accounts.admin.site import site
from accounts.models import Session, User
from accounts.names import name_key
from accounts.operators import Operator

PRIVILEGES = {"is_staff": "is_staff", "is_superuser": "is_superuser", "user_permissions": "permissions"}


class PersonForm(OperatorForm):
    named = {"password": "new_password"}

    new_password = forms.CharField(
        required=False,
        max_length=PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Setting a new password ends all of this person’s sessions. Leave blank to keep the current one.",
    )


if TYPE_CHECKING:
    ManyPermissions = forms.ModelMultipleChoiceField[Permission]
else:
    ManyPermissions = forms.ModelMultipleChoiceField


class PermissionsField(ManyPermissions):
    """Each by its own words, without app and model before them."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


@admin.register(User, site=site)
class UserAdmin(OperatorAdmin):
    """Accounts are changed and shut, never deleted: what people wrote stays. New people come by invitation."""

    form = PersonForm
    list_display = ["name", "email", "is_active", "is_staff", "is_superuser", "last_used", "created_at"]
    list_filter = ["is_active", "is_staff", "is_superuser", "created_at"]
    search_fields = ["name_key", "email"]
    search_help_text = "Name or email"
    ordering = ["name_key", "pk"]
    actions = ["deactivate", "reactivate", "end_sessions"]
    readonly_fields = ["uuid", "is_active", "last_login", "created_at", "belongs"]
    fieldsets = [
        (None, {"fields": ["name", "email", "is_active", "belongs"]}),
        ("Password", {"fields": ["new_password"]}),
        ("Administration", {"fields": ["is_staff", "is_superuser", "user_permissions"]}),
        ("Details", {"fields": ["uuid", "last_login", "created_at"]}),
    ]

    def update(self, operator: Operator, row: User, changes: dict[str, Any]) -> None:
        account = account_for(operator, row.uuid)
        if "name" in changes:
            rename(user=account, name=changes["name"])
        if "email" in changes:
            change_email(user=account, email=changes["email"] or "")
        if changes.get("new_password"):
            set_password(user=account, password=changes["new_password"])
        if privileges := {PRIVILEGES[name]: value for name, value in changes.items() if name in PRIVILEGES}:
            set_privileges(operator=operator, user=row.uuid, **privileges)

    @bulk_action("Deactivate", question="They are signed out everywhere and cannot sign in again. Their messages stay.")
    def deactivate(self, operator: Operator, row: User) -> None:
        deactivate(user=account_for(operator, row.uuid))

    @bulk_action("Reactivate")
    def reactivate(self, operator: Operator, row: User) -> None:
        reactivate(user=account_for(operator, row.uuid))

    @bulk_action("End all sessions", question="They are signed out on every device.")
    def end_sessions(self, operator: Operator, row: User) -> None:
        end_sessions(user=account_for(operator, row.uuid))

    def applies(self, name: str, row: User) -> bool:
        return row.is_active == (name != "reactivate")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or is_open_to(self.operator(request), obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if self.operator(request).user.is_superuser else [*fields, *PRIVILEGES]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        may_change = self.has_change_permission(request, obj)
        return [(title, options) for title, options in fieldsets if may_change or title != "Password"]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The permissions that mean something here: those for nouns of this site."""
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "user_permissions":
            field = PermissionsField(_permissions_here(), required=False, widget=forms.CheckboxSelectMultiple)
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        sessions = Session.objects.filter(user=OuterRef("pk")).order_by("-last_used_at")
        people: QuerySet[User] = super().get_queryset(request)
        return people.annotate(used=Subquery(sessions.values("last_used_at")[:1]))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """By the form under which names are compared."""
        return super().get_search_results(request, queryset, name_key(search_term))

    @admin.display(description="last use", empty_value="–")
    def last_used(self, user: User) -> Any:
        return getattr(user, "used", None)

    @admin.display(description="goes to")
    def belongs(self, user: User) -> SafeString:
        return links(
            [
                ("accounts_member", f"user__id__exact={user.pk}", "workspaces"),
                ("chat_membership", f"user__id__exact={user.pk}", "rooms"),
                ("chat_message", f"creator__id__exact={user.pk}", "messages"),
                ("accounts_session", f"user__id__exact={user.pk}", "sessions"),
                ("accounts_invitation", f"inviter__id__exact={user.pk}", "invitations"),
            ]
        )


def _permissions_here() -> QuerySet[Permission]:
    """Of each noun to see it, and what there is an action for."""
    wanted = []
    for model, page in site._registry.items():  # noqa: SLF001 -- Django has no other list of them
        assert isinstance(page, OperatorAdmin)
        verbs = ["view", *(verb for verb, method in VERBS.items() if page._can(method))]  # noqa: SLF001
        wanted += [(model._meta.app_label, f"{verb}_{model._meta.model_name}") for verb in verbs]  # noqa: SLF001
    permissions = Permission.objects.select_related("content_type").order_by("content_type", "pk")
    keys = [
        permission.pk
        for permission in permissions
        if (permission.content_type.app_label, permission.codename) in wanted
    ]
    return permissions.filter(pk__in=keys)


VERBS = {"add": "create", "change": "update", "delete": "remove"}
