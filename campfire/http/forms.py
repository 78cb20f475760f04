"""What forms of pages and of admin share: they hold no rules, so what an action refuses comes back to their fields."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext

from campfire.errors import CampfireError


def put_errors(
    form: forms.BaseForm, error: CampfireError, *, named: Mapping[str, str] | None = None, otherwise: str | None = None
) -> None:
    """Show what an action refused beside the fields it is about, else above them.

    `named` are fields that the action calls otherwise; `otherwise` is the field for an error that is about none.
    """
    for name, sentences in (error.errors or {}).items():
        field = (named or {}).get(name, name)
        for sentence in sentences:
            form.add_error(field if field in form.fields else None, gettext(sentence))
    if not error.errors:
        form.add_error(otherwise, gettext(error.message))
