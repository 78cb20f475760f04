"""Who is in which room, and who belongs to which workspace, in admin."""

from accounts.models import Member, User
from accounts.tests.admin.operators import AtWork, address, errors, make_staff, said
from chat.actions.rooms import open_direct
from chat.models import Membership
from chat.tests.conftest import House


def test_a_rooms_people_and_a_persons_rooms_are_lists(operator: AtWork, house: House) -> None:
    in_attic = operator.rows(Membership, room__id__exact=house.attic.pk)
    assert [membership.user for membership in in_attic] == [house.ada, house.ben, house.cleo]
    of_ben = operator.rows(Membership, user__id__exact=house.ben.pk)
    assert [membership.room for membership in of_ben] == [house.attic, house.hall]


def test_they_are_found_by_person(operator: AtWork, house: House) -> None:
    assert {row.user for row in operator.rows(Membership, q="BEN")} == {house.ben}
    assert {row.user for row in operator.rows(Membership, q="cleo.marchetti.")} == {house.cleo}
    found = operator.rows(Membership, q="ben", room__id__exact=house.hall.pk)
    assert [(row.user, row.room) for row in found] == [(house.ben, house.hall)]
    assert operator.rows(Membership, q="nobody") == []


def test_somebody_is_brought_into_a_room(operator: AtWork, house: House) -> None:
    eve = house.newcomer("Eve")
    assert operator.add(Membership, room=house.attic, user=eve).status_code == 302

    assert Membership.objects.filter(room=house.attic, user=eve).exists()


def test_who_is_of_another_workspace_is_not(operator: AtWork, house: House) -> None:
    assert errors(operator.add(Membership, room=house.attic, user=house.dan))
    direct, _ = open_direct(user=house.ada, people=[house.ben.uuid])
    assert "cannot be changed" in str(errors(operator.add(Membership, room=direct, user=house.cleo)))
    assert errors(operator.add(Membership, room=house.attic, user=house.ben)), "Once is enough"

    assert Membership.objects.count() == 7


def test_people_are_removed(operator: AtWork, house: House) -> None:
    bens, cleos = Membership.objects.get(user=house.ben, room=house.attic), Membership.objects.get(user=house.cleo)
    operator.act("remove_chosen", bens)
    operator.delete(cleos)

    assert [row.user for row in Membership.objects.filter(room=house.attic)] == [house.ada]


def test_nobody_is_removed_from_a_direct_conversation(operator: AtWork, house: House) -> None:
    direct, _ = open_direct(user=house.ada, people=[house.ben.uuid])
    membership = direct.memberships.get(user=house.ben)

    assert "cannot be changed" in said(operator.act("remove_chosen", membership))
    response = operator.delete(membership)
    assert response.status_code == 302
    assert "cannot be changed" in said(response)
    assert direct.memberships.count() == 2


def test_what_they_chose_for_a_room_can_be_set_for_them(operator: AtWork, house: House) -> None:
    membership = Membership.objects.get(user=house.ben, room=house.hall)
    response = operator.change(membership, involvement="everything", starred="on")

    assert response.status_code == 302
    membership.refresh_from_db()
    assert (membership.involvement, membership.starred) == ("everything", True)


def test_a_mute_that_is_over_is_refused(operator: AtWork, house: House) -> None:
    membership = Membership.objects.get(user=house.ben, room=house.hall)
    response = operator.change(membership, muted_until_0="2020-01-01", muted_until_1="10:00")

    assert errors(response) == {"muted_until": ["Must be in the future, and within a year."]}


def test_out_of_the_workspace_is_out_of_its_rooms(operator: AtWork, house: House) -> None:
    open_direct(user=house.ada, people=[house.ben.uuid])
    asked = operator.act("remove_chosen", Member.objects.get(user=house.ben), sure=False)
    assert "including direct conversations" in asked.content.decode()
    operator.act("remove_chosen", Member.objects.get(user=house.ben))
    operator.delete(Member.objects.get(user=house.cleo))

    assert {row.user for row in Membership.objects.all()} == {house.ada}
    assert {member.user for member in Member.objects.filter(workspace=house.workspace)} == {house.ada}
    assert User.objects.get(pk=house.ben.pk).is_active


def test_the_last_owner_stays(operator: AtWork, house: House) -> None:
    member = Member.objects.get(user=house.ada)

    assert "needs an owner" in said(operator.delete(member))
    assert "needs an owner" in said(operator.act("remove_chosen", member))
    assert Membership.objects.filter(user=house.ada).count() == 2


def test_permission_to_view_is_no_permission_to_change(house: House) -> None:
    work = make_staff(house.cleo, "view_membership", "view_member")
    membership, member = Membership.objects.get(user=house.ben, room=house.hall), Member.objects.get(user=house.ben)
    for row in (membership, member):
        assert work.page(row).status_code == 200
        assert work.client.post(address(type(row), "change", row.pk), {"role": "GUEST"}).status_code == 403
        assert work.delete(row).status_code == 403
        assert work.get(address(type(row), "add")).status_code == 403
        work.act("remove_chosen", row)
    work.act("make_admins", Member.objects.get(user=house.cleo))

    assert Membership.objects.filter(pk=membership.pk).exists()
    assert Member.objects.get(user=house.ben).role == "MEMBER"
    assert Member.objects.get(user=house.cleo).role == "GUEST"


def test_a_field_for_a_person_is_no_list_of_all_people(operator: AtWork, house: House) -> None:
    house.newcomer("Needle")
    for noun in (Membership, Member):
        page = operator.get(address(noun, "add")).content.decode()
        assert "Needle" not in page
        assert "admin-autocomplete" in page
