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
people = [owner, *others]
rooms = [
    create_room(user=people[number] if {apart} else owner, workspace=home.uuid, name=f"room {number}", kind="closed",
                members=[] if {apart} else [person.uuid for person in others])
    for number in range({rooms})
]
print(json.dumps({"workspace": str(home.uuid), "rooms": [str(room.uuid) for room in rooms],
                  "people": [str(person.uuid) for person in people], "tokens": [sign_in(person) for person in people]}))
"""


@dataclass(frozen=True)
class House:
    """Closed rooms with everybody in them, or one for each person; the first one owns the workspace. Ids and tokens."""

    workspace: str
    rooms: list[str]
    people: list[str]
    tokens: list[str]

    @property
    def room(self) -> str:
        return self.rooms[0]


def make_house(server: Campfire, *, people: int = 1, rooms: int = 1, apart: bool = False) -> House:
    """People in rooms, none of whom anybody has met before; `apart`, each is alone in a room of their own."""
    script = _SCRIPT.replace("{people}", str(people)).replace("{rooms}", str(people if apart else rooms))
    script = script.replace("{apart}", str(apart))
    environment = {**server.environment, "DJANGO_SETTINGS_MODULE": "campfire.settings"}
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return House(**json.loads(result.stdout.strip().splitlines()[-1]))
