from django.urls import path

from chat.api import members, messages, rooms, sync

ROOM = "rooms/<uuid:room_id>"

urlpatterns = [
    path("rooms", rooms.Rooms.as_view()),
    path("rooms/read", sync.AllRead.as_view()),
    path("directs", rooms.Directs.as_view()),
    path("directs/presence", members.DirectsPresence.as_view()),
    path(ROOM, rooms.RoomDetail.as_view()),
    path(f"{ROOM}/join", members.Join.as_view()),
    path(f"{ROOM}/leave", members.Leave.as_view()),
    path(f"{ROOM}/members", members.Members.as_view()),
    path(f"{ROOM}/members/<uuid:user_id>", members.MemberDetail.as_view()),
    path(f"{ROOM}/membership", members.OwnMembership.as_view()),
    path(f"{ROOM}/presence", members.Presence.as_view()),
    path(f"{ROOM}/messages", messages.RoomMessages.as_view()),
    path(f"{ROOM}/changes", sync.RoomChanges.as_view()),
    path(f"{ROOM}/read", sync.RoomRead.as_view()),
    path("messages/<uuid:message_id>", messages.MessageDetail.as_view()),
    path("messages/<uuid:message_id>/revisions", messages.Revisions.as_view()),
    path("search", sync.Search.as_view()),
]
