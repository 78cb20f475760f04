"""The cache of all processes: Redis while it is there, else memory; every operation works either way."""

from collections.abc import Iterator

import pytest
from django.core.cache.backends.base import BaseCache

from campfire.data import shared_cache
from campfire.data.shared_cache import SharedCache
from tests import servers

pytestmark = [pytest.mark.sqlite, pytest.mark.servers]


@pytest.fixture(scope="module")
def redis() -> Iterator[servers.Server]:
    with servers.start_redis() as server:
        yield server


@pytest.fixture(params=["there", "away"])
def cache(request: pytest.FixtureRequest, redis: servers.Server) -> Iterator[BaseCache]:
    if request.param == "away":
        redis.kill()
    yield SharedCache(redis.url, {})
    if request.param == "away":
        redis.start()
        shared_cache._stores.clear()


def test_every_operation(cache: BaseCache) -> None:
    assert cache.add("a", 1, 60)
    assert not cache.add("a", 2, 60)
    assert (cache.get("a"), cache.get("b"), cache.get("b", 7)) == (1, None, 7)
    assert (cache.incr("a"), cache.incr("a", 3), cache.decr("a")) == (2, 5, 4)
    with pytest.raises(ValueError, match="not"):
        cache.incr("b")
    cache.set("list", [1.5, 2], 60)
    assert cache.get("list") == [1.5, 2]
    assert ("a" in cache, "b" in cache) == (True, False)
    assert (cache.touch("a", 60), cache.touch("b", 60)) == (True, False)
    assert cache.set_many({"c": 3, "d": 4}, 60) == []
    assert cache.get_many(["c", "d", "e"]) == {"c": 3, "d": 4}
    assert (cache.delete("c"), cache.delete("c")) == (True, False)
    cache.delete_many(["d"])
    assert cache.get_or_set("f", lambda: 6, 60) == 6
    cache.clear()
    assert cache.get("a") is None


def test_two_processes_share_what_one_has_counted(redis: servers.Server) -> None:
    one = SharedCache(redis.url, {})
    shared_cache._stores.clear()
    other = SharedCache(redis.url, {})
    one.set("n", 1, 60)
    assert other.incr("n") == 2
    assert one.get("n") == 2


def test_an_outage_is_said_once_and_ends_by_itself(
    redis: servers.Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shared_cache, "REST_S", 0.0)
    shared_cache._stores.clear()
    cache, in_another_thread = SharedCache(redis.url, {}), SharedCache(redis.url, {})
    cache.set("kept", "in Redis", 60)
    redis.kill()
    assert cache.get("kept") is None
    cache.set("n", 1, 60)
    assert in_another_thread.incr("n") == 2, "all threads count together"
    redis.start()
    assert in_another_thread.get("n") is None
    assert [record.message.split(";")[0] for record in caplog.records] == ["Redis is unavailable", "Redis is back"]
    redis.kill()
    redis.start()
    assert cache.add("n", 1, 60), "a connection from before is no outage"
    assert len(caplog.records) == 2
