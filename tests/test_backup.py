"""Backups by the commands that operators type, on both databases: under load, looked over, restored, served again."""

import asyncio
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from accounts.tests.factories import PASSWORD
from chat.backup.folder import Unusable, backups_in
from chat.backup.restoring import verify
from tests import servers
from tests.processes.clients import Client, Crowd, call
from tests.processes.place import Place, Side

# Each command is a process that takes its time to start.
pytestmark = [pytest.mark.sqlite, pytest.mark.servers, pytest.mark.timeout(300)]

EMAIL = "ada@example.com"
PEOPLE = f"""
import json
from accounts.tests.factories import make_user, sign_in
from chat.actions.messages import delete_message, edit_message, post_message
from chat.actions.rooms import create_room
from chat.actions.setup import set_up
from chat.models import Message, Room
ada = set_up(workspace="Acme", name="Ada", email="{EMAIL}", password="{PASSWORD}")
home = ada.workspaces.get()
ben = make_user("Ben", home)
chosen = {{"user": ada, "workspace": home.uuid, "kind": "closed", "members": [ben.uuid]}}
rooms = [create_room(name=name, **chosen) for name in ("hall", "attic")]
hall = Room.objects.get(name="hall")
for number in range(9):
    post_message(user=(ada, ben)[number % 2], room=hall.uuid, content=f"grüße {{number}}\\t\\\\ \\n**@Ben**")
said = list(Message.objects.filter(creator=ada).order_by("seq"))
edit_message(user=ada, message=said[0].uuid, content="edited kaleidoscope")
delete_message(user=ada, message=said[1].uuid)
print(json.dumps({{"rooms": [str(room.uuid) for room in rooms], "tokens": [sign_in(one) for one in (ada, ben)] }}))
"""
# What is left where a restore broke off in its last step.
BREAKS = """
from pathlib import Path
from chat.backup import restoring
def begin_epoch():
    raise restoring.DatabaseError("it broke")
restoring.begin_epoch = begin_epoch
try:
    restoring.restore(Path("{backup}"))
except restoring.Unusable as error:
    print(error)
"""
EMPTY = "from django.db import connection; print(connection.introspection.table_names())"
FILES = {"files/a/plan.txt": b"a plan", "files/b": b"\0" * 3000}


@dataclass
class Home:
    """A data folder, and a database in it or of PostgreSQL."""

    place: Place

    @property
    def data(self) -> Path:
        return self.place.data

    def manage(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "manage.py", *arguments]
        variables = servers._environment(self.data, {**self.place.environment, **environment})
        self.data.mkdir(parents=True, exist_ok=True)
        return subprocess.run(command, cwd=servers.ROOT, env=variables, capture_output=True, text=True, check=False)

    def back_up(self) -> Path:
        done = self.manage("backup")
        assert done.returncode == 0, done.stderr
        return backups_in(self.data / "backups")[-1]

    def refuses(self, *arguments: str, **environment: str) -> str:
        """Why it does not do as told: one sentence or two, and no traceback."""
        done = self.manage(*arguments, **environment)
        assert done.returncode == 1, done.stdout
        assert "Traceback" not in done.stderr
        return done.stderr.strip()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def postgres() -> Iterator[servers.Postgres]:
    with servers.start_postgres() as server:
        yield server


@pytest.fixture(scope="module")
def new_home(kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Makes a home with nothing in it."""

    def make() -> Home:
        environment = {"RATE_LIMITS": "off"}
        if kind == "postgres":
            server = request.getfixturevalue("postgres")
            name = f"campfire_{uuid4().hex}"
            with psycopg.connect(server.url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            environment["DATABASE_URL"] = f"{server.url.rpartition('/')[0]}/{name}"
        return Home(Place(tmp_path_factory.mktemp(kind), environment))

    return make


@pytest.fixture(scope="module")
def home(new_home: Any) -> Home:
    """Ada and Ben, two rooms, some messages of every fate, two files. `house` in its folder says who they are."""
    made: Home = new_home()
    made.place.migrate()
    (made.data / "house.json").write_text(made.place.run(PEOPLE))
    for name, content in FILES.items():
        (made.data / name).parent.mkdir(parents=True, exist_ok=True)
        (made.data / name).write_bytes(content)
    return made


@pytest.fixture(scope="module")
def backup(home: Home) -> Path:
    return home.back_up()


@pytest.fixture
def copy(backup: Path, tmp_path: Path) -> Path:
    """A backup to be damaged."""
    return Path(shutil.copytree(backup, tmp_path / backup.name))


def house_of(home: Home) -> tuple[list[str], list[str]]:
    """Rooms and tokens."""
    house = json.loads((home.data / "house.json").read_text())
    return house["rooms"], house["tokens"]


# ---- there and back -------------------------------------------------------------------------------------------------


class Talk:
    """Somebody who sends without a pause; `said` is what was acknowledged, in order."""

    def __init__(self, client: Client, room: str) -> None:
        self.client, self.room = client, room
        self.said: list[str] = []
        self._ending = False
        self.going = asyncio.ensure_future(self._run())

    async def _run(self) -> None:
        while not self._ending:
            answer = await self.client.say(self.room, content="said under load")
            assert answer["type"] == "message_sent", answer
            self.said.append(answer["client_message_id"])

    async def until(self, count: int) -> None:
        await self.client.wait(lambda: len(self.said) >= count or self.going.done(), 60)

    async def end(self) -> None:
        self._ending = True
        await self.going


async def test_a_backup_taken_while_people_talk_brings_back_all_that_was_acknowledged(
    new_home: Any, home: Home, backup: Path
) -> None:
    rooms, tokens = house_of(home)
    with servers.start_campfire(data=home.data, env=home.place.environment) as server:
        side = Side(server, server.pid)
        async with Crowd() as crowd:
            clients = [await crowd.add(side, token, *rooms) for token in tokens * 2]
            talks = [Talk(client, rooms[number % 2]) for number, client in enumerate(clients)]
            await asyncio.gather(*(talk.until(10) for talk in talks))
            before = {room: {key for talk in talks if talk.room == room for key in talk.said} for room in rooms}
            path = await asyncio.to_thread(home.back_up)
            assert path != backup
            meanwhile = [len(talk.said) for talk in talks]
            await asyncio.gather(*(talk.until(count + 5) for talk, count in zip(talks, meanwhile, strict=True)))
            await asyncio.gather(*(talk.end() for talk in talks))
            epoch = clients[0].of("welcome")[0]["epoch"]
        live = {room: home.place.stored(room) for room in rooms}

    other = new_home()
    done = other.manage("restore", str(path))
    assert done.returncode == 0, done.stderr
    assert "every table, room and file matches the backup" in done.stdout
    assert "everyone will have to sign in again" in done.stdout
    for room in rooms:
        stored = other.place.stored(room)
        keys = [row[2] for row in stored["rows"]]
        assert before[room] <= set(keys)
        assert len(set(keys)) == len(keys)
        assert [row[0] for row in stored["rows"]] == list(range(1, stored["seq"] + 1))
        # One moment of the room, whole: what came later is missing, and nothing else.
        assert stored["rows"] == live[room]["rows"][: len(keys)]
        assert len(keys) < len(live[room]["rows"])
    for name, content in FILES.items():
        assert (other.data / name).read_bytes() == content
    await serves_and_refuses_what_was_later(other, rooms[0], live[rooms[0]], epoch)


async def serves_and_refuses_what_was_later(home: Home, room: str, later: dict[str, Any], epoch: str) -> None:
    """A server on what was restored lets people in by their password; positions of the time after get an answer."""
    with servers.start_campfire(data=home.data, env=home.place.environment) as server:
        side = Side(server, server.pid)
        status, answer = await call(side, "POST", "auth/login", body={"email": EMAIL, "password": PASSWORD})
        assert status == 200, answer
        token = answer["session_token"]
        status, found = await call(side, "GET", "search?q=kaleidoscope", token)
        assert [message["content"] for message in found] == ["edited kaleidoscope"]
        async with Crowd() as crowd:
            ada = await crowd.add(side, token, room)
            assert ada.of("welcome")[0]["epoch"] != epoch
            version = ada.of("room_joined", room)[0]["version"]
            assert version < later["version"]
            cursor: dict[str, Any] = {"room_id": room, "last_seen_version": later["version"]}
            assert (await ada.ask("catch_up", **cursor))["code"] == "invalid_cursor"
            # By now the room has come as far again, with other messages: only the epoch tells them apart.
            while version < later["version"]:
                version = (await ada.say(room, content="said after the restore"))["version"]
            assert (await ada.ask("catch_up", **cursor, epoch=epoch))["code"] == "invalid_cursor"
            assert (await ada.ask("catch_up", **cursor, epoch=ada.of("welcome")[0]["epoch"]))["message_count"] == 0
            page, foreign = f"rooms/{room}/changes?after_version={later['version']}", f"&epoch={epoch}"
            assert (await call(side, "GET", page + foreign, token))[0] == 400
            lost = later["rows"][-1][3]
            assert (await ada.ask("catch_up", room_id=room, last_seen_message_id=lost))["code"] == "invalid_cursor"
        status, found = await call(side, "GET", "search?q=restore", token)
        assert found[0]["content"] == "said after the restore"


def test_a_backup_of_an_older_release_is_brought_up_to_this_one(new_home: Any, backup: Path) -> None:
    old, new = new_home(), new_home()
    assert old.manage("restore", str(backup)).returncode == 0
    assert old.manage("migrate", "chat", "0005", "-v0").returncode == 0
    done = new.manage("restore", str(old.back_up()))

    assert done.returncode == 0, done.stderr
    assert "Restored 3 rooms with 9 messages" in done.stdout
    assert "The backup is from an older release; " in done.stdout
    assert (
        new.place.run("from campfire.serving.preparing import unapplied_migrations; print(unapplied_migrations())")
        == "0"
    )


# ---- looked over -----------------------------------------------------------------------------------------------------


def test_a_backup_that_is_whole_is_told_in_numbers(home: Home, backup: Path) -> None:
    done = home.manage("restore", str(backup), "--verify", DATABASE_URL="", CAMPFIRE_DATA=str(backup.parent / "none"))
    assert done.returncode == 0, done.stderr
    assert f"{backup} is intact: 3 rooms with 9 messages, 2 people and 2 files." in done.stdout


def test_standard_tools_read_it_and_nobody_else_may(backup: Path) -> None:
    assert subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=backup, check=False).returncode == 0
    modes = {path.stat().st_mode & 0o777 for path in backup.rglob("*") if path.is_file()}
    assert (modes, backup.stat().st_mode & 0o777) == ({0o600}, 0o700)
    assert [path.name for path in backup.parent.iterdir() if path.name.startswith(".")] == []


def test_neither_epoch_nor_secret_key_is_in_it(home: Home, backup: Path, kind: str) -> None:
    key = (home.data / "secret_key").read_bytes()
    assert not any(key in path.read_bytes() for path in backup.rglob("*") if path.is_file())
    assert "secret_key" not in {path.name for path in backup.rglob("*")}
    if kind == "postgres":
        command = ["pg_restore", "--list", str(backup / "database.dump")]
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert "TABLE public chat_epoch" in listed
        assert "TABLE DATA public chat_epoch" not in listed


def database_of(backup: Path) -> Path:
    (path,) = backup.glob("database.*")
    return path


def flip(path: Path, at: float) -> None:
    data = bytearray(path.read_bytes())
    data[int(len(data) * at)] ^= 1
    path.write_bytes(data)


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a byte of the database flipped": (lambda path: flip(database_of(path), 0.5), "has changed since it was written"),
    "a byte of a file flipped": (lambda path: flip(path / "files/b", 0.5), "files/b has changed since it was written"),
    "a byte of the manifest flipped": (lambda path: flip(path / "manifest.json", 0.5), "manifest.json has changed"),
    "a byte of the sums flipped": (lambda path: flip(path / "SHA256SUMS", 0.1), "is damaged"),
    "the database cut off": (lambda path: os.truncate(database_of(path), 4096), "has changed since it was written"),
    "the sums cut off": (
        lambda path: os.truncate(path / "SHA256SUMS", 20),
        "SHA256SUMS has changed since it was written",
    ),
    "a file missing": (lambda path: (path / "files/a/plan.txt").unlink(), "files/a/plan.txt is missing"),
    "the database missing": (lambda path: database_of(path).unlink(), "is missing"),
    "the manifest missing": (lambda path: (path / "manifest.json").unlink(), "manifest.json is missing"),
    "the sums missing": (
        lambda path: (path / "SHA256SUMS").unlink(),
        "is not a complete backup: SHA256SUMS is missing",
    ),
    "a file too many": (lambda path: (path / "files/c").touch(), "files/c does not belong here"),
    "all missing": (shutil.rmtree, "does not exist"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_told(copy: Path, damage: str) -> None:
    harm, said = DAMAGES[damage]
    harm(copy)

    with pytest.raises(Unusable, match=said):
        verify(copy)


def rewrite(backup: Path, **changes: Any) -> None:
    """Another manifest, with sums that agree: as if the database in it were another."""
    path = backup / "manifest.json"
    manifest = json.loads(path.read_text())
    for name, change in changes.items():
        change(manifest[name]) if callable(change) else manifest.update({name: change})
    path.write_text(json.dumps(manifest))
    sums = (backup / "SHA256SUMS").read_text().splitlines()
    sums = [line for line in sums if not line.endswith("manifest.json")]
    sums.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  manifest.json")
    (backup / "SHA256SUMS").write_text("\n".join(sums) + "\n")


def test_a_database_that_is_not_the_one_that_was_counted_is_told(home: Home, copy: Path) -> None:
    (room, _), _ = house_of(home)
    rewrite(copy, contents=lambda contents: contents["rooms"][room].update(sha256="0" * 64))
    with pytest.raises(Unusable, match=f"the messages of room {room}: 9 rows, but some have changed"):
        verify(copy)

    rewrite(copy, contents=lambda contents: contents["tables"]["accounts_user"].update(count=3))
    with pytest.raises(Unusable, match="the table accounts_user: 3 rows expected, 2 found"):
        verify(copy)


# ---- refused --------------------------------------------------------------------------------------------------------


def test_what_is_there_is_never_written_over(home: Home, backup: Path) -> None:
    before = home.place.run("from chat.models import Epoch; print(Epoch.current())")

    assert "already contains Campfire data" in home.refuses("restore", str(backup))
    assert home.place.run("from chat.models import Epoch; print(Epoch.current())") == before


def test_files_and_tables_of_somebody_else_are_in_the_way(new_home: Any, backup: Path, kind: str) -> None:
    busy = new_home()
    (busy.data / "files").mkdir()
    (busy.data / "files" / "mine").touch()
    said = busy.refuses("restore", str(backup))
    assert f"mv {busy.data}/files {busy.data}/files.old" in said
    shutil.rmtree(busy.data / "files")

    busy.place.run("from django.db import connection; connection.cursor().execute('CREATE TABLE mine (x integer)')")
    assert "tables that this release does not know: mine" in busy.refuses("restore", str(backup))


def test_a_server_that_runs_is_in_the_way_and_an_empty_database_is_not(new_home: Any, backup: Path) -> None:
    fresh = new_home()
    with servers.start_campfire(data=fresh.data, env=fresh.place.environment):
        said = fresh.refuses("restore", str(backup))
        assert "Stop the server first" in said
    done = fresh.manage("restore", str(backup))
    assert done.returncode == 0, done.stderr


def test_a_server_whose_database_was_moved_away_is_in_the_way(new_home: Any, backup: Path) -> None:
    fresh = new_home()
    with servers.start_campfire(data=fresh.data, env=fresh.place.environment):
        (fresh.data / "old").mkdir()
        for file in fresh.data.glob("campfire.sqlite3*"):
            file.rename(fresh.data / "old" / file.name)
        assert "A server is using" in fresh.refuses("restore", str(backup))
    assert fresh.manage("restore", str(backup)).returncode == 0


def test_another_kind_of_database_and_a_newer_release_are_refused(
    new_home: Any, kind: str, copy: Path, postgres: servers.Postgres
) -> None:
    fresh = new_home()
    url = "" if kind == "postgres" else postgres.url
    assert ", but this server uses " in fresh.refuses("restore", str(copy), DATABASE_URL=url)

    rewrite(copy, origin=lambda origin: origin["migrations"].append("chat.9999_tomorrow"), campfire="9.0.0")
    said = fresh.refuses("restore", str(copy))
    assert "is from a newer release, 9.0.0, which changed tables: chat.9999_tomorrow." in said
    rewrite(copy, format=2)
    assert "a format that this release does not know: 2" in fresh.refuses("restore", str(copy))


def test_a_restore_that_breaks_off_leaves_the_place_as_it_was(new_home: Any, backup: Path) -> None:
    fresh = new_home()
    assert fresh.place.run(BREAKS.format(backup=backup)).endswith("the database says: it broke.")

    assert fresh.place.run(EMPTY) == "[]"
    assert list((fresh.data / "files").rglob("*.txt")) == []
    assert fresh.manage("restore", str(backup)).returncode == 0


def test_there_is_nothing_to_back_up_where_there_is_no_campfire(new_home: Any) -> None:
    said = new_home().refuses("backup")

    assert "the same as for the server?" in said


LIMITED = """
import resource, signal
from pathlib import Path
from chat.backup import taking
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
try:
    taking.take(Path("{destination}"))
except taking.Unusable as error:
    print(error)
"""


def test_where_no_more_can_be_written_nothing_is_left(home: Home, tmp_path: Path) -> None:
    said = home.place.run(LIMITED.format(destination=tmp_path / "full"))

    assert said
    assert list((tmp_path / "full").iterdir()) == []


HOLDS = """
import time
from datetime import datetime
from pathlib import Path
from chat.backup.folder import new_folder
with new_folder(Path("{destination}"), datetime.now()):
    print("held", flush=True)
    time.sleep(99)
"""


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_one_at_a_time_and_what_a_killed_one_left_goes_with_the_next(home: Home) -> None:
    process = home.place.begin(HOLDS.format(destination=home.data / "backups"))
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert home.refuses("backup") == "CommandError: Another backup is running. Wait for it to finish."
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert len(list((home.data / "backups").glob(".partial-*"))) == 1

    home.back_up()
    assert list((home.data / "backups").glob(".partial-*")) == []


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_keep_removes_the_oldest_and_nothing_else(home: Home, tmp_path: Path) -> None:
    for name in (
        "campfire-20250101T000000Z",
        "campfire-20250102T000000Z",
        "campfire-mine",
        "campfire-20250103T000000Z",
    ):
        (tmp_path / name).mkdir()
        if name != "campfire-20250103T000000Z":
            (tmp_path / name / "SHA256SUMS").touch()
    done = home.manage("backup", str(tmp_path), "--keep", "2")

    assert done.stdout.endswith("Removed 1 older backup.\n")
    left = {path.name for path in tmp_path.iterdir()}
    assert {"campfire-20250102T000000Z", "campfire-mine", "campfire-20250103T000000Z"} < left
    assert len(left) == 4


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_help_says_how_to_use_it(command: str) -> None:
    said = subprocess.run(
        [sys.executable, "manage.py", command, "--help"], cwd=servers.ROOT, capture_output=True, text=True, check=True
    ).stdout

    assert f"\n  manage.py {command} " in said
    assert max(map(len, said.splitlines())) <= 120
