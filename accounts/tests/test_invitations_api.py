"""Invitations: who may write which, and that each lets in exactly whom it should."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actions.invitations import accept_invitation
from accounts.actions.members import change_role
from accounts.actions.users import deactivate
from accounts.events import MemberJoined
from accounts.models import Invitation, Member, User
from accounts.roles import Role
from accounts.tests.factories import Cast, bearer, make_cast, make_invitation, make_user
from campfire import events
from campfire.errors import NotFound

JSON = "application/json"


def invite(cast: Cast, user: User, **fields: object):
    body = {"role": "MEMBER", **fields}
    return bearer(user).post(f"/api/workspaces/{cast.workspace.uuid}/invitations", body, content_type=JSON)


def accept(user: User, code: str):
    return bearer(user).post(f"/api/invitations/{code}/accept")


def test_an_invitation(cast: Cast) -> None:
    answer = invite(cast, cast.ben, max_uses=3, expires_in=60)
    body = answer.json()
    assert answer.status_code == 201
    assert set(body) == {"id", "code", "url", "role", "expires_at", "max_uses", "uses"}
    assert body["url"] == f"http://testserver/join/{body['code']}"
    assert (body["role"], body["max_uses"], body["uses"]) == ("MEMBER", 3, 0)
    assert len(body["code"]) * 6 >= 128, "bits, at six for each URL-safe character"


def test_the_link_is_at_the_configured_address(cast: Cast, settings) -> None:
    settings.CAMPFIRE_URL = "https://chat.example.com"
    assert invite(cast, cast.ben).json()["url"].startswith("https://chat.example.com/join/")


def test_a_week_unless_said_otherwise(cast: Cast) -> None:
    invite(cast, cast.ben)
    expires_at = Invitation.objects.get().expires_at
    assert expires_at is not None
    left = expires_at - timezone.now()
    assert timedelta(days=6, hours=23) < left < timedelta(days=7)
    assert invite(cast, cast.ben, expires_in=None).json()["expires_at"] is None


@pytest.mark.parametrize(
    "fields",
    [
        {"expires_in": 0},
        {"expires_in": -1},
        {"expires_in": 1e9},
        {"max_uses": 0},
        {"max_uses": 1e9},
        {"role": "KING"},
    ],
)
def test_what_is_out_of_range_is_refused(cast: Cast, fields: dict[str, object]) -> None:
    assert invite(cast, cast.ada, **fields).status_code == 400


def test_nobody_invites_above_themselves_and_guests_nobody(cast: Cast) -> None:
    assert invite(cast, cast.ben, role="ADMIN").status_code == 403
    assert invite(cast, cast.cleo, role="GUEST").status_code == 403
    assert invite(cast, cast.dan).status_code == 404
    assert invite(cast, cast.ada, role="OWNER").status_code == 201


def test_members_see_their_own_and_admins_all(cast: Cast) -> None:
    of_ada, of_ben = make_invitation(cast.ada, cast.workspace), make_invitation(cast.ben, cast.workspace)
    path = f"/api/workspaces/{cast.workspace.uuid}/invitations"

    def seen(user: User) -> set[str]:
        return {row["id"] for row in bearer(user).get(path).json()["results"]}

    assert seen(cast.ada) == {str(of_ada.uuid), str(of_ben.uuid)}
    assert seen(cast.ben) == {str(of_ben.uuid)}
    assert seen(cast.cleo) == set()
    assert bearer(cast.dan).get(path).status_code == 404


def test_revoking(cast: Cast) -> None:
    invitation = make_invitation(cast.ada, cast.workspace)
    path = f"/api/workspaces/{cast.workspace.uuid}/invitations/{invitation.uuid}"
    assert bearer(cast.ben).delete(path).status_code == 404
    assert bearer(cast.dan).delete(path).status_code == 404
    assert bearer(cast.ada).delete(path).status_code == 204
    assert bearer(cast.ada).delete(path).status_code == 404
    assert accept(cast.dan, invitation.code).status_code == 404


def test_accepting_brings_you_in_and_tells(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
) -> None:
    heard: list[MemberJoined] = []
    monkeypatch.setattr(events, "_handlers", [(heard.extend, (MemberJoined,))])
    invitation = make_invitation(cast.ada, cast.workspace, Role.GUEST)
    with django_capture_on_commit_callbacks(execute=True):
        answer = accept(cast.dan, invitation.code)
    assert (answer.status_code, answer.json()["role"]) == (200, "GUEST")
    assert [(event.user, event.role, event.workspace) for event in heard] == [
        (str(cast.dan.uuid), "GUEST", str(cast.workspace.uuid))
    ]


def test_who_is_there_already_keeps_their_role_and_costs_no_use(cast: Cast) -> None:
    invitation = make_invitation(cast.ada, cast.workspace, Role.OWNER, max_uses=1)
    assert accept(cast.ben, invitation.code).json()["role"] == "MEMBER"
    assert Invitation.objects.get().uses == 0


def spoilt(cast: Cast) -> dict[str, str]:
    """Codes of invitations that let nobody in, each for another reason."""
    past = timezone.now() - timedelta(seconds=1)
    above = make_invitation(cast.ben, cast.workspace, Role.ADMIN)
    eve = make_user("Eve", cast.workspace, Role.ADMIN)
    demoted = make_invitation(eve, cast.workspace, Role.ADMIN)
    change_role(actor=cast.ada, workspace=cast.workspace.uuid, user=eve.uuid, role=Role.MEMBER)
    gone = make_user("Finn", cast.workspace)
    deactivated = make_invitation(gone, cast.workspace)
    deactivate(user=gone)
    return {
        "wrong": "no-such-code",
        "expired": make_invitation(cast.ada, cast.workspace, expires_at=past).code,
        "used up": make_invitation(cast.ada, cast.workspace, max_uses=1, uses=1).code,
        "revoked": make_invitation(cast.ada, cast.workspace, revoked_at=past).code,
        "above the inviter": above.code,
        "of somebody demoted since": demoted.code,
        "of somebody deactivated since": deactivated.code,
        "foreign": make_invitation(cast.ada, cast.elsewhere).code,
    }


def test_all_that_let_nobody_in_are_the_same_404(cast: Cast) -> None:
    answers = {reason: accept(cast.dan, code) for reason, code in spoilt(cast).items()}
    assert {answer.status_code for answer in answers.values()} == {404}
    assert len({answer.content for answer in answers.values()}) == 1
    assert not Member.objects.filter(user=cast.dan, workspace=cast.workspace).exists()
    assert accept(cast.dan, make_invitation(cast.ada, cast.workspace).code).status_code == 200, "a good one works"


@pytest.mark.django_db(transaction=True)
def test_an_invitation_is_never_used_more_often_than_it_may(transactional_db: None) -> None:
    cast = make_cast()
    invitation = make_invitation(cast.ada, cast.workspace, max_uses=3)
    strangers = [make_user(f"Stranger {number}") for number in range(12)]

    def rush(user: User) -> bool:
        try:
            accept_invitation(user=user, code=invitation.code)
        except NotFound:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(strangers)) as threads:
        let_in = list(threads.map(rush, strangers))
    assert sum(let_in) == 3
    assert Invitation.objects.get().uses == 3
    assert Member.objects.filter(user__in=strangers).count() == 3


@pytest.mark.django_db(transaction=True)
def test_one_person_accepting_many_times_at_once_is_one_member(transactional_db: None) -> None:
    cast = make_cast()
    codes = [make_invitation(cast.ada, cast.workspace, max_uses=1).code for _ in range(8)]

    def rush(code: str) -> None:
        try:
            accept_invitation(user=cast.dan, code=code)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(codes)) as threads:
        list(threads.map(rush, codes))
    assert Member.objects.filter(user=cast.dan, workspace=cast.workspace).count() == 1
    assert sum(Invitation.objects.values_list("uses", flat=True)) == 1


def test_a_code_that_no_database_could_hold_is_just_wrong(cast: Cast) -> None:
    wrong = accept(cast.dan, "%00")
    assert (wrong.status_code, wrong.json()) == (404, accept(cast.dan, "wrong").json())
    assert bearer(cast.dan).get("/join/%00").status_code == 404
