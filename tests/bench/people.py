"""People and rooms of a server under load, made beside it in its own database."""

import json
import subprocess
import sys
from dataclasses import dataclass

from tests.servers import ROOT, Campfire

_SCRIPT = """
import django
django.setup()
import json, time
from accounts.roles import Role
from accounts.tests.factories import make_people, make_user, make_workspace, sign_in
from chat.actions.rooms import create_room
home = make_workspace()
owner = make_user("Ada", home, Role.OWNER, email=f"ada.{time.time_ns()}@example.com")
others = make_people({people} - 1, home)
rooms = [
    create_room(user=owner, workspace=home.uuid, name=f"room {number}", kind="closed",
                members=[person.uuid for person in others])
    for number in range({rooms})
]
people = [owner, *others]
print(json.dumps({"workspace": str(home.uuid), "rooms": [str(room.uuid) for room in rooms],
                  "people": [str(person.uuid) for person in people], "tokens": [sign_in(person) for person in people]}))
"""


@dataclass(frozen=True)
class House:
    """Closed rooms with everybody in them; the first person owns the workspace. Ids, and a token for each person."""

    workspace: str
    rooms: list[str]
    people: list[str]
    tokens: list[str]

    @property
    def room(self) -> str:
        return self.rooms[0]


def make_house(server: Campfire, *, people: int = 1, rooms: int = 1) -> House:
    """People in rooms, none of whom anybody has met before."""
    script = _SCRIPT.replace("{people}", str(people)).replace("{rooms}", str(rooms))
    environment = {**server.environment, "DJANGO_SETTINGS_MODULE": "campfire.settings"}
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return House(**json.loads(result.stdout.strip().splitlines()[-1]))
