"""Somebody at work in Django admin, as tests drive them: lists, forms and buttons over HTTP."""

from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.db.models import Model
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import browser


class AtWork:
    """A browser of `user` in admin. Rows are models' instances, `noun` is a model."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.client = browser(user)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, query)

    def listing(self, noun: type[Model], **query: Any) -> Any:
        return self.get(address(noun, "changelist"), **query)

    def rows(self, noun: type[Model], **query: Any) -> list[Any]:
        """What a list shows."""
        return list(self.listing(noun, **query).context["cl"].result_list)

    def page(self, row: Model) -> Any:
        return self.get(address(type(row), "change", row.pk))

    def add(self, noun: type[Model], **fields: Any) -> Any:
        return self.client.post(address(noun, "add"), _posted(fields))

    def change(self, row: Model, **fields: Any) -> Any:
        """Save the row's form with other `fields`, the rest as they are."""
        path = address(type(row), "change", row.pk)
        form = self.client.get(path).context["adminform"].form
        there = {name: _plain(form[name].value()) for name in form.fields}
        return self.client.post(path, _posted({**there, **fields}))

    def act(self, name: str, *rows: Model, sure: bool = True, **more: Any) -> Any:
        """Choose `rows` in their list and do `name` to them, saying yes if asked."""
        keys = [str(getattr(row, "uuid", row.pk)) if type(row).__name__ == "Session" else row.pk for row in rows]
        fields = {"action": name, "_selected_action": keys, **({"post": "yes"} if sure else {}), **more}
        return self.client.post(address(type(rows[0]), "changelist"), fields)

    def delete(self, row: Model) -> Any:
        return self.client.post(address(type(row), "delete", row.pk), {"post": "yes"})


def address(noun: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{noun._meta.app_label}_{noun._meta.model_name}_{page}", args=args)


def said(response: Any) -> str:
    """What the page says about what was just done."""
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def errors(response: Any) -> dict[str, list[str]]:
    """What the form that came back complains of, by field."""
    assert response.status_code == 200, response
    return {name: list(sentences) for name, sentences in response.context["adminform"].form.errors.items()}


def make_staff(user: User, *permissions: str) -> AtWork:
    """`user` in admin, allowed what `permissions` (`change_user`) name; a superuser if none are."""
    user.is_staff, user.is_superuser = True, not permissions
    user.save()
    found = Permission.objects.filter(codename__in=permissions)
    assert found.count() == len(permissions)
    user.user_permissions.set(found)
    return AtWork(User.objects.get(pk=user.pk))


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [getattr(item, "pk", item) for item in value]
    return value


def _posted(fields: dict[str, Any]) -> dict[str, Any]:
    """As a browser sends them: what is empty or unchecked not at all."""
    return {name: getattr(value, "pk", value) for name, value in fields.items() if value not in (None, False)}
