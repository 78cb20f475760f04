"""The chat of the Channels tutorial (part 3, asynchronous consumer), and nothing else.

REDIS_URL chooses Redis pub/sub; else the layer is in memory, its queues long enough that nothing is dropped.
"""

import json
import os

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings

ROOM = "chat_lobby"
LONG_ENOUGH = 100_000

if url := os.environ.get("REDIS_URL"):
    LAYER = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [url]}}
else:
    LAYER = {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": LONG_ENOUGH}}

settings.configure(SECRET_KEY="a benchmark", INSTALLED_APPS=["channels"], CHANNEL_LAYERS={"default": LAYER})

import django  # noqa: E402
from django.urls import path  # noqa: E402

django.setup()


class ChatConsumer(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.channel_layer.group_add(ROOM, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(ROOM, self.channel_name)

    async def receive(self, text_data: str) -> None:
        message = json.loads(text_data)["message"]
        await self.channel_layer.group_send(ROOM, {"type": "chat.message", "message": message})

    async def chat_message(self, event: dict[str, str]) -> None:
        await self.send(text_data=json.dumps({"message": event["message"]}))


application = ProtocolTypeRouter({"websocket": URLRouter([path("ws/", ChatConsumer.as_asgi())])})
