"""One socket's queue: in order, bounded, purged of rooms that were lost."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.realtime.codes import Close
from chat.realtime.connection import QueueLimits
from chat.realtime.direct_writer import FrameBatch
from chat.tests.realtime.fakes import Wire

pytestmark = [pytest.mark.sqlite, pytest.mark.usefixtures("way")]


@given(st.lists(st.integers(0, 5), max_size=20))
@settings(max_examples=50, deadline=None)
async def test_frames_arrive_in_order_however_they_are_spaced(pauses: list[int]) -> None:
    wire = Wire()
    for number, pause in enumerate(pauses):
        wire.connection.put(f'{{"type":"n","version":{number}}}')
        for _ in range(pause):
            await asyncio.sleep(0)
    await wire.fence()

    assert wire.versions("n") == list(range(len(pauses)))


async def test_no_task_waits_while_nothing_is_queued() -> None:
    wire = Wire()
    wire.connection.put("{}")
    await wire.until(lambda wire: wire.sent)
    await asyncio.sleep(0)

    assert wire.connection._drain is None


async def test_a_reader_that_stopped_is_closed_4002_when_its_queue_is_full() -> None:
    wire = Wire(limits=QueueLimits(frames=10))
    wire.stop()
    for _ in range(10):
        wire.connection.put("{}")
    assert not wire.connection.closed

    wire.connection.put("{}")
    await wire.until(lambda wire: wire.codes)

    assert wire.codes == [Close.SLOW]
    wire.connection.put("{}")
    assert not wire.connection._queue


async def test_size_counts_as_well_as_number() -> None:
    wire = Wire(limits=QueueLimits(size=1000))
    wire.stop()
    wire.connection.put("x" * 600)
    wire.connection.put("x" * 600)
    await wire.until(lambda wire: wire.codes)

    assert wire.codes == [Close.SLOW]


async def test_who_keeps_up_is_never_closed() -> None:
    wire = Wire(limits=QueueLimits(frames=10))
    for number in range(1000):
        wire.connection.put("{}")
        if number % 10 == 9:
            await wire.fence()

    assert wire.codes == []


async def test_latest_values_replace_each_other_and_take_no_room() -> None:
    wire = Wire(limits=QueueLimits(frames=3))
    wire.stop()
    wire.connection.put('{"type":"first"}')
    await asyncio.sleep(0)
    for number in range(1000):
        wire.connection.put_latest("typing", f'{{"type":"typing","version":{number}}}', "room")
    wire.connection.put('{"type":"queued"}')
    wire.go()
    await wire.fence()

    assert [frame["type"] for frame in wire.frames] == ["first", "queued", "typing", "fence"] or [
        frame["type"] for frame in wire.frames
    ] == ["first", "queued", "fence", "typing"]
    assert wire.versions("typing") == [999]


async def test_revoking_purges_one_room_and_no_other() -> None:
    wire = Wire()
    wire.stop()
    wire.connection.put('{"type":"on its way"}')
    await asyncio.sleep(0)
    wire.connection.put('{"type":"lost"}', "attic")
    wire.connection.put('{"type":"kept"}', "hall")
    wire.connection.put_latest("typing", '{"type":"lost typing"}', "attic")
    wire.connection.revoke("attic", 7)
    wire.go()
    await wire.fence()

    assert [frame["type"] for frame in wire.frames] == ["on its way", "kept", "fence"]
    assert wire.connection._size == 0


async def test_answers_that_rest_on_a_revoked_membership_are_not_given() -> None:
    wire = Wire()
    wire.connection.revoke("attic", 7)

    assert not wire.connection.put_answer("{}", "attic", 6)
    assert not wire.connection.put_answer("{}", "attic", 7)
    assert wire.connection.put_answer("{}", "attic", 8)
    assert wire.connection.put_answer("{}", "hall", 7)
    assert wire.connection.has_lost("attic")
    assert not wire.connection.has_lost("hall")


async def test_long_answers_wait_while_the_queue_is_more_than_half_full() -> None:
    wire = Wire(limits=QueueLimits(frames=10))
    wire.stop()
    for _ in range(7):
        wire.connection.put("{}")
    waiting = asyncio.ensure_future(wire.connection.put_patiently('{"type":"page"}', "hall", 1))
    await asyncio.sleep(0)
    assert not waiting.done()

    wire.go()

    assert await waiting
    await wire.until(lambda wire: wire.of("page"))


@pytest.mark.parametrize("end", ["revoke", "close"])
async def test_long_answers_end_with_the_membership_or_the_socket(end: str) -> None:
    wire = Wire(limits=QueueLimits(frames=10))
    wire.stop()
    for _ in range(7):
        wire.connection.put("{}", "hall")
    waiting = asyncio.ensure_future(wire.connection.put_patiently('{"type":"page"}', "hall", 1))
    await asyncio.sleep(0)

    if end == "revoke":
        wire.connection.revoke("hall", 1)
        wire.go()
    else:
        wire.connection.close(Close.SESSION_ENDED)

    assert await asyncio.wait_for(waiting, 5) is False
    assert wire.of("page") == []


async def test_closing_sends_nothing_more_and_finishing_sends_what_waits() -> None:
    cut, finished = Wire(), Wire()
    for wire in (cut, finished):
        wire.stop()
        wire.connection.put('{"type":"last"}')
    cut.connection.close(Close.ACCOUNT_DISABLED)
    finished.connection.finish(Close.BINARY)
    finished.go()
    await cut.until(lambda wire: wire.codes)
    await finished.until(lambda wire: wire.codes)

    assert (cut.sent, cut.codes) == ([], [Close.ACCOUNT_DISABLED])
    assert ([frame["type"] for frame in finished.frames], finished.codes) == (["last"], [Close.BINARY])


async def test_only_the_first_reason_to_close_counts() -> None:
    wire = Wire()
    wire.connection.close(Close.SESSION_ENDED)
    wire.connection.close(Close.SLOW)
    wire.connection.finish(Close.BINARY)
    await wire.until(lambda wire: wire.codes)
    await asyncio.sleep(0)

    assert wire.codes == [Close.SESSION_ENDED]


async def test_one_slow_reader_never_slows_another() -> None:
    slow, quick = Wire(limits=QueueLimits(frames=50)), Wire(limits=QueueLimits(frames=50))
    slow.stop()
    for number in range(40):
        for wire in (slow, quick):
            wire.connection.put(f'{{"type":"n","version":{number}}}')
    await quick.fence()

    assert quick.versions("n") == list(range(40))
    assert slow.sent == []


async def test_a_lane_is_written_to_at_once_and_never_past_what_waits() -> None:
    wire = Wire()
    wire.connection.writer = wire
    wire.connection.put('{"type":"n","version":0}')
    wire.connection.put_latest("typing", '{"type":"typing"}')
    assert [frame["type"] for frame in wire.frames] == ["n", "typing"]

    wire.stop()
    wire.connection.put('{"type":"n","version":1}')
    wire.go()
    wire.connection.put('{"type":"n","version":2}')
    assert wire.versions("n") == [0], "What waits is sent first"
    await wire.until(lambda wire: len(wire.versions("n")) == 3)
    wire.connection.put('{"type":"n","version":3}')

    assert wire.versions("n") == [0, 1, 2, 3]


async def test_what_waits_for_a_lane_can_be_purged_to_the_last_frame() -> None:
    wire = Wire()
    wire.connection.writer = wire
    wire.stop()
    wire.connection.put('{"type":"lost"}', "attic")
    await asyncio.sleep(0)
    wire.connection.revoke("attic", 7)
    wire.go()
    await wire.fence()

    assert [frame["type"] for frame in wire.frames] == ["fence"]


async def test_a_lane_that_will_never_be_ready_again_ends_the_socket() -> None:
    wire = Wire()
    wire.connection.writer = _Gone()
    wire.connection.put("{}")
    await asyncio.sleep(0)

    assert wire.connection.closed


class _Gone:
    ready = False

    def framed(self, texts: Sequence[str]) -> bytes:
        raise AssertionError(texts)

    def write(self, data: bytes) -> None:
        raise AssertionError(data)

    async def until_ready(self) -> bool:
        return False

    async def answers(self, seconds: float) -> bool:
        return False

    def abort(self) -> None:
        raise AssertionError


async def test_what_is_put_together_waits_together_and_counts_once(way: str) -> None:
    wire = Wire(limits=QueueLimits(frames=4 if way == "writer" else 11))
    wire.stop()
    wire.connection.put('{"type":"first"}')
    await asyncio.sleep(0)
    for start in (0, 4):
        frames = [f'{{"type":"n","version":{start + step}}}' for step in range(4)]
        wire.connection.put_batch(FrameBatch(*frames), "hall")
    assert not wire.connection.closed
    wire.connection.put_batch(FrameBatch('{"type":"lost"}', '{"type":"lost"}'), "attic")
    wire.connection.revoke("attic", 1)
    wire.go()
    await wire.fence()

    assert wire.versions("n") == list(range(8))
    assert wire.of("lost") == []


async def test_who_waits_to_catch_up_goes_on_when_nothing_is_left() -> None:
    wire = Wire()
    await wire.connection.caught_up()
    wire.stop()
    for _ in range(3):
        wire.connection.put("{}")
    waiting = asyncio.ensure_future(wire.connection.caught_up())
    await asyncio.sleep(0)
    assert not waiting.done()

    wire.go()
    await asyncio.wait_for(waiting, 5)
    assert not wire.connection._queue


async def test_space_is_waited_for_until_half_has_gone_or_the_socket() -> None:
    slow, gone = Wire(limits=QueueLimits(frames=4)), Wire(limits=QueueLimits(frames=4))
    waits = []
    for wire in (slow, gone):
        await wire.connection.space()
        wire.stop()
        for _ in range(4):
            wire.connection.put("{}")
        waits.append(asyncio.ensure_future(wire.connection.space()))
    await asyncio.sleep(0)
    assert not any(wait.done() for wait in waits)

    slow.go()
    gone.connection.close(Close.SLOW)
    await asyncio.wait_for(asyncio.gather(*waits), 5)
