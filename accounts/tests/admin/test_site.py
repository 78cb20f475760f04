"""The door of admin: the product's own sign-in, for staff, and nowhere else afterwards."""

from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from accounts.tests.admin.operators import AtWork, make_staff
from accounts.tests.factories import PASSWORD, Cast, browser


def test_strangers_are_led_to_the_products_own_sign_in(operator: AtWork) -> None:
    client = Client()
    response = client.get("/admin/accounts/user/", follow=True)

    assert response.redirect_chain[-1][0] == "/sign-in?next=/admin/accounts/user/"
    assert "accounts/sign_in.html" in [template.name for template in response.templates]
    signed_in = client.post(
        "/sign-in", {"login": operator.user.email, "password": PASSWORD, "next": "/admin/accounts/user/"}, follow=True
    )
    assert signed_in.redirect_chain == [("/admin/accounts/user/", 302)]
    assert signed_in.status_code == 200


def test_admin_takes_no_password_itself(operator: AtWork) -> None:
    client = Client()
    response = client.post("/admin/login/", {"username": operator.user.email, "password": PASSWORD})

    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in?")
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("path", ["/admin/", "/admin/accounts/user/", "/admin/nothing/here/"])
def test_others_than_staff_are_refused_in_words(cast: Cast, path: str) -> None:
    response = browser(cast.ada).get(path, follow=True)

    assert response.status_code == 403
    assert "your role doesn’t allow this" in response.content.decode()


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x()", "room", "?"]
)
def test_it_leads_back_within_this_site_only(operator: AtWork, wanted: str) -> None:
    assert operator.get("/admin/login/", next=wanted)["Location"] == "/admin/"
    assert Client().get("/admin/login/", {"next": wanted})["Location"] == "/sign-in?next=/admin/"


def test_who_is_staff_already_goes_straight_in(operator: AtWork) -> None:
    assert operator.get("/admin/login/", next="/admin/chat/room/")["Location"] == "/admin/chat/room/"


def test_signing_out_ends_the_session(operator: AtWork) -> None:
    response = operator.client.post("/admin/logout/")

    assert response["Location"] == "/sign-in"
    assert operator.get("/admin/").status_code == 302


@pytest.mark.parametrize("path", ["password_change/", "password_change/done/", "auth/group/", "account/emailaddress/"])
def test_nothing_is_there_that_would_write_past_the_actions(operator: AtWork, path: str) -> None:
    assert operator.get(f"/admin/{path}").status_code == 404


def test_a_deactivated_operator_is_out(operator: AtWork) -> None:
    type(operator.user).objects.filter(pk=operator.user.pk).update(is_active=False)

    assert operator.get("/admin/").status_code == 302


def test_pages_are_private_and_under_the_policy(operator: AtWork) -> None:
    response = operator.get("/admin/accounts/user/")

    assert "no-store" in response["Cache-Control"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "Back to the chat" in response.content.decode()


def test_namesakes_are_told_apart_while_typing(operator: AtWork, cast: Cast) -> None:
    found = operator.get(
        "/admin/autocomplete/", app_label="accounts", model_name="member", field_name="user", term="be"
    ).json()

    assert [person["text"] for person in found["results"]] == [f"Ben <{cast.ben.email}>"]


def test_times_are_the_readers(cast: Cast) -> None:
    work = make_staff(cast.ada)
    work.client.cookies["zone"] = "Asia/Kathmandu"
    created = cast.ben.created_at.astimezone(ZoneInfo("Asia/Kathmandu"))

    assert f"{created:%Y}, {created.hour % 12 or 12}:{created:%M}" in work.page(cast.ben).content.decode()
