"""The forms of the account pages. Rules are the actions'; forms only collect."""

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm, ResetPasswordKeyForm
from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.actions.invitations import WEEK
from accounts.actions.users import PASSWORD_LENGTH
from accounts.names import LENGTH
from accounts.roles import RANKS, Role
from accounts.tasks import send_password_reset
from campfire.errors import CampfireError
from campfire.http.forms import put_errors


class SignInForm(LoginForm):  # type: ignore[misc] # allauth is untyped
    """`login` (the email) and `password`; `is_limited` after too many failures."""

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


class PasswordResetForm(ResetPasswordForm):  # type: ignore[misc] # allauth is untyped
    """Whose password is forgotten. An address nobody has is noted just the same, so that the answer takes as long."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        known = self.users[0].pk if self.users else None
        origin = f"{request.scheme}://{request.get_host()}"
        send_password_reset.enqueue(user=known, origin=origin, language=get_language())
        email: str = self.cleaned_data["email"]
        return email


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
        help_text=_("At least 8 characters. Avoid common passwords."),
    )

    def put_errors(self, error: CampfireError) -> None:
        """Show what an action refused; a conflict is about the address, which somebody has."""
        put_errors(self, error, otherwise="email" if error.code == "conflict" else None)


ROLE_NAMES = {Role.OWNER: _("Owner"), Role.ADMIN: _("Admin"), Role.MEMBER: _("Member"), Role.GUEST: _("Guest")}


class InvitationForm(forms.Form):
    """A new invitation, of a role up to the inviter's own."""

    role = forms.ChoiceField(label=_("Role"))
    expires_in = forms.TypedChoiceField(
        label=_("Expires after"),
        choices=[(24 * 3600, _("1 day")), (WEEK, _("7 days")), (30 * 24 * 3600, _("30 days")), ("", _("Never"))],
        coerce=int,
        empty_value=None,
        initial=WEEK,
        required=False,
    )
    max_uses = forms.IntegerField(
        label=_("Maximum uses"),
        min_value=1,
        max_value=100_000,
        required=False,
        widget=forms.NumberInput(attrs={"placeholder": _("No limit")}),
    )

    def __init__(self, *args: Any, own_role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [role for role in Role if RANKS[role] <= RANKS[Role(own_role)]]
        role_field = self.fields["role"]
        assert isinstance(role_field, forms.ChoiceField)
        role_field.choices = [(role.value, ROLE_NAMES[role]) for role in roles]
        role_field.initial = Role.MEMBER.value


class NewPasswordForm(ResetPasswordKeyForm):  # type: ignore[misc] # allauth is untyped
    """`password1`: once is enough, as every browser can show what is typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
