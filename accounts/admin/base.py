"""What every noun's page in admin shares: rows are written by the product's actions, and only by them."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin.bulk import BulkAdmin, bulk_action
from accounts.admin.forms import OperatorForm, PickedByTyping, sentence_of
from accounts.admin.paging import BoundedPaginator
from accounts.operators import Operator
from campfire.errors import CampfireError

# What Django's own filters of a column ask for.
FILTERS = {"exact", "gte", "lt", "isnull"}


class OperatorAdmin(BulkAdmin):
    """`create`, `update` and `remove` call actions. Where a noun has none of them, nobody has that permission."""

    form = OperatorForm
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
    actions: Any = ("delete_chosen",)
    delete_confirmation_template = "admin/confirm_delete.html"
    # What a list may be narrowed down by beside its filters: what links here do.
    narrowed_by: tuple[str, ...] = ()
    # What deleting one means, for the question on Django's page; without it there is no such page.
    removal = ""

    def create(self, operator: Operator, fields: dict[str, Any]) -> Model:
        """Make what the form describes. Raises `CampfireError`."""
        raise NotImplementedError

    def update(self, operator: Operator, row: Any, changes: dict[str, Any]) -> None:
        """Change what the form changed; `row` is as stored. Raises `CampfireError`."""
        raise NotImplementedError

    def remove(self, operator: Operator, row: Any) -> None:
        """Raises `CampfireError`."""
        raise NotImplementedError

    # ---- permissions: Django's, where there is an action ------------------------------------------------------

    def _can(self, verb: str) -> bool:
        return getattr(type(self), verb) is not getattr(OperatorAdmin, verb)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._can("create") and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._can("update") and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._can("remove") and super().has_delete_permission(request, obj)

    # ---- writing ----------------------------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"refusal": getattr(request, "refusal", None)})

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except CampfireError as error:
            # What was begun is rolled back. The form comes again and says why.
            request.refusal = error  # type: ignore[attr-defined]
            return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            # `obj` holds what was typed already.
            stored = self.model._default_manager.get(pk=obj.pk)  # noqa: SLF001
            changes = {name: form.cleaned_data[name] for name in form.changed_data}
            self.update(self.operator(request), stored, changes)
        else:
            obj.pk = self.create(self.operator(request), form.cleaned_data).pk

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing: what hangs on a row is the actions' business too."""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.remove(self.operator(request), obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_model(request, row)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        if not self.removal:
            raise Http404
        try:
            return super().delete_view(request, object_id, {"removal": self.removal})
        except CampfireError as error:
            self.message_user(request, sentence_of(error), messages.ERROR)
            return redirect(self.url("changelist"))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Only the rows themselves: Django would load all that hangs on them, a million messages of a room."""
        return [str(row) for row in objs], {}, set(), []

    @bulk_action("Delete", permission="delete", question="Delete these for good?")
    def delete_chosen(self, operator: Operator, row: Any) -> None:
        self.remove(operator, row)

    # ---- reading ---------------------------------------------------------------------------------------------

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Filters and links only. By any column Django would find, character by character, what no page shows."""
        name, _, rest = lookup.partition("__")
        if lookup in {getattr(filter_, "parameter_name", None) for filter_ in self.list_filter}:
            return True
        is_link = name in self.narrowed_by and rest == "id__exact"
        return is_link or (name in self.list_filter and rest in FILTERS)

    # ---- lists and pages --------------------------------------------------------------------------------------

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        row = self.get_object(request, object_id)
        context = {"buttons": row and self._buttons(request, row), "show_delete": bool(self.removal)}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def _buttons(self, request: HttpRequest, row: Any) -> list[tuple[str, str]]:
        """(name, label) of what can be done to `row` beside saving and deleting, which Django's form has."""
        may = {"change": self.has_change_permission(request, row), "delete": self.has_delete_permission(request, row)}
        if self.removal:
            may["delete"] = False
        return [
            (name, label)
            for act, name, label in self.get_actions(request).values()
            if may[act.allowed_permissions[0]] and self.applies(name, row)
        ]

    def applies(self, name: str, row: Any) -> bool:
        """Whether the action `name` would change anything of `row` as it is."""
        return True

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Without Django's buttons to add and change what a field refers to."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        for button in ("can_add_related", "can_change_related", "can_delete_related", "can_view_related"):
            if field is not None and hasattr(field.widget, button):
                setattr(field.widget, button, False)
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = PickedByTyping(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def link(model: str, pk: int, text: object) -> SafeString:
    """A link to a row's page, `model` being `app_model`. Its text is isolated: a name may run from right to left."""
    return format_html('<a href="{}"><bdi>{}</bdi></a>', reverse(f"admin:{model}_change", args=[pk]), text)


def links(pairs: Iterable[tuple[str, str, str]]) -> SafeString:
    """Links to lists: (model, query, text)."""
    anchors = [
        format_html('<a href="{}?{}">{}</a>', reverse(f"admin:{model}_changelist"), query, text)
        for model, query, text in pairs
    ]
    return SafeString(" · ".join(anchors))
