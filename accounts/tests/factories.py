"""The cast and what they need: Ada the owner, Ben a member, Cleo a guest, Dan outside."""

from dataclasses import dataclass
from itertools import count

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from accounts.models import Invitation, Member, User, Workspace
from accounts.names import name_key
from accounts.roles import Role
from accounts.sessions import SessionStore

PASSWORD = "correct horse battery"
_numbers = count(1)


def make_workspace(name: str = "Analytical Engines") -> Workspace:
    return Workspace.objects.create(name=name)


def make_user(
    name: str = "Ben",
    workspace: Workspace | None = None,
    role: Role = Role.MEMBER,
    *,
    email: str | None = None,
    password: str = PASSWORD,
) -> User:
    """A person with the password `PASSWORD`, in `workspace` as `role` if there is one; nobody hears of it."""
    email = email or f"{name.lower().replace(' ', '.')}.{next(_numbers)}@example.com"
    user = User.objects.create_user(name=name, email=email, password=password)
    if workspace is not None:
        Member.objects.create(workspace=workspace, user=user, role=role)
    return user


def make_people(count: int, workspace: Workspace) -> list[User]:
    """Many members of `workspace` at once, “Person 1” and so on, who cannot sign in by password."""
    names = [f"Person {number}" for number in range(1, count + 1)]
    people = User.objects.bulk_create(
        [User(name=name, name_key=name_key(name), password="!") for name in names],
        batch_size=1000,
    )
    members = [Member(workspace=workspace, user=person, role=Role.MEMBER) for person in people]
    Member.objects.bulk_create(members, batch_size=1000)
    return people


def make_invitation(inviter: User, workspace: Workspace, role: Role = Role.MEMBER, **fields: object) -> Invitation:
    return Invitation.objects.create(inviter=inviter, workspace=workspace, role=role, **fields)


def sign_in(user: User) -> str:
    """A signed-in session of `user`; its token serves as cookie, bearer and `?token=`."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    assert store.session_key is not None
    return store.session_key


def bearer(user: User) -> Client:
    """A client that signs every request with a bearer token of `user`, and keeps no cookie."""
    return Client(headers={"Authorization": f"Bearer {sign_in(user)}"})


def browser(user: User, *, csrf: bool = False) -> Client:
    """A client with the session cookie of `user`; with `csrf` it is held to CSRF tokens as a browser is."""
    client = Client(enforce_csrf_checks=csrf)
    client.cookies["session_token"] = sign_in(user)
    return client


@dataclass
class Cast:
    """A workspace with its people; Dan is the owner of another one."""

    workspace: Workspace
    ada: User
    ben: User
    cleo: User
    dan: User
    elsewhere: Workspace


def make_cast() -> Cast:
    home, elsewhere = make_workspace(), make_workspace("Elsewhere")
    return Cast(
        workspace=home,
        ada=make_user("Ada", home, Role.OWNER),
        ben=make_user("Ben", home, Role.MEMBER),
        cleo=make_user("Cleo", home, Role.GUEST),
        dan=make_user("Dan", elsewhere, Role.OWNER),
        elsewhere=elsewhere,
    )
