"""What people fill in to make rooms."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User, Workspace
from accounts.roles import Role
from chat.models.rooms import NAME_LENGTH, TOPIC_LENGTH

KINDS = [("open", _("Open: everyone in the workspace may join")), ("closed", _("Closed: only people you choose"))]


class PeopleField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, person: User) -> str:
        return person.name


def colleagues(user: User) -> QuerySet[User]:
    """Everybody `user` could write to, by name: of their workspaces, for guests those in their rooms."""
    workspaces = user.members.exclude(role=Role.GUEST).values("workspace")
    near = Q(members__workspace__in=workspaces) | Q(memberships__room__in=user.memberships.values("room"))
    return User.objects.filter(near, is_active=True).exclude(pk=user.pk).distinct().order_by("name_key", "pk")


class NewRoomForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"autofocus": True}))
    topic = forms.CharField(
        label=_("Topic"),
        max_length=TOPIC_LENGTH,
        required=False,
        help_text=_("What it is about. You may leave it out."),
    )
    kind = forms.ChoiceField(label=_("Who may come in"), choices=KINDS, widget=forms.RadioSelect, initial="open")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        workspaces = Workspace.objects.filter(members__user=user).order_by("pk")
        self.fields["workspace"] = forms.ModelChoiceField(
            workspaces, label=_("Workspace"), to_field_name="uuid", empty_label=None, initial=workspaces.first()
        )
        if len(workspaces) < 2:
            self.fields["workspace"].widget = forms.HiddenInput()

    def clean_workspace(self) -> Any:
        return self.cleaned_data["workspace"].uuid


class PeopleForm(forms.Form):
    """Some of `people`, at least one."""

    label = _("Who is to come in")

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"] = PeopleField(people, label=self.label, to_field_name="uuid")


class NewDirectForm(PeopleForm):
    label = _("With whom")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, people=colleagues(user), **kwargs)
