"""Signing in, joining and inviting in the browser."""

import re

import pytest
from django.test import Client

from accounts.models import Invitation, Member, User
from accounts.roles import Role
from accounts.tests.factories import PASSWORD, Cast, browser, make_invitation
from accounts.tests.test_invitations_api import spoilt
from accounts.tokens import session_of


def submit_sign_in(client: Client, email: str | None, password: str = PASSWORD, **fields: str):
    return client.post("/sign-in", {"login": email, "password": password, **fields})


def test_signing_in(cast: Cast) -> None:
    client = Client()
    assert client.get("/sign-in").status_code == 200
    answer = submit_sign_in(client, cast.ben.email)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    session = session_of(client.cookies["session_token"].value)
    assert session is not None
    assert session.user == cast.ben


def test_the_session_changes_at_sign_in(cast: Cast) -> None:
    client = Client()
    planted = "a" * 43
    client.cookies["session_token"] = planted
    submit_sign_in(client, cast.ben.email)
    assert client.cookies["session_token"].value != planted
    assert session_of(planted) is None


def test_a_wrong_password_and_an_unknown_address_look_the_same(cast: Cast) -> None:
    known = submit_sign_in(Client(), cast.ben.email, "wrong")
    unknown = submit_sign_in(Client(), "nobody@example.com", "wrong")
    assert known.status_code == unknown.status_code == 200

    def words(answer) -> str:
        page = re.sub(r'(value|nonce)="[^"]*"', "", answer.content.decode())
        return page.replace(str(cast.ben.email), "").replace("nobody@example.com", "")

    assert words(known) == words(unknown)


def test_ten_failures_are_enough(cast: Cast) -> None:
    statuses = [submit_sign_in(Client(), cast.ben.email, "wrong").status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    assert submit_sign_in(Client(), cast.ben.email).status_code == 429


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "https://evil.example/",
        "http:evil.example",
        "///evil.example",
        "/\t/evil.example",
        "data:text/html,x",
        "room",
        "?",
    ],
)
def test_next_never_leaves_this_site(cast: Cast, target: str) -> None:
    answer = submit_sign_in(Client(), cast.ben.email, next=target)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    signed_in = browser(cast.ben).get("/sign-in", {"next": target})
    assert (signed_in.status_code, signed_in["Location"]) == (302, "/")


def test_next_is_followed_within_this_site(cast: Cast) -> None:
    assert submit_sign_in(Client(), cast.ben.email, next="/search?q=x")["Location"] == "/search?q=x"


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/invitations"])
def test_forms_need_a_csrf_token(cast: Cast, path: str) -> None:
    assert browser(cast.ben, csrf=True).post(path, {}).status_code == 403


def test_signing_out(cast: Cast) -> None:
    client = browser(cast.ben)
    token = client.cookies["session_token"].value
    assert session_of(token) is not None
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out")["Location"] == "/sign-in"
    assert session_of(token) is None


def test_private_pages_are_kept_by_no_cache(cast: Cast) -> None:
    for path in ("/invitations", "/sign-in"):
        assert "no-store" in browser(cast.ada).get(path)["Cache-Control"]
        assert "private" in browser(cast.ada).get(path)["Cache-Control"]


NEWCOMER = {"name": "Eve", "email": "eve@example.com", "password": PASSWORD}


def test_a_newcomer_joins(cast: Cast) -> None:
    invitation = make_invitation(cast.ada, cast.workspace, Role.GUEST)
    client = Client()
    page = client.get(f"/join/{invitation.code}")
    assert page.status_code == 200
    assert cast.workspace.name in page.content.decode()
    answer = client.post(f"/join/{invitation.code}", {**NEWCOMER, "role": "OWNER", "is_staff": "on"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    eve = User.objects.get(email="eve@example.com")
    assert (eve.members.get().role, eve.is_staff) == ("GUEST", False)
    session = session_of(client.cookies["session_token"].value)
    assert session is not None
    assert session.user == eve


def test_what_is_wrong_is_said_at_the_field(cast: Cast) -> None:
    invitation = make_invitation(cast.ada, cast.workspace)
    answer = Client().post(f"/join/{invitation.code}", {**NEWCOMER, "email": cast.ben.email, "password": PASSWORD})
    assert answer.status_code == 200
    assert answer.context["form"].errors["email"]
    answer = Client().post(f"/join/{invitation.code}", {**NEWCOMER, "password": "password"})
    assert answer.context["form"].errors["password"]


def test_somebody_signed_in_joins_by_a_button(cast: Cast) -> None:
    invitation = make_invitation(cast.ada, cast.workspace)
    client = browser(cast.dan)
    assert client.get(f"/join/{invitation.code}").context["form"] is None
    assert not Member.objects.filter(user=cast.dan, workspace=cast.workspace).exists(), "looking is not joining"
    assert client.post(f"/join/{invitation.code}").status_code == 302
    assert Member.objects.get(user=cast.dan, workspace=cast.workspace).role == "MEMBER"


def test_links_that_let_nobody_in_are_the_same_404(cast: Cast) -> None:
    answers = [Client().get(f"/join/{code}") for code in spoilt(cast).values()]
    assert {answer.status_code for answer in answers} == {404}
    pages = {re.sub(r'nonce="[^"]*"', "", answer.content.decode()) for answer in answers}
    assert len(pages) == 1


def test_guessing_links_is_slowed_down(cast: Cast) -> None:
    assert [Client().get(f"/join/guess-{number}").status_code for number in range(11)] == [404] * 10 + [429]


def test_inviting(cast: Cast) -> None:
    client = browser(cast.ben)
    assert client.get("/invitations").status_code == 200
    assert client.post("/invitations", {"role": "MEMBER", "expires_in": "", "max_uses": "5"}).status_code == 302
    invitation = Invitation.objects.get()
    assert (invitation.inviter, invitation.max_uses, invitation.expires_at) == (cast.ben, 5, None)
    page = client.get("/invitations")
    assert page.context["url"] == f"http://testserver/join/{invitation.code}"
    assert page.context["qr"].startswith("<svg")
    assert client.post(f"/invitations/{invitation.uuid}/revoke").status_code == 302
    assert Client().get(f"/join/{invitation.code}").status_code == 404


def test_the_form_offers_no_role_above_ones_own(cast: Cast) -> None:
    assert browser(cast.ben).post("/invitations", {"role": "OWNER", "expires_in": ""}).status_code == 200
    assert not Invitation.objects.exists()


def test_guests_and_strangers_invite_nobody(cast: Cast) -> None:
    of_ada = make_invitation(cast.ada, cast.workspace)
    assert browser(cast.cleo).get("/invitations").status_code == 404
    assert browser(cast.dan).post(f"/invitations/{of_ada.uuid}/revoke").status_code == 404
    assert browser(cast.dan).get(f"/invitations?workspace={cast.workspace.uuid}").status_code == 404
    assert browser(cast.ada).get("/invitations?workspace=x").status_code == 404
    assert Invitation.objects.usable().count() == 1


def test_forms_say_what_they_ask_for(cast: Cast) -> None:
    invitation = make_invitation(cast.ada, cast.workspace)
    joining = Client().get(f"/join/{invitation.code}").content.decode()
    assert "Your name" in joining
    assert "At least 8 characters" in joining
    inviting = browser(cast.ada).get("/invitations").content.decode()
    assert [words for words in ("Role", "Expires after", "Maximum uses") if words not in inviting] == []
    assert "not used yet" in inviting
    assert "placeholder" not in Client().get("/sign-in").content.decode()


def test_every_link_that_works_can_be_copied_again_and_read_by_a_phone(cast: Cast) -> None:
    first, second = make_invitation(cast.ben, cast.workspace), make_invitation(cast.ben, cast.workspace)
    client = browser(cast.ben)
    page = client.get("/invitations").content.decode()
    for invitation in (first, second):
        assert f'value="http://testserver/join/{invitation.code}"' in page
    code = client.get(f"/invitations/{first.uuid}/code.svg")
    assert (code.status_code, code["Content-Type"]) == (200, "image/svg+xml")
    assert code.content.startswith(b'<svg xmlns="http://www.w3.org/2000/svg"')
    assert code.content != client.get(f"/invitations/{second.uuid}/code.svg").content


def test_a_code_is_for_those_who_may_see_the_link(cast: Cast) -> None:
    invitation = make_invitation(cast.ada, cast.workspace)
    path = f"/invitations/{invitation.uuid}/code.svg"
    assert browser(cast.ben).get(path).status_code == 404, "it is Ada's"
    assert Client().get(path).status_code == 302
    client = browser(cast.ada)
    client.post(f"/invitations/{invitation.uuid}/revoke")
    assert client.get(path).status_code == 404
