"""The pages of rooms and messages."""

from django.urls import path

from chat.views import (
    browse,
    directs,
    looks,
    members,
    messages,
    people,
    read_states,
    room_settings,
    rooms,
    search,
)

urlpatterns = [
    path("", rooms.home, name="home"),
    path("menu", rooms.menu, name="menu"),
    path("rooms/new", rooms.new, name="new_room"),
    path("rooms/read", read_states.read_all, name="read_all"),
    path("rooms/browse", browse.browse, name="browse_rooms"),
    path("rooms/<uuid:room_id>", rooms.show, name="room"),
    path("rooms/<uuid:room_id>/@<int:seq>", rooms.permalink, name="permalink"),
    path("rooms/<uuid:room_id>/join", rooms.join, name="join_room"),
    path("rooms/<uuid:room_id>/leave", rooms.leave, name="leave_room"),
    path("rooms/<uuid:room_id>/settings", room_settings.show, name="room_settings"),
    path("rooms/<uuid:room_id>/membership", room_settings.change_own_part, name="own_part"),
    path("rooms/<uuid:room_id>/archive", room_settings.archive, name="archive_room"),
    path("rooms/<uuid:room_id>/delete", room_settings.delete, name="delete_room"),
    path("rooms/<uuid:room_id>/members", members.show, name="room_members"),
    path("rooms/<uuid:room_id>/members/<uuid:user_id>/remove", members.remove, name="remove_member"),
    path("rooms/<uuid:room_id>/people", people.add, name="add_people"),
    path("rooms/<uuid:room_id>/messages", messages.post, name="post_message"),
    path("directs/new", directs.new, name="new_direct"),
    path("search", search.show, name="search"),
    path("theme", looks.choose, name="theme"),
]
