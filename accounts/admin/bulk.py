"""Things done to chosen rows of a list, or to the one of a page: each by its action, in a transaction of its own."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html

from accounts.admin.forms import sentence_of
from accounts.operators import Operator
from campfire.errors import CampfireError

if TYPE_CHECKING:
    from accounts.admin.base import OperatorAdmin

AT_ONCE = 200

Act = Callable[[Any, Operator, Any], None]
Run = Callable[["OperatorAdmin", HttpRequest, Any], HttpResponse | None]


def bulk_action(label: str, *, permission: str = "change", question: str = "") -> Callable[[Act], Run]:
    """Make `act(admin, operator, row)` an action of a list, for those with `permission`.

    With a `question` it is asked first. An error of one row is shown and stops no other.
    """

    def decorate(act: Act) -> Run:
        @admin.action(description=label, permissions=[permission])
        @wraps(act)
        def run(self: "OperatorAdmin", request: HttpRequest, queryset: Any) -> HttpResponse | None:
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


def _do(owner: "OperatorAdmin", request: HttpRequest, row: Any, act: Act, label: str) -> bool:
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
    owner: "OperatorAdmin", request: HttpRequest, rows: Sequence[Any], name: str, label: str, question: str
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
