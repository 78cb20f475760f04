"""What an empty room offers: an invitation to those who may invite, people of the workspace where it is closed."""

from accounts.models import Invitation, User
from accounts.roles import Role
from chat.actions.memberships import add_member
from chat.models import Room
from chat.tests.conftest import House
from chat.tests.views.test_rooms import browser, say

MAKE, INVITE, ADD = "Create an invitation link", ">Invite people</a> <span", ">Add people</a> <span"


def page(user: User, room: Room) -> str:
    return browser(user).get(f"/rooms/{room.uuid}").content.decode()


def invitation(inviter: User, house: House, role: Role = Role.MEMBER) -> Invitation:
    return Invitation.objects.create(inviter=inviter, workspace=house.workspace, role=role)


def test_looking_makes_no_invitation_the_button_does(house: House) -> None:
    client = browser(house.ben)
    form = client.get(f"/rooms/{house.hall.uuid}").context["welcome"]["form"]
    assert MAKE in page(house.ben, house.hall)
    assert not Invitation.objects.exists()
    sent = {name: form[name].value() for name in ("role", "expires_in")}
    answer = client.post(f"/invitations?workspace={house.workspace.uuid}", sent)
    assert answer.status_code == 302
    made = Invitation.objects.get()
    assert (made.inviter, made.role) == (house.ben, "MEMBER")
    assert made.expires_at is not None


def test_ones_own_link_for_members_is_shown_with_its_code(house: House) -> None:
    shown = invitation(house.ada, house)
    invitation(house.ada, house, Role.OWNER)
    invitation(house.ben, house)
    context = browser(house.ada).get(f"/rooms/{house.hall.uuid}").context["welcome"]
    assert context["url"] == f"http://testserver/join/{shown.code}"
    assert context["qr"].startswith("<svg")
    assert shown.code in page(house.ada, house.hall)
    assert shown.code not in page(house.ben, house.hall)


def test_where_somebody_has_spoken_there_is_but_the_way_to_invite(house: House) -> None:
    code = invitation(house.ada, house).code
    say(house.ben, house.hall, "hello")
    shown = page(house.ada, house.hall)
    assert INVITE in shown
    assert MAKE not in shown
    assert code not in shown


def test_a_guest_is_offered_no_invitation(house: House) -> None:
    add_member(user=house.ada, room=house.hall.uuid, person=house.cleo.uuid)
    shown = page(house.cleo, house.hall)
    assert not [words for words in (MAKE, INVITE, "/invitations", "/rooms/new") if words in shown]


def test_a_closed_room_offers_people_to_those_who_may_add_them(house: House) -> None:
    invitation(house.ada, house)
    of_ada, of_ben = page(house.ada, house.attic), page(house.ben, house.attic)
    assert ADD in of_ada
    assert ADD not in of_ben
    assert not [words for words in (MAKE, INVITE, "/join/") if words in of_ada + of_ben]
