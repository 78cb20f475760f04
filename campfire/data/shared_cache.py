"""The cache of all processes in Redis; while that is away, each process goes on with one of its own.

It holds what limits count. A limit that holds for each process alone is better than nobody being able to sign in.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

TIMEOUT_S = 0.5
# How long Redis is left alone after it did not answer, so that not every request waits for it.
REST_S = 2.0


class _Store:
    """Redis, what stands in for it, and whether it has to; one for all threads, as their connections are."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {
            "socket_timeout": TIMEOUT_S,
            "socket_connect_timeout": TIMEOUT_S,
            # A connection that Redis has closed since is no sign that Redis is away.
            "retry": Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        }
        self._redis = RedisCache(server, {**params, "OPTIONS": {**options, **params.get("OPTIONS", {})}})
        self._memory = LocMemCache(f"instead of {server}", {})
        self._away_until = 0.0

    def call(self, name: str, *args: Any) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                answer = getattr(self._redis, name)(*args)
            except RedisError as error:
                self._lose(error)
            else:
                self._find()
                return answer
        method: Callable[..., Any] = getattr(self._memory, name)
        return method(*args)

    def _lose(self, error: RedisError) -> None:
        if not self._away_until:
            logger.warning("Redis is unavailable; until it is back, each process keeps its own counts: %s", error)
        self._away_until = time.monotonic() + REST_S

    def _find(self) -> None:
        if self._away_until:
            logger.warning("Redis is back; the counts kept meanwhile are discarded")
            self._away_until = 0.0
            self._memory.clear()


_stores: dict[str, _Store] = {}


class SharedCache(BaseCache):
    """A `RedisCache` with a `LocMemCache` to fall back on. Django makes one for each thread."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._call = _stores.setdefault(server, _Store(server, params)).call

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._call("add", key, value, timeout, version))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._call("get", key, default, version)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._call("set", key, value, timeout, version)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._call("touch", key, timeout, version))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self._call("delete", key, version))

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return bool(self._call("has_key", key, version))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Raises `ValueError` for a key that is not there, as when Redis went away since it was added."""
        return int(self._call("incr", key, delta, version))

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        return dict(self._call("get_many", list(keys), version))

    def set_many(
        self, data: Mapping[Any, Any], timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> list[Any]:
        return list(self._call("set_many", data, timeout, version))

    def delete_many(self, keys: Iterable[Any], version: int | None = None) -> None:
        self._call("delete_many", list(keys), version)

    def clear(self) -> None:
        self._call("clear")
