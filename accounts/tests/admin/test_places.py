"""Workspaces, their members, invitations and sessions in admin."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AccessChange, Invitation, Member, Session, Workspace
from accounts.roles import Role
from accounts.sessions import hash_token
from accounts.tests.admin.operators import AtWork, address, errors, make_staff, said
from accounts.tests.factories import Cast, make_invitation, make_user, sign_in


class TestWorkspaces:
    def test_a_new_name_is_told(self, operator: AtWork, cast: Cast) -> None:
        assert operator.change(cast.workspace, name=" Engines ").status_code == 302

        assert Workspace.objects.get(pk=cast.workspace.pk).name == "Engines"
        assert AccessChange.objects.filter(kind="workspace_updated", workspace=cast.workspace.uuid).exists()

    def test_a_name_that_is_none_is_refused(self, operator: AtWork, cast: Cast) -> None:
        assert errors(operator.change(cast.workspace, name="\u200b")) == {"name": ["Between 1 and 100 characters."]}

    def test_who_makes_one_owns_it(self, operator: AtWork) -> None:
        assert operator.add(Workspace, name="Third").status_code == 302

        assert Member.objects.get(workspace__name="Third").user == operator.user
        assert Member.objects.get(workspace__name="Third").role == "OWNER"


class TestMembers:
    def test_somebody_is_put_into_a_workspace(self, operator: AtWork, cast: Cast) -> None:
        response = operator.add(Member, workspace=cast.workspace, user=cast.dan, role="GUEST")

        assert response.status_code == 302
        assert Member.objects.get(workspace=cast.workspace, user=cast.dan).role == "GUEST"
        assert AccessChange.objects.filter(kind="workspace_joined", user=cast.dan.uuid).count() == 1

    def test_who_is_there_already_is_not_put_there_again(self, operator: AtWork, cast: Cast) -> None:
        assert errors(operator.add(Member, workspace=cast.workspace, user=cast.ben, role="ADMIN"))
        assert Member.objects.get(workspace=cast.workspace, user=cast.ben).role == "MEMBER"

    def test_roles_change(self, operator: AtWork, cast: Cast) -> None:
        member = Member.objects.get(user=cast.ben)
        assert operator.change(member, role="OWNER").status_code == 302
        member.refresh_from_db()
        assert member.role == "OWNER"
        operator.act("make_guests", member)
        member.refresh_from_db()
        assert member.role == "GUEST"

    def test_the_last_owner_stays_one(self, operator: AtWork, cast: Cast) -> None:
        member = Member.objects.get(user=cast.ada)

        assert "needs an owner" in str(errors(operator.change(member, role="MEMBER")))
        assert "needs an owner" in said(operator.act("make_members", member))
        assert Member.objects.get(user=cast.ada).role == "OWNER"

    def test_they_are_found_by_person_and_filtered_by_role(self, operator: AtWork, cast: Cast) -> None:
        assert [member.user for member in operator.rows(Member, q="BEN")] == [cast.ben]
        assert [member.user for member in operator.rows(Member, role__exact="GUEST")] == [cast.cleo]


class TestInvitations:
    def test_an_operator_invites_as_the_member_they_are(self, cast: Cast) -> None:
        work = make_staff(cast.ada)
        assert work.add(Invitation, workspace=cast.workspace, role="MEMBER", days=3, max_uses=5).status_code == 302

        invitation = Invitation.objects.get()
        assert (invitation.inviter, invitation.max_uses) == (cast.ada, 5)
        assert invitation.expires_at is not None
        assert timedelta(days=2) < invitation.expires_at - timezone.now() <= timedelta(days=3)

    def test_who_is_no_member_cannot_invite(self, operator: AtWork, cast: Cast) -> None:
        response = operator.add(Invitation, workspace=cast.workspace, role="MEMBER")

        assert errors(response) == {"__all__": ["This workspace does not exist, or you are not a member of it."]}

    def test_nobody_invites_above_their_role(self, cast: Cast) -> None:
        work = make_staff(cast.ben)

        assert "a role above your own" in str(errors(work.add(Invitation, workspace=cast.workspace, role="OWNER")))

    def test_any_is_revoked(self, operator: AtWork, cast: Cast) -> None:
        invitation = make_invitation(cast.ada, cast.workspace)
        operator.act("revoke", invitation)

        invitation.refresh_from_db()
        assert invitation.revoked_at is not None

    def test_they_are_filtered_by_whether_they_work(self, operator: AtWork, cast: Cast) -> None:
        usable = make_invitation(cast.ada, cast.workspace)
        over = make_invitation(cast.ada, cast.workspace, expires_at=timezone.now() - timedelta(days=1))

        assert operator.rows(Invitation, usable="yes") == [usable]
        assert operator.rows(Invitation, usable="no") == [over]

    def test_codes_are_nowhere(self, operator: AtWork, cast: Cast) -> None:
        invitation = make_invitation(cast.ada, cast.workspace)
        operator.act("revoke", invitation)
        pages = [
            operator.listing(Invitation),
            operator.page(invitation),
            operator.act("revoke", invitation, sure=False),
            operator.get(address(Invitation, "history", invitation.pk)),
            operator.get("/admin/"),
        ]

        assert all(page.status_code == 200 for page in pages)
        assert not any(invitation.code in page.content.decode() for page in pages)
        assert operator.rows(Invitation, q=invitation.code) == []


class TestSessions:
    def test_they_are_listed_with_device_and_address(self, operator: AtWork, cast: Cast) -> None:
        sign_in(cast.ben)
        Session.objects.filter(user=cast.ben).update(device="Firefox on Linux", address="192.0.2.7")
        page = operator.listing(Session, user__id__exact=cast.ben.pk).content.decode()

        assert "Firefox on Linux" in page
        assert "192.0.2.7" in page
        assert [row.user for row in operator.rows(Session, q="firefox")] == [cast.ben]

    def test_one_is_ended(self, operator: AtWork, cast: Cast) -> None:
        token, other = sign_in(cast.ben), sign_in(cast.ben)
        session = Session.objects.get(pk=hash_token(token))
        asked = operator.act("end", session, sure=False)
        assert str(session.uuid) in asked.content.decode()
        operator.act("end", session)

        assert [row.pk for row in Session.objects.filter(user=cast.ben)] == [hash_token(other)]
        assert AccessChange.objects.filter(kind="session_ended", session=session.uuid).count() == 1

    def test_the_expired_are_told_apart(self, operator: AtWork, cast: Cast) -> None:
        token = sign_in(cast.ben)
        Session.objects.filter(pk=hash_token(token)).update(expire_date=timezone.now() - timedelta(days=1))

        assert [row.user for row in operator.rows(Session, expired="yes")] == [cast.ben]
        assert [row.user for row in operator.rows(Session, expired="no")] == [operator.user]

    @pytest.mark.parametrize("key", ["", "x", "1", "\x00", "f" * 64])
    def test_what_is_no_uuid_chooses_nothing(self, operator: AtWork, cast: Cast, key: str) -> None:
        before = Session.objects.count()
        data = {"action": "end", "_selected_action": [key], "post": "yes"}

        assert operator.client.post(address(Session, "changelist"), data).status_code in {200, 302}
        assert Session.objects.count() == before

    def test_keys_and_data_are_nowhere(self, operator: AtWork, cast: Cast) -> None:
        """Neither tokens nor their hashes, in no page, address, form or history; nor may one choose by them."""
        token = sign_in(cast.ben)
        session = Session.objects.get(pk=hash_token(token))
        pages = [
            operator.listing(Session),
            operator.listing(Session, q=token),
            operator.act("end", session, sure=False),
            operator.page(cast.ben),
        ]
        operator.act("end", session)
        pages += [operator.get(address(type(cast.ben), "history", cast.ben.pk)), operator.get("/admin/")]
        shown = "".join(page.content.decode() for page in pages)

        assert "session on an unknown device" in shown
        assert session.session_data not in shown
        assert not re.search(f"{session.pk}|{session.pk[:20]}", shown)
        assert operator.client.cookies["session_token"].value not in shown

    def test_there_is_no_page_of_one(self, operator: AtWork, cast: Cast) -> None:
        sign_in(cast.ben)
        session = Session.objects.get(user=cast.ben)

        for page in ("change", "delete", "history"):
            response = operator.get(address(Session, page, session.pk))
            assert response.status_code in {302, 403, 404}
            assert operator.get(address(Session, page, session.uuid)).status_code in {302, 403, 404}


def test_password_hashes_are_nowhere(operator: AtWork, cast: Cast) -> None:
    operator.change(cast.ben, new_password="a-quite-long-one-4711")
    pages = [operator.page(cast.ben), operator.listing(type(cast.ben)), operator.get("/admin/")]
    cast.ben.refresh_from_db()
    shown = "".join(page.content.decode() for page in pages)

    assert cast.ben.password not in shown
    assert "a-quite-long-one-4711" not in shown
    assert "md5" not in shown
    assert operator.listing(type(cast.ben), password__startswith="md5").status_code in {302, 400}


def test_no_list_can_be_filtered_by_a_secret(operator: AtWork, cast: Cast) -> None:
    """Django lets lists be narrowed down in their address: never by what must not be guessed bit by bit."""
    make_invitation(cast.ada, cast.workspace)
    sign_in(cast.ben)
    for noun, look_up in [
        (Invitation, "code__startswith"),
        (Invitation, "inviter__password__startswith"),
        (Session, "session_key__startswith"),
        (Session, "user__password__startswith"),
        (Member, "user__password__startswith"),
        (Member, "user__sessions__session_key__startswith"),
    ]:
        response = operator.listing(noun, **{look_up: "a"})
        assert response.status_code in {302, 400}, look_up


def test_names_are_escaped_and_isolated(operator: AtWork, cast: Cast) -> None:
    eve = make_user("<script>alert(1)</script>", cast.workspace, Role.MEMBER)
    member = Member.objects.get(user=eve)
    for page in (operator.listing(Member), operator.page(eve), operator.act("make_guests", member)):
        assert "<script>alert" not in page.content.decode()
    assert "<bdi>&lt;script&gt;" in operator.listing(Member).content.decode()
