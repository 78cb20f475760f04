"""What people hear of one another: names, comings, roles. It comes with the poll, whichever process it was done in."""

from django.db import transaction

from accounts.actions.members import add_member, change_role
from accounts.actions.users import rename
from accounts.roles import Role
from campfire.data.database import in_thread
from chat.actions.memberships import update_membership
from chat.tests.clients import socket_of
from chat.tests.conftest import House


async def test_a_new_member_is_told_to_all_but_guests(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.cleo) as cleo:
        member = await in_thread(add_member, workspace=house.workspace, user=house.dan, role=Role.GUEST)
        told = await ada.expect("user_joined_workspace")
        assert (told["workspace_id"], told["user"]["name"]) == (str(house.workspace.uuid), house.dan.name)
        assert member.role == "GUEST"
        assert await cleo.is_quiet()


async def test_a_new_role_is_told_and_the_same_again_is_not(house: House) -> None:
    async with socket_of(house.ben) as ben, socket_of(house.dan) as dan:
        for _ in range(2):
            await in_thread(
                change_role, actor=house.ada, workspace=house.workspace.uuid, user=house.ben.uuid, role=Role.ADMIN
            )
        told = await ben.expect("member_updated")
        assert told == {
            "type": "member_updated",
            "workspace_id": str(house.workspace.uuid),
            "user_id": str(house.ben.uuid),
            "role": "ADMIN",
        }
        assert await ben.is_quiet()
        assert await dan.is_quiet()


async def test_who_came_and_went_before_it_could_be_told_is_no_news(house: House) -> None:
    def come_and_go() -> None:
        with transaction.atomic():
            add_member(workspace=house.workspace, user=house.dan, role=Role.MEMBER).delete()

    async with socket_of(house.ada) as ada:
        await in_thread(come_and_go)
        # As this has come, what was written before it has been looked at.
        await in_thread(rename, user=house.ben, name="Benjamin")
        frames = await ada.until("user_updated")
        assert "user_joined_workspace" not in [frame["type"] for frame in frames]


async def test_a_star_shows_on_ones_other_devices_only(house: House) -> None:
    async with socket_of(house.ben) as phone, socket_of(house.ben) as desk, socket_of(house.ada) as ada:
        await in_thread(update_membership, user=house.ben, room=house.hall.uuid, starred=True)
        for device in (phone, desk):
            told = await device.expect("membership_updated")
            assert told["membership"]["starred"] is True
        assert await ada.is_quiet()
