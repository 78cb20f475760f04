"""People in admin: found, changed, shut out and let in again, by the product's actions."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts.models import AccessChange, Session, User
from accounts.tests.admin.operators import AtWork, errors, make_staff, said
from accounts.tests.factories import PASSWORD, Cast, make_user, sign_in


def test_people_are_found_by_name_in_any_case_and_by_e_mail(operator: AtWork, cast: Cast) -> None:
    shima = make_user("ŞİMA Öz")

    assert operator.rows(User, q="öz") == [shima]
    assert operator.rows(User, q=str(cast.ben.email).upper()) == [cast.ben]
    assert operator.rows(User, q="nobody at all") == []


def test_they_are_filtered_by_standing(operator: AtWork, cast: Cast) -> None:
    User.objects.filter(pk=cast.dan.pk).update(is_active=False)

    assert operator.rows(User, is_active__exact="0") == [cast.dan]
    assert operator.rows(User, is_superuser__exact="1") == [operator.user]


def test_their_last_use_is_that_of_their_latest_session(operator: AtWork, cast: Cast) -> None:
    sign_in(cast.ben)
    sign_in(cast.ben)
    older, newer = Session.objects.filter(user=cast.ben)
    Session.objects.filter(pk=older.pk).update(last_used_at=timezone.now() - timedelta(days=3))
    (row,) = operator.rows(User, q="ben")

    assert row.used == newer.last_used_at


def test_a_new_name_and_address_are_cleaned_and_told(operator: AtWork, cast: Cast) -> None:
    response = operator.change(cast.ben, name="  Benjamin\u202e  Okafor ", email="New@Example.com")

    assert response.status_code == 302
    cast.ben.refresh_from_db()
    assert (cast.ben.name, cast.ben.email) == ("Benjamin Okafor", "new@example.com")
    assert cast.ben.name_key == "benjamin okafor"
    assert AccessChange.objects.filter(kind="user_updated", user=cast.ben.uuid).count() == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "\u200b", "Between 1 and 100 characters."),
        ("email", "nowhere", "Enter a valid email address."),
        ("email", "", "Enter a valid email address."),
        ("new_password", "12345678", "This password is too common."),
    ],
)
def test_what_an_action_refuses_comes_back_to_its_field(
    operator: AtWork, cast: Cast, field: str, value: str, sentence: str
) -> None:
    response = operator.change(cast.ben, **{field: value})

    assert errors(response) == {field: [sentence]}
    assert User.objects.get(pk=cast.ben.pk).name == "Ben"


def test_a_taken_address_is_refused(operator: AtWork, cast: Cast) -> None:
    assert "email" in errors(operator.change(cast.ben, email=cast.ada.email))
    assert errors(operator.change(cast.ben, email=str(cast.ada.email).upper()))


def test_half_of_a_refused_change_is_not_kept(operator: AtWork, cast: Cast) -> None:
    errors(operator.change(cast.ben, name="Bob", new_password="12345678"))

    assert User.objects.get(pk=cast.ben.pk).name == "Ben"
    assert not AccessChange.objects.filter(kind="user_updated").exists()
    assert not LogEntry.objects.exists()


def test_a_new_password_ends_every_session(operator: AtWork, cast: Cast) -> None:
    sign_in(cast.ben)
    assert operator.change(cast.ben, new_password="a-quite-long-one-4711").status_code == 302

    cast.ben.refresh_from_db()
    assert cast.ben.check_password("a-quite-long-one-4711")
    assert not Session.objects.filter(user=cast.ben).exists()


def test_an_empty_password_keeps_the_old_one(operator: AtWork, cast: Cast) -> None:
    operator.change(cast.ben, name="Bob", new_password="")

    cast.ben.refresh_from_db()
    assert cast.ben.check_password(PASSWORD)


def test_deactivating_asks_first(operator: AtWork, cast: Cast) -> None:
    response = operator.act("deactivate", cast.ben, sure=False)

    assert "cannot sign in again" in response.content.decode()
    assert User.objects.get(pk=cast.ben.pk).is_active


def test_shut_out_and_let_in_again(operator: AtWork, cast: Cast) -> None:
    sign_in(cast.ben)
    operator.act("deactivate", cast.ben)

    assert not User.objects.get(pk=cast.ben.pk).is_active
    assert not Session.objects.filter(user=cast.ben).exists()
    assert AccessChange.objects.filter(kind="account_disabled", user=cast.ben.uuid).exists()
    operator.act("reactivate", cast.ben)
    assert User.objects.get(pk=cast.ben.pk).is_active
    assert not AccessChange.objects.filter(kind="account_disabled", user=cast.ben.uuid).exists()


def test_one_who_cannot_be_shut_out_stops_no_other(operator: AtWork, cast: Cast) -> None:
    response = operator.act("deactivate", cast.ben, cast.dan)

    assert not User.objects.get(pk=cast.ben.pk).is_active
    assert User.objects.get(pk=cast.dan.pk).is_active, "The last owner of a workspace"
    assert "needs an owner" in said(response)
    assert "done (1)" in said(response)


def test_all_sessions_end(operator: AtWork, cast: Cast) -> None:
    sign_in(cast.ben)
    sign_in(cast.ben)
    operator.act("end_sessions", cast.ben)

    assert not Session.objects.filter(user=cast.ben).exists()
    assert AccessChange.objects.filter(kind="session_ended", user=cast.ben.uuid).count() == 2


def test_ending_ones_own_sessions_is_no_accident(operator: AtWork) -> None:
    response = operator.act("end_sessions", operator.user)

    assert response.status_code == 302
    assert operator.get("/admin/").status_code == 302


def test_a_button_leads_back_to_its_page(operator: AtWork, cast: Cast) -> None:
    page = operator.page(cast.ben).content.decode()
    assert "Deactivate" in page
    assert "Reactivate" not in page
    response = operator.act("deactivate", cast.ben, stay="yes")
    assert response["Location"] == f"/admin/accounts/user/{cast.ben.pk}/change/"
    assert "Reactivate" in operator.get(response["Location"]).content.decode()


def test_what_is_done_is_in_the_history(operator: AtWork, cast: Cast) -> None:
    operator.act("deactivate", cast.ben)
    operator.change(cast.dan, name="Daniel")

    assert "Deactivate" in operator.get(f"/admin/accounts/user/{cast.ben.pk}/history/").content.decode()
    assert LogEntry.objects.filter(user=operator.user).count() == 2


def test_nobody_is_made_or_deleted_here(operator: AtWork, cast: Cast) -> None:
    assert operator.get("/admin/accounts/user/add/").status_code == 403
    assert operator.delete(cast.ben).status_code in {403, 404}
    assert "Nothing" not in said(operator.act("delete_selected", cast.ben))
    assert User.objects.filter(pk=cast.ben.pk).exists()


def test_only_a_part_is_chosen_at_once(operator: AtWork, cast: Cast) -> None:
    User.objects.bulk_create(User(name=f"Person {n}", name_key=f"person {n}", password="!") for n in range(201))
    response = operator.act("deactivate", cast.ben, select_across="1")

    assert "At most 200" in said(response)
    assert User.objects.filter(is_active=False).count() == 0


def test_privileges_are_given_by_superusers(operator: AtWork, cast: Cast) -> None:
    permission = Permission.objects.get(codename="view_room")
    assert operator.change(cast.ben, is_staff="on", user_permissions=[permission.pk]).status_code == 302

    ben = User.objects.get(pk=cast.ben.pk)
    assert (ben.is_staff, ben.is_superuser) == (True, False)
    assert ben.has_perm("chat.view_room")


def test_a_superuser_is_staff(operator: AtWork, cast: Cast) -> None:
    operator.change(cast.ben, is_superuser="on")

    cast.ben.refresh_from_db()
    assert cast.ben.is_staff


def test_the_last_superuser_stays(operator: AtWork, cast: Cast) -> None:
    for change in ({"is_superuser": None}, {"is_staff": None}):
        assert "needs a superuser" in str(errors(operator.change(operator.user, **change)))
    assert "needs a superuser" in said(operator.act("deactivate", operator.user))
    operator.change(cast.ada, is_superuser="on")
    assert operator.change(operator.user, is_superuser=None).status_code == 302
    assert not User.objects.get(pk=operator.user.pk).is_superuser


def test_only_permissions_that_mean_something_are_offered(operator: AtWork, cast: Cast) -> None:
    field = operator.page(cast.ben).context["adminform"].form.fields["user_permissions"]
    offered = {permission.codename for permission in field.queryset}

    assert {"view_user", "change_user", "delete_message", "add_membership", "delete_session"} <= offered
    assert not offered & {"delete_user", "add_user", "change_message", "add_room", "add_session", "view_logentry"}


class TestStaffWhoAreNoSuperusers:
    def test_they_see_and_change_nothing_with_permission_to_view(self, cast: Cast) -> None:
        work = make_staff(cast.ben, "view_user")

        assert work.page(cast.cleo).status_code == 200
        assert work.client.post(f"/admin/accounts/user/{cast.cleo.pk}/change/", {"name": "X"}).status_code == 403
        work.act("deactivate", cast.cleo)
        work.act("end_sessions", cast.cleo)
        assert User.objects.get(pk=cast.cleo.pk).is_active
        assert User.objects.get(pk=cast.cleo.pk).name == "Cleo"
        assert work.get("/admin/chat/room/").status_code == 403
        assert work.get("/admin/accounts/session/").status_code == 403

    def test_without_any_they_see_nothing(self, cast: Cast) -> None:
        work = make_staff(cast.ben, "view_user")
        work.user.user_permissions.clear()

        assert work.get("/admin/").status_code == 200
        assert work.listing(User).status_code == 403
        assert work.page(cast.cleo).status_code == 403

    def test_nobody_raises_themselves_or_others(self, cast: Cast) -> None:
        work = make_staff(cast.ben, "view_user", "change_user")
        data = {"name": "Cleo", "email": cast.cleo.email, "is_staff": "on", "is_superuser": "on"}
        assert work.client.post(f"/admin/accounts/user/{cast.cleo.pk}/change/", data).status_code == 302
        assert work.client.post(f"/admin/accounts/user/{cast.ben.pk}/change/", data).status_code == 403

        for person in (cast.cleo, cast.ben):
            person.refresh_from_db()
            assert not person.is_superuser
        assert not cast.cleo.is_staff

    def test_they_touch_no_account_of_staff(self, cast: Cast) -> None:
        make_staff(cast.ada)
        sign_in(cast.ada)
        work = make_staff(cast.ben, "view_user", "change_user", "view_session", "delete_session")
        data = {"name": "Ada", "email": "mine@example.com", "new_password": "a-quite-long-one-4711"}
        assert work.client.post(f"/admin/accounts/user/{cast.ada.pk}/change/", data).status_code == 403
        assert "Only a superuser" in said(work.act("deactivate", cast.ada))
        assert "Only a superuser" in said(work.act("end_sessions", cast.ada))
        assert "Only a superuser" in said(work.act("end", *Session.objects.filter(user=cast.ada)))

        cast.ada.refresh_from_db()
        assert cast.ada.is_active
        assert cast.ada.check_password(PASSWORD)
        assert Session.objects.filter(user=cast.ada).exists()

    def test_they_change_others_with_permission(self, cast: Cast) -> None:
        work = make_staff(cast.ben, "view_user", "change_user")

        assert work.change(cast.cleo, name="Cleopatra").status_code == 302
        assert User.objects.get(pk=cast.cleo.pk).name == "Cleopatra"
