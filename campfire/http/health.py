"""For load balancers and people who look after a server: is it alive, may it have traffic, which one is it."""

import asyncio
import platform
from collections.abc import Awaitable, Callable
from importlib.metadata import version as version_of

from channels.layers import get_channel_layer
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from campfire.data.database import read_in_thread
from campfire.serving import draining
from campfire.serving.preparing import lacks_migrations
from campfire.version import NAME, VERSION

TIMEOUT_S = 3
# What is not private may still not be kept: each answer is about this moment.
_HEADERS = {"Cache-Control": "no-store"}


async def healthz(request: HttpRequest) -> HttpResponse:
    """200 `ok`: the process serves. Asks nothing of the database, so that its trouble restarts nobody."""
    return HttpResponse("ok", content_type="text/plain", headers=_HEADERS)


async def readyz(request: HttpRequest) -> JsonResponse:
    """`{"database", "layer", "migrations"}`, true or false: 200 if all are and the process is not ending, else 503."""
    # Asked first: whoever was taken in before the end began is answered as if there were none.
    is_ending = draining.has_begun()
    names, checks = zip(*_CHECKS.items(), strict=True)
    state = dict(zip(names, await asyncio.gather(*map(_holds, checks)), strict=True))
    is_ready = all(state.values()) and not is_ending
    return JsonResponse(state, status=200 if is_ready else 503, headers=_HEADERS)


async def version(request: HttpRequest) -> JsonResponse:
    """`{"name", "version", "python", "django"}`."""
    parts = {"python": platform.python_version(), "django": version_of("django")}
    return JsonResponse({"name": NAME, "version": VERSION, **parts}, headers=_HEADERS)


async def _holds(check: Callable[[], Awaitable[bool]]) -> bool:
    """Whether `check` says so in time; an error is a no."""
    try:
        return await asyncio.wait_for(check(), TIMEOUT_S)
    except Exception:  # whatever is wrong, the answer is the same
        return False


async def _database() -> bool:
    return await read_in_thread(_select_one)


async def _migrations() -> bool:
    return not await read_in_thread(lacks_migrations)


async def _layer() -> bool:
    """Whether the channel layer takes a message, which nobody hears."""
    layer = get_channel_layer()
    if layer is None:
        return False
    await layer.group_send("readyz", {"type": "readyz"})
    return True


def _select_one() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


_CHECKS = {"database": _database, "layer": _layer, "migrations": _migrations}

urlpatterns = [path("healthz", healthz), path("readyz", readyz), path("version", version)]
