"""What a text costs is in proportion to its length, on a quick machine as on a slow one."""

import time

from chat.rules.markdown import render_fully
from chat.rules.room_references import NamedRoom

ORDINARY = "We **really** should ask Ben, see https://example.com/plan and `make test`:\n\n- one\n- two\n\n"
# So many times may anything cost what an ordinary text of its length does. What compares all with all costs hundreds.
MOST = 40


def check_cost(piece: str, size: int, rooms: tuple[NamedRoom, ...] = ()) -> None:
    """Render `size` characters of `piece` after `piece`, beside an ordinary text as long."""
    ordinary, took = _seconds(ORDINARY, size, rooms), _seconds(piece, size, rooms)
    if took > MOST * ordinary:
        # The machine may have been held up in between.
        ordinary, took = _seconds(ORDINARY, size, rooms), _seconds(piece, size, rooms)
    assert took < MOST * ordinary, f"{took:.3f} s, an ordinary text {ordinary:.3f} s"


def _seconds(piece: str, size: int, rooms: tuple[NamedRoom, ...]) -> float:
    """The thread's own: what other processes take of the machine is not the renderer's."""
    content = (piece * size)[:size]
    began = time.thread_time()
    render_fully(content, (), rooms)
    return time.thread_time() - began
