"""Things done to chosen rows of a list, or to the one of a page: each by its action, in a transaction of its own."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from accounts.admin.forms import is_key, sentence_of
from accounts.models import User
from accounts.operators import Operator
from campfire.errors import CampfireError

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

AT_ONCE = 200

Act = Callable[[Any, Operator, Any], None]
Run = Callable[["BulkAdmin", HttpRequest, Any], HttpResponse | None]


class BulkAdmin(ModelAdmin):
    """Lists whose rows can be chosen, and pages with a button for each of their actions."""

    def operator(self, request: HttpRequest) -> Operator:
        """Who is at work."""
        assert isinstance(request.user, User)
        return Operator(request.user)

    def note(self, request: HttpRequest, row: Any, label: str) -> None:
        """Enter what is done to `row` in Django's history."""
        self.log_change(request, row, label)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With the keys of those rows, as Django wants them, that were chosen; what chooses none is left out."""
        if request.method == "POST":
            posted = request.POST.copy()
            posted.setlist(ACTION_CHECKBOX_NAME, self.chosen(posted.getlist(ACTION_CHECKBOX_NAME)))
            request.POST = posted  # type: ignore[assignment]
        return super().changelist_view(request, extra_context)

    def chosen(self, keys: list[str]) -> list[str]:
        """The primary keys of rows called `keys` in a form."""
        return [key for key in keys if is_key(key)]

    def key_of(self, row: Any) -> str:
        """What a row is called in forms."""
        return str(row.pk)

    def after_action(self, request: HttpRequest, rows: list[Any]) -> HttpResponse | None:
        """Back to the row's page, if that is where it was asked for."""
        return redirect(self.url("change", rows[0].pk)) if request.POST.get("stay") and rows else None

    def url(self, page: str, *args: Any) -> str:
        """The address of one of this noun's pages."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)


def bulk_action(label: str, *, permission: str = "change", question: str = "") -> Callable[[Act], Run]:
    """Make `act(admin, operator, row)` an action of a list, for those with `permission`.

    With a `question` it is asked first. An error of one row is shown and stops no other.
    """

    def decorate(act: Act) -> Run:
        @admin.action(description=label, permissions=[permission])
        @wraps(act)
        def run(self: BulkAdmin, request: HttpRequest, queryset: Any) -> HttpResponse | None:
            rows = list(queryset[: AT_ONCE + 1])
            if len(rows) > AT_ONCE:
                self.message_user(request, f"At most {AT_ONCE} at once. Nothing was changed.", messages.ERROR)
                return None
            if question and request.POST.get("post") != "yes":
                return _ask(self, request, rows, act.__name__, label, question)
            done = [row for row in rows if _do(self, request, row, act, label)]
            if done:
                self.message_user(request, f"{label}: done ({len(done)}).", messages.SUCCESS)
            return self.after_action(request, rows)

        return run

    return decorate


def _do(owner: BulkAdmin, request: HttpRequest, row: Any, act: Act, label: str) -> bool:
    """Whether it was done."""
    name = str(row)
    try:
        with transaction.atomic():
            owner.note(request, row, label)
            act(owner, owner.operator(request), row)
    except CampfireError as error:
        owner.message_user(request, format_html("<bdi>{}</bdi>: {}", name, sentence_of(error)), messages.ERROR)
        return False
    return True


def _ask(
    owner: BulkAdmin, request: HttpRequest, rows: Sequence[Any], name: str, label: str, question: str
) -> TemplateResponse:
    context = {
        **owner.admin_site.each_context(request),
        "title": label,
        "question": question,
        "chosen": [(owner.key_of(row), row) for row in rows],
        "action": name,
        "checkbox": ACTION_CHECKBOX_NAME,
        "stay": request.POST.get("stay", ""),
        "opts": owner.opts,
    }
    return TemplateResponse(request, "admin/confirm.html", context)
