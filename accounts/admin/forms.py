"""Forms hold no rules: what an action refuses comes back to its fields."""

from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect

from campfire.errors import CampfireError
from campfire.http.forms import put_errors


class OperatorForm(forms.ModelForm[Any]):
    """`refusal` is what the action said the first time this was sent; `named` are fields called otherwise there."""

    refusal: ClassVar[CampfireError | None] = None
    named: ClassVar[dict[str, str]] = {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.refusal is not None:
            put_errors(self, self.refusal, named=self.named)
        return cleaned


class PickedByTyping(AutocompleteSelect):
    """Django's field for one of thousands; what was sent and can be no row shows as nothing, instead of failing."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        return super().optgroups(name, [key for key in value if is_key(str(key))], attrs)


def is_key(text: str) -> bool:
    """Whether `text` could be the primary key of a row: a number that the database can hold."""
    return text.isascii() and text.isdigit() and len(text) < 19


def sentence_of(error: CampfireError) -> str:
    """An expected error in one line."""
    return " ".join(
        sentence for sentences in (error.errors or {"": [error.message]}).values() for sentence in sentences
    )
