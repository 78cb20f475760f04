"""The application as servers see it: HTTP by Django, sockets by Channels; runs under Daphne and Uvicorn."""

import os
from typing import Any

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campfire.settings")
django_application = get_asgi_application()

from campfire.bodies import answer_within_limit  # noqa: E402  (needs the app registry)
from chat.hubs import current_hub, stop_hub  # noqa: E402
from chat.routing import websockets  # noqa: E402


async def http(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Pages and REST. What they write reaches other processes through this one's hub, so there must be one."""
    current_hub()
    await answer_within_limit(django_application, scope, receive, send)


async def unknown_socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """A socket at an address where there is none."""
    await send({"type": "websocket.close", "code": 1000})


async def socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    try:
        await websockets(scope, receive, send)
    except ValueError as error:
        if "No route found" not in str(error):
            raise
        await unknown_socket(scope, receive, send)


async def lifespan(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Start and end with the server: the hub goes down in order."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            current_hub()
            await send({"type": "lifespan.startup.complete"})
        else:
            await stop_hub()
            await send({"type": "lifespan.shutdown.complete"})
            return


application = ProtocolTypeRouter({"http": http, "websocket": socket, "lifespan": lifespan})
