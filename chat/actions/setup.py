"""First run: an empty database becomes a place with an owner and a room, exactly once."""

import base64
import hmac

from django.conf import settings
from django.db import transaction

from accounts.actions.members import add_member
from accounts.actions.users import new_user, save_new
from accounts.actions.workspaces import workspace_name
from accounts.models import User, Workspace
from accounts.roles import Role
from campfire.errors import Conflict
from chat.actions.rooms import create_room
from chat.models import Epoch, Room

FIRST_ROOM = "All Talk"
CODE_LENGTH = 12
_seen: set[str] = set()


def set_up(*, workspace: str, name: str, email: str, password: str) -> User:
    """Make the workspace, its owner and the open room "All Talk", in one transaction under the epoch's lock.

    Raises `InvalidFrame`, and `Conflict` if there is a workspace already: of two at once, one wins.
    """
    title = workspace_name(workspace)
    owner = new_user(name=name, email=email, password=password)
    owner.is_staff = owner.is_superuser = True
    Epoch.current()
    with transaction.atomic():
        Epoch.objects.select_for_update().get(pk=1)
        if Workspace.objects.exists():
            raise Conflict("Campfire is already set up.")
        save_new(owner)
        home = Workspace.objects.create(name=title)
        add_member(workspace=home, user=owner, role=Role.OWNER)
        create_room(user=owner, workspace=home.uuid, name=FIRST_ROOM, kind=Room.Kind.OPEN)
    return owner


def is_set_up() -> bool:
    """Whether there is a workspace. Once there is one, this process remembers."""
    if not _seen and Workspace.objects.exists():
        _seen.add("workspace")
    return bool(_seen)


def forget() -> None:
    """Look anew: for tests, whose databases empty themselves."""
    _seen.clear()


def setup_code() -> str | None:
    """The one-time code for the first run, `ABCD-EFGH-IJKL`; None once Campfire is set up.

    60 bits derived from this server's key and database, so that nothing has to be stored.
    """
    if is_set_up():
        return None
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"setup:{Epoch.current()}".encode(), "sha256")
    code = base64.b32encode(digest).decode()[:CODE_LENGTH]
    return "-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def is_setup_code(code: str) -> bool:
    """Whether `code` is the setup code, in any case and with or without dashes; compared in constant time."""
    expected = setup_code()
    return expected is not None and hmac.compare_digest(_bare(code).encode(), _bare(expected).encode())


def _bare(code: str) -> str:
    return "".join(character for character in code.upper() if character.isalnum())
