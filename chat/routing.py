from channels.routing import URLRouter
from django.urls import re_path

from chat.consumers.chat import ChatConsumer

websocket_urlpatterns = [re_path(r"^ws/?$", ChatConsumer.as_asgi())]
websockets = URLRouter(websocket_urlpatterns)
