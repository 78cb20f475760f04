"""First run: `/setup`, its code, and that there is ever only one owner."""

import re
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from accounts.models import Member, User, Workspace
from accounts.tests.factories import PASSWORD, make_workspace
from accounts.tokens import session_of
from campfire.errors import Conflict
from chat.actions import setup
from chat.models import Epoch, Room

FIELDS = {"workspace": "Engines", "name": "Ada", "email": "Ada@example.com", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _empty(db: None) -> None:
    """Every test here begins with an empty database."""


def code() -> str:
    found = setup.setup_code()
    assert found is not None
    return found


@pytest.mark.parametrize("path", ["/", "/sign-in", "/invitations", "/rooms/new", "/search", "/admin/", "/no-such-page"])
def test_every_page_leads_to_setup(path: str) -> None:
    answer = Client().get(path)
    assert (answer.status_code, answer["Location"]) == (302, "/setup")


def test_what_is_no_page_does_not(settings) -> None:
    assert Client().get("/api/users/me").status_code == 401
    assert Client().get("/healthz").status_code == 200


def test_afterwards_pages_are_pages_and_setup_leads_home() -> None:
    make_workspace()
    assert Client().get("/sign-in").status_code == 200
    for answer in (Client().get("/setup"), Client().post("/setup", {**FIELDS, "code": "x"})):
        assert (answer.status_code, answer["Location"]) == (302, "/")


def test_that_there_is_a_workspace_is_asked_once(django_assert_num_queries) -> None:
    make_workspace()
    assert setup.is_set_up()
    with django_assert_num_queries(0):
        assert setup.is_set_up()


def test_setting_up_makes_owner_and_room_and_signs_in() -> None:
    client = Client()
    assert client.get("/setup", {"code": "ABCD"}).context["form"]["code"].value() == "ABCD"
    answer = client.post("/setup", {**FIELDS, "code": code()})
    room = Room.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/rooms/{room.uuid}")
    assert (room.name, room.kind, room.workspace.name) == ("All Talk", "open", "Engines")
    session = session_of(client.cookies["session_token"].value)
    assert session is not None
    ada = session.user
    assert ada is not None
    assert (ada.name, ada.email, ada.is_staff, ada.is_superuser) == ("Ada", "ada@example.com", True, True)
    assert ada.members.get().role == "OWNER"
    assert list(room.people.all()) == [ada]


def test_the_code_is_derived_from_key_and_database(settings) -> None:
    first = code()
    assert re.fullmatch(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){2}", first)
    assert code() == first
    Epoch.objects.update(value="00000000-0000-4000-8000-000000000000")
    second = code()
    settings.SECRET_KEY = "another key, long enough to be one"
    assert len({first, second, code()}) == 3


def test_the_code_is_read_in_any_case_with_or_without_dashes() -> None:
    for written in (code(), code().lower(), code().replace("-", ""), f" {code().replace('-', ' ')} "):
        assert setup.is_setup_code(written)
    for wrong in ("", "x", code()[:-1], code() + "A", "ÄÖÜ"):
        assert not setup.is_setup_code(wrong)


def test_without_the_code_nobody_sets_up() -> None:
    for wrong in ("", "AAAA-BBBB-CCCC"):
        answer = Client().post("/setup", {**FIELDS, "code": wrong})
        assert answer.status_code == 200
        assert answer.context["form"].errors["code"]
    assert not User.objects.exists()


def test_guessing_the_code_is_slowed_down() -> None:
    statuses = [Client().post("/setup", {**FIELDS, "code": "AAAA-BBBB-CCCC"}).status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    assert Client().post("/setup", {**FIELDS, "code": code()}).status_code == 429
    answer = Client().post("/setup", {**FIELDS, "code": code()}, REMOTE_ADDR="203.0.113.9")
    assert answer.status_code == 302, "from another address it goes on"


@pytest.mark.parametrize(("field", "value"), [("password", "password"), ("name", "\u200b"), ("email", "x")])
def test_what_is_wrong_is_said_and_nothing_is_made(field: str, value: str) -> None:
    answer = Client().post("/setup", {**FIELDS, "code": code(), field: value})
    assert answer.status_code == 200
    assert answer.context["form"].errors[field]
    assert not Workspace.objects.exists()
    assert not User.objects.exists()


def test_setup_needs_a_csrf_token() -> None:
    assert Client(enforce_csrf_checks=True).post("/setup", {**FIELDS, "code": code()}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_becomes_the_owner(transactional_db: None) -> None:
    def rush(number: int) -> bool:
        try:
            setup.set_up(**{**FIELDS, "email": f"ada{number}@example.com"})
        except Conflict:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as threads:
        won = list(threads.map(rush, range(6)))
    assert sum(won) == 1
    counts = (Workspace.objects.count(), User.objects.count(), Member.objects.count(), Room.objects.count())
    assert counts == (1, 1, 1, 1)


def run(command: str, *arguments: str) -> str:
    printed = StringIO()
    call_command(command, *arguments, stdout=printed)
    return printed.getvalue().strip()


def test_setupcode_prints_the_code_until_there_is_a_workspace() -> None:
    assert run("setupcode") == code()
    make_workspace()
    assert run("setupcode") == ""


def test_createowner_sets_up_without_a_browser() -> None:
    arguments = [f"--{field}={value}" for field, value in FIELDS.items()]
    assert run("createowner", *arguments) == "Ada is now the owner of Engines."
    assert Member.objects.get().role == "OWNER"
    with pytest.raises(CommandError, match="already set up"):
        run("createowner", *arguments)


def test_createowner_says_what_is_wrong() -> None:
    with pytest.raises(CommandError, match="password: "):
        run("createowner", "--workspace=W", "--name=N", "--email=e@example.com", "--password=x")
