"""What the account endpoints read and answer, for validation and for the OpenAPI document."""

from rest_framework import serializers

from accounts.actions.invitations import WEEK
from accounts.actions.users import EMAIL_LENGTH, PASSWORD_LENGTH
from accounts.roles import Role

ROLES = [role.value for role in Role]


class Person(serializers.Serializer[None]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    avatar_url = serializers.URLField(allow_null=True)


class WorkspaceOfMine(serializers.Serializer[None]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=ROLES)


class Me(Person):
    email = serializers.EmailField(allow_null=True)
    workspaces = WorkspaceOfMine(many=True)


class SignedIn(serializers.Serializer[None]):
    user = Me()
    session_token = serializers.CharField()


class PersonInWorkspace(serializers.Serializer[None]):
    user = Person()
    role = serializers.ChoiceField(choices=ROLES)
    joined_at = serializers.DateTimeField()


class InvitationLink(serializers.Serializer[None]):
    id = serializers.UUIDField()
    code = serializers.CharField()
    url = serializers.URLField()
    role = serializers.ChoiceField(choices=ROLES)
    expires_at = serializers.DateTimeField(allow_null=True)
    max_uses = serializers.IntegerField(allow_null=True)
    uses = serializers.IntegerField()


class Login(serializers.Serializer[None]):
    email = serializers.CharField(max_length=EMAIL_LENGTH)
    password = serializers.CharField(max_length=PASSWORD_LENGTH, trim_whitespace=False)


class Registration(Login):
    name = serializers.CharField()
    invitation = serializers.CharField(max_length=100)


class Name(serializers.Serializer[None]):
    name = serializers.CharField()


class NewRole(serializers.Serializer[None]):
    role = serializers.ChoiceField(choices=ROLES)


class NewInvitation(NewRole):
    """`expires_in` is in seconds, a week by default; null for either means no limit."""

    expires_in = serializers.IntegerField(default=WEEK, allow_null=True)
    max_uses = serializers.IntegerField(default=None, allow_null=True)


class OptionalName(serializers.Serializer[None]):
    name = serializers.CharField(required=False)
