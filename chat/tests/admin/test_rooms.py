"""Rooms in admin."""

import pytest

from accounts.tests.admin.operators import AtWork, address, errors, make_staff, said
from accounts.tests.tasks import run_tasks
from chat.actions.messages import post_message
from chat.actions.rooms import open_direct
from chat.models import Membership, Message, Room
from chat.tests.conftest import House


def test_they_are_found_filtered_and_named(operator: AtWork, house: House) -> None:
    direct, _ = open_direct(user=house.ada, people=[house.ben.uuid])

    assert operator.rows(Room, q="hall") == [house.hall]
    assert operator.rows(Room, kind__exact="direct") == [direct]
    assert operator.rows(Room, workspace__id__exact=house.elsewhere.pk) == []
    listed = operator.listing(Room, kind__exact="direct").content.decode()
    assert "Ada Lindqvist, Ben Okafor" in listed


def test_name_topic_and_kind_change_with_one_version(operator: AtWork, house: House) -> None:
    before = Room.objects.get(pk=house.hall.pk).version
    response = operator.change(house.hall, name=" Great  hall ", topic="Feasts", kind="closed")

    assert response.status_code == 302
    room = Room.objects.get(pk=house.hall.pk)
    assert (room.name, room.topic, room.kind) == ("Great hall", "Feasts", "closed")
    assert room.version == room.changed_version == before + 1
    operator.change(house.hall)
    assert Room.objects.get(pk=house.hall.pk).version == before + 1, "The same again takes none"


def test_what_the_action_refuses_comes_back_to_its_field(operator: AtWork, house: House) -> None:
    assert errors(operator.change(house.hall, name=" ")) == {"name": ["Between 1 and 100 characters."]}
    assert "kind" in errors(operator.change(house.hall, kind="direct"))
    assert "kind" in errors(operator.change(house.hall, kind="secret"))


def test_they_are_archived_and_brought_back(operator: AtWork, house: House) -> None:
    operator.act("archive", house.hall, house.attic)
    assert {room.pk for room in operator.rows(Room, archived="yes")} == {house.hall.pk, house.attic.pk}
    operator.act("unarchive", house.hall)

    assert operator.rows(Room, archived="no") == [house.hall]


@pytest.mark.parametrize("way", ["page", "list"])
def test_they_are_deleted_with_all_that_was_said(operator: AtWork, house: House, way: str) -> None:
    post_message(user=house.ben, room=house.hall.uuid, content="Gone soon")
    if way == "page":
        operator.delete(house.hall)
    else:
        asked = operator.act("delete_rooms", house.hall, sure=False)
        assert "for everyone and permanently" in asked.content.decode()
        operator.act("delete_rooms", house.hall)

    assert list(Room.objects.all()) == [house.attic]
    assert operator.rows(Message) == []
    run_tasks()
    assert not Message.objects.exists()


def test_asking_to_delete_a_large_room_loads_nothing_of_it(
    operator: AtWork, house: House, django_assert_max_num_queries
) -> None:
    for number in range(5):
        post_message(user=house.ben, room=house.hall.uuid, content=f"Message {number}")
    with django_assert_max_num_queries(12) as captured:
        page = operator.get(address(Room, "delete", house.hall.pk))

    assert page.status_code == 200
    assert not [query for query in captured if "chat_message" in query["sql"]]


def test_direct_conversations_stay_as_they_are(operator: AtWork, house: House) -> None:
    direct, _ = open_direct(user=house.ada, people=[house.ben.uuid])
    page = operator.page(direct).content.decode()
    assert 'name="_save"' not in page
    assert "<button>Archive" not in page
    assert operator.client.post(address(Room, "change", direct.pk), {"name": "Ours"}).status_code == 403
    assert operator.delete(direct).status_code == 403
    for action in ("archive", "delete_rooms"):
        assert "cannot be changed or deleted" in said(operator.act(action, direct))

    direct.refresh_from_db()
    assert (direct.name, direct.archived_at) == ("", None)


def test_none_is_made_here(operator: AtWork) -> None:
    assert operator.get(address(Room, "add")).status_code == 403


def test_what_the_product_keeps_is_not_taken_from_a_form(operator: AtWork, house: House) -> None:
    operator.change(house.hall, version=99, seq=99, uuid="0" * 32, workspace=house.elsewhere.pk, creator=house.dan.pk)

    room = Room.objects.get(pk=house.hall.pk)
    assert (room.version, room.seq, room.uuid) == (0, 0, house.hall.uuid)
    assert (room.workspace, room.creator) == (house.workspace, house.ada)


def test_a_page_links_to_its_people_and_messages(operator: AtWork, house: House) -> None:
    page = operator.page(house.hall).content.decode()

    assert f"/admin/chat/membership/?room__id__exact={house.hall.pk}" in page
    assert f"/admin/chat/message/?room__id__exact={house.hall.pk}" in page
    assert "Ben" not in page, "Thousands may be in it"


def test_permission_to_view_is_no_permission_to_change(house: House) -> None:
    work = make_staff(house.ben, "view_room")
    assert work.page(house.attic).status_code == 200
    assert work.client.post(address(Room, "change", house.attic.pk), {"name": "Mine"}).status_code == 403
    assert work.delete(house.attic).status_code == 403
    work.act("archive", house.attic)
    work.act("delete_rooms", house.attic)

    house.attic.refresh_from_db()
    assert (house.attic.name, house.attic.archived_at) == ("attic", None)
    assert Membership.objects.filter(room=house.attic).count() == 3


def test_names_are_escaped_and_isolated(operator: AtWork, house: House) -> None:
    operator.change(house.hall, name="<script>alert(1)</script>", topic="\u202egnol")
    pages = [operator.listing(Room), operator.page(house.hall), operator.act("archive", house.hall, sure=False)]

    assert not any("<script>alert" in page.content.decode() for page in pages)
    assert "<bdi>&lt;script&gt;" in pages[0].content.decode()
