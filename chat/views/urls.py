"""The pages of rooms and messages."""

from django.urls import path

from chat.views import directs, looks, messages, people, rooms, search

urlpatterns = [
    path("", rooms.home, name="home"),
    path("menu", rooms.menu, name="menu"),
    path("rooms/new", rooms.new, name="new_room"),
    path("rooms/browse", rooms.browse, name="browse_rooms"),
    path("rooms/<uuid:room_id>", rooms.show, name="room"),
    path("rooms/<uuid:room_id>/@<int:seq>", rooms.permalink, name="permalink"),
    path("rooms/<uuid:room_id>/join", rooms.join, name="join_room"),
    path("rooms/<uuid:room_id>/leave", rooms.leave, name="leave_room"),
    path("rooms/<uuid:room_id>/people", people.add, name="add_people"),
    path("rooms/<uuid:room_id>/messages", messages.post, name="post_message"),
    path("directs/new", directs.new, name="new_direct"),
    path("search", search.show, name="search"),
    path("theme", looks.choose, name="theme"),
]
