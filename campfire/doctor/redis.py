"""Redis: that it answers and keeps what it is given."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from campfire.doctor.findings import Asked, Finding, ok, problem, sentence, warning

OLDEST = 6
NEARLY = 0.8
TIMEOUT_S = 3


def check_redis(asked: Asked) -> Iterator[Finding]:
    if not settings.REDIS_URL:
        if asked.workers > 1:
            said = "REDIS_URL is not set: several workers could not reach each other"
            yield problem("redis", said, "Set REDIS_URL=redis://host:6379/0.")
        else:
            yield ok("redis", "not used; a single process does not need it")
        return
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S) as redis:
            info: dict[str, Any] = redis.info()
    except RedisError as error:
        todo = "Check that it is running, and check REDIS_URL: host, port, password."
        yield problem("redis", f"does not respond: {sentence(error)}", todo)
        return
    yield from examine(info)


def examine(info: dict[str, Any]) -> Iterator[Finding]:
    """What Redis says of itself with INFO."""
    version = str(info["redis_version"])
    if int(version.partition(".")[0]) < OLDEST:
        yield problem("redis", f"{version} is too old", f"Use {OLDEST} or newer.")
    else:
        yield ok("redis", version)
    policy = info.get("maxmemory_policy", "noeviction")
    if info.get("maxmemory") and policy != "noeviction":
        said = f"it evicts data when memory is full ({policy}): presence and rate limits would be lost"
        yield warning("redis memory", said, "Set maxmemory-policy noeviction; Campfire keeps little data there.")
    else:
        yield ok("redis memory", policy if info.get("maxmemory") else "no limit")
    clients, most = info["connected_clients"], info.get("maxclients", 10_000)
    if clients > most * NEARLY:
        yield warning("redis clients", f"{clients} of at most {most}", "Raise maxclients in redis.conf.")
    else:
        yield ok("redis clients", f"{clients} of at most {most}")


CHECKS = [check_redis]
