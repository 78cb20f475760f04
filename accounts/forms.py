"""The forms of the account pages. Rules are the actions'; forms only collect."""

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordKeyForm
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actions.invitations import WEEK
from accounts.actions.users import PASSWORD_LENGTH
from accounts.names import LENGTH
from accounts.roles import RANKS, Role
from campfire.errors import CampfireError


class SignInForm(LoginForm):  # type: ignore[misc] # allauth is untyped
    """`login` (the e-mail) and `password`; `is_limited` after too many failures."""

    is_limited = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # allauth puts a link to the password's reset here; the page offers it only where there is mail.
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except forms.ValidationError as error:
            self.is_limited = error.code == "too_many_login_attempts"
            raise
        return cleaned


class PersonForm(forms.Form):
    """Who you are: for those who come by invitation, and for the first one."""

    name = forms.CharField(
        label=_("Your name"), max_length=LENGTH, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Email"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 8 characters, and none that everybody tries first."),
    )

    def add_campfire_error(self, error: CampfireError) -> None:
        """Show an action's error where it belongs: at its fields, else above the form."""
        for field, sentences in (error.errors or {}).items():
            for sentence in sentences:
                self.add_error(field if field in self.fields else None, sentence)
        if not error.errors:
            self.add_error("email" if error.code == "conflict" else None, error.message)


class InvitationForm(forms.Form):
    """A new invitation, of a role up to the inviter's own."""

    role = forms.ChoiceField(label=_("They join as"))
    expires_in = forms.TypedChoiceField(
        label=_("It ends after"),
        choices=[(24 * 3600, _("1 day")), (WEEK, _("7 days")), (30 * 24 * 3600, _("30 days")), ("", _("Never"))],
        coerce=int,
        empty_value=None,
        initial=WEEK,
        required=False,
    )
    max_uses = forms.IntegerField(
        label=_("For how many people"),
        min_value=1,
        max_value=100_000,
        required=False,
        widget=forms.NumberInput(attrs={"placeholder": _("any number")}),
    )

    def __init__(self, *args: Any, own_role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [role for role in Role if RANKS[role] <= RANKS[Role(own_role)]]
        role_field = self.fields["role"]
        assert isinstance(role_field, forms.ChoiceField)
        role_field.choices = [(role.value, role.name.title()) for role in roles]
        role_field.initial = Role.MEMBER.value


class NewPasswordForm(ResetPasswordKeyForm):  # type: ignore[misc] # allauth is untyped
    """`password1`: once is enough, as every browser can show what is typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
