"""What people fill in about rooms. Rules are the actions'; forms only collect."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import people_visible_to
from accounts.models import User, Workspace
from accounts.names import name_key
from chat.models.memberships import Involvement
from chat.models.rooms import NAME_LENGTH, TOPIC_LENGTH, Room

# (value, name, what it means)
KINDS = [
    (
        "open",
        _("Open"),
        _("Everyone in the workspace can find it, join, and read its history. Guests need to be added."),
    ),
    ("closed", _("Closed"), _("Only people who are added can see it.")),
]
INVOLVEMENTS = [
    (Involvement.EVERYTHING, _("All messages"), _("Notify me about every message.")),
    (Involvement.MENTIONS, _("Mentions"), _("Notify me only when I’m mentioned. Other new messages show in bold.")),
    (Involvement.NOTHING, _("Nothing"), _("No notifications. The room stays in your sidebar, dimmed.")),
    (Involvement.INVISIBLE, _("Hidden"), _("Not in your sidebar unless someone mentions you.")),
]
MUTES = [
    ("hour", _("1 hour")),
    ("eight_hours", _("8 hours")),
    ("morning", _("Until tomorrow morning")),
    ("week", _("1 week")),
]
MORNING = 9


class PeopleField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, person: User) -> str:
        return person.name


def reachable_by(user: User) -> QuerySet[User]:
    """Everybody `user` could write to, themselves among them: of their workspaces, for guests those in their rooms."""
    return people_visible_to(user).filter(is_active=True)


class RoomForm(forms.Form):
    """Name, topic and kind of a room."""

    kinds = KINDS

    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)
    topic = forms.CharField(
        label=_("Topic"),
        max_length=TOPIC_LENGTH,
        required=False,
        help_text=_("What it’s about (optional)."),
    )
    kind = forms.ChoiceField(label=_("Who can join"), choices=[kind[:2] for kind in KINDS], initial="open")


class NewRoomForm(RoomForm):
    """A room to be made, in one of the workspaces of `user`, with `people` in it."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autofocus"] = True
        workspaces = Workspace.objects.filter(members__user=user).order_by("pk")
        self.fields["workspace"] = forms.ModelChoiceField(
            workspaces, label=_("Workspace"), to_field_name="uuid", empty_label=None, initial=workspaces.first()
        )
        if len(workspaces) < 2:
            self.fields["workspace"].widget = forms.HiddenInput()
        self.fields["people"] = PeopleField(
            reachable_by(user), label=_("Add people"), to_field_name="uuid", required=False
        )

    def clean_workspace(self) -> Any:
        return self.cleaned_data["workspace"].uuid

    def wanted(self) -> dict[str, Any]:
        """What to make, as `create_room` takes it."""
        about = {field: self.cleaned_data[field] for field in ("workspace", "name", "topic", "kind")}
        return {**about, "members": [person.uuid for person in self.cleaned_data["people"]]}


class PeopleForm(forms.Form):
    """Some of `people`, at least one."""

    def __init__(self, *args: Any, people: QuerySet[User], label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wrong = {"required": _("Choose at least one person.")}
        self.fields["people"] = PeopleField(people, label=label, to_field_name="uuid", error_messages=wrong)


class OwnPartForm(forms.Form):
    """How a room stands to oneself; what is not sent stays as it is."""

    involvement = forms.ChoiceField(
        label=_("Notifications"), choices=[level[:2] for level in INVOLVEMENTS], required=False
    )
    starred = forms.TypedChoiceField(
        choices=[("true", ""), ("false", "")], coerce=lambda text: text == "true", empty_value=None, required=False
    )
    mute = forms.ChoiceField(choices=[*MUTES, ("until", ""), ("off", "")], required=False)
    until = forms.DateTimeField(
        label=_("Until"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("mute") == "until" and not cleaned.get("until") and "until" not in self.errors:
            self.add_error("until", _("Choose a date and time."))
        return cleaned

    def wanted(self) -> dict[str, Any]:
        """What to change, as `update_membership` takes it."""
        data = self.cleaned_data
        named = {"involvement": data["involvement"] or None, "starred": data["starred"]}
        wanted = {field: value for field, value in named.items() if value is not None}
        if mute := data["mute"]:
            wanted["muted_until"] = data["until"] if mute == "until" else mute_end(mute, timezone.localtime())
        return wanted


def mute_end(choice: str, now: datetime) -> datetime | None:
    """When a mute chosen `now`, in the reader's time zone, is over; None for `off`."""
    morning = (now + timedelta(days=1)).replace(hour=MORNING, minute=0, second=0, microsecond=0)
    ends = {
        # Hours that pass: a clock may be put back or forward meanwhile.
        "hour": now.astimezone(UTC) + timedelta(hours=1),
        "eight_hours": now.astimezone(UTC) + timedelta(hours=8),
        "morning": morning,
        "week": now + timedelta(days=7),
    }
    return ends.get(choice)


class DeleteRoomForm(forms.Form):
    """The second step before a room is deleted: its name, typed."""

    name = forms.CharField(label=_("Room name"), widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, room: Room, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.room = room

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name_key(name) != name_key(self.room.name):
            raise forms.ValidationError(_("That doesn’t match the room’s name."))
        return name
