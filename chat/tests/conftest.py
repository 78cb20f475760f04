"""The cast: Ada owns the workspace, Ben is a member, Cleo a guest, Dan is outside."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from accounts.models import User, Workspace
from accounts.roles import Role
from accounts.tests.factories import make_user, make_workspace, sign_in
from chat.actions import limits
from chat.actions.rooms import create_room
from chat.consumers import chat as consumer
from chat.consumers import limits as frame_limits
from chat.delivery.hubs import stop_hub
from chat.models import Room


@dataclass
class House:
    """Two workspaces; in the first the open room `hall` (Ada and Ben) and the closed room `attic` (Ada, Ben, Cleo)."""

    workspace: Workspace
    elsewhere: Workspace
    ada: User
    ben: User
    cleo: User
    dan: User
    hall: Room
    attic: Room

    def token(self, user: User) -> str:
        """A fresh session of `user`."""
        return sign_in(user)

    def newcomer(self, name: str, role: str = "MEMBER") -> User:
        """One more person in the workspace, in no room."""
        return make_user(name, self.workspace, Role(role))


def build_house() -> House:
    workspace, elsewhere = make_workspace("Acme"), make_workspace("Elsewhere")
    ada, ben = make_user("Ada Lindqvist", workspace, Role.OWNER), make_user("Ben Okafor", workspace, Role.MEMBER)
    cleo, dan = make_user("Cleo Marchetti", workspace, Role.GUEST), make_user("Dan Whitfield", elsewhere, Role.OWNER)
    hall = create_room(user=ada, workspace=workspace.uuid, name="hall", kind="open", members=[ben.uuid])
    attic = create_room(user=ada, workspace=workspace.uuid, name="attic", kind="closed", members=[ben.uuid, cleo.uuid])
    return House(workspace, elsewhere, ada, ben, cleo, dan, hall, attic)


@pytest.fixture
def house(transactional_db: None) -> House:
    return build_house()


@pytest.fixture
def _stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted against limits happens all at once, however long the machine takes."""
    clock = SimpleNamespace(monotonic=lambda: 0.0)
    for module in (limits, frame_limits):
        monkeypatch.setattr(module, "time", clock)


@pytest.fixture(autouse=True)
def _rested() -> None:
    limits.forget()


@pytest.fixture(autouse=True)
def _last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads on late, on a busy machine, is still told why the socket was closed."""
    monkeypatch.setattr(consumer, "CLOSING_SECONDS", 60)
    monkeypatch.setattr(consumer, "SLOW_CLOSING_SECONDS", 60)


@pytest.fixture(autouse=True)
async def _hub_ends() -> AsyncIterator[None]:
    yield
    await stop_hub()
