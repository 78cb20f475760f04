"""The application as servers see it: HTTP by Django, sockets by Channels; runs under Daphne and Uvicorn."""

import gc
import os
from importlib import import_module
from typing import Any

from channels.routing import ProtocolTypeRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.signals import request_finished

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campfire.settings")
django_application = get_asgi_application()

from campfire.data.database import close_request_connection  # noqa: E402
from campfire.http.bodies import answer_within_limit  # noqa: E402  (needs the app registry)
from campfire.http.handlers import load_error_pages  # noqa: E402
from campfire.logs.access import answer_logged, serve_socket_logged  # noqa: E402
from campfire.serving import draining  # noqa: E402
from campfire.serving.preparing import migrations_of_this_release  # noqa: E402
from chat.delivery.hubs import current_hub, drain_hub, stop_hub  # noqa: E402
from chat.routing import websockets  # noqa: E402

request_finished.connect(close_request_connection)


async def http(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Pages and REST. What they write reaches other processes through this one's hub, so there must be one."""
    current_hub()
    await answer_logged(_within_limit, scope, receive, send)


async def _within_limit(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await answer_within_limit(django_application, scope, receive, send)


async def unknown_socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """A socket at an address where there is none."""
    await send({"type": "websocket.close", "code": 1000})


async def socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if draining.has_begun():
        # Before it is accepted that is a refusal, after which clients ask who they are and try again.
        await send({"type": "websocket.close", "code": 1000})
        return
    # Made here, so that what the hub does for all is not logged as if for one.
    current_hub()
    await serve_socket_logged(_known_socket, scope, receive, send)


async def _known_socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    try:
        await websockets(scope, receive, send)
    except ValueError as error:
        if "No route found" not in str(error):
            raise
        await unknown_socket(scope, receive, send)


def be_impatient() -> None:
    """Whoever asks this process is answered soon, whatever PostgreSQL does."""
    if not settings.IS_SQLITE:
        from campfire.data.postgres import Connection

        Connection.patience = settings.STORING_SECONDS - 0.5


def calm_collector() -> None:
    """What the start has made stays: garbage is looked for among what comes later, and less often.

    A full look walks through all of Django, for which everybody waits a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


async def drain() -> None:
    """From now on nothing new is begun here, and whoever is connected comes back to another process."""
    draining.begin()
    await drain_hub()


async def lifespan(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Start and end with the server: the hub goes down in order."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            # Django would find out at the first request, and answer each with 500: such a release does not begin.
            import_module(settings.ROOT_URLCONF)
            load_error_pages()
            migrations_of_this_release()
            be_impatient()
            current_hub()
            calm_collector()
            # What our server calls before it stops; another one has no such custom, and its sockets come back anyway.
            scope.get("state", {})["drain"] = drain
            await send({"type": "lifespan.startup.complete"})
        else:
            await stop_hub()
            await send({"type": "lifespan.shutdown.complete"})
            return


application = ProtocolTypeRouter({"http": http, "websocket": socket, "lifespan": lifespan})
