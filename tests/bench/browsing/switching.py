"""From room to room in one tab, as often as in a long day: how soon each is there, and what it leaves behind."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Browser, CDPSession

from tests.bench.browsing.ground import Ground
from tests.bench.browsing.visitor import Visitor, visiting

# So many rooms are kept in memory (ux.md: One place).
KEPT = 20
# After which of them the memory is looked at, as shares of all: of 200 the 20th, the 60th and the last.
LOOKS = (0.1, 0.3, 1.0)
PAUSE_MS = 200
MEGABYTE = 1_000_000

Switch = Callable[[str, int], float]


@dataclass(frozen=True)
class Memory:
    """After a collection: megabytes of JavaScript's heap, and nodes of the DOM that are still held."""

    heap: float
    nodes: float


@dataclass
class Trail:
    """Milliseconds from click to painted, by a hand and by a script, of rooms that were open before and of others.

    `memory` has what was held at the start and at each of `LOOKS`.
    """

    known_by_mouse: list[float] = field(default_factory=list)
    known_by_script: list[float] = field(default_factory=list)
    new_by_mouse: list[float] = field(default_factory=list)
    new_by_script: list[float] = field(default_factory=list)
    memory: list[Memory] = field(default_factory=list)
    sockets: int = 0
    loads: int = 0


def walk(browser: Browser, ground: Ground, switches: int) -> Trail:
    """One tab goes to every room by mouse, then among the last ones, by mouse and by script in turn.

    A second tab goes to every room by script.
    """
    trail = Trail()
    ground.refresh()
    with visiting(browser, ground.server.url, ground.reader) as visitor:
        _walk_on(visitor, ground, trail, switches)
        trail.sockets, trail.loads = visitor.sockets, visitor.loads
    with visiting(browser, ground.server.url, ground.reader) as visitor:
        _open_first(visitor, ground)
        for room in ground.rooms[1:]:
            trail.new_by_script.append(_go(visitor, visitor.by_script, ground, room))
    return trail


def _walk_on(visitor: Visitor, ground: Ground, trail: Trail, switches: int) -> None:
    _open_first(visitor, ground)
    session = visitor.page.context.new_cdp_session(visitor.page)
    trail.memory.append(_look(session))
    looks = {round(switches * share) for share in LOOKS}
    path, chance = [ground.rooms[0]], random.Random(2)
    for number in range(1, switches + 1):
        if number < len(ground.rooms):
            room, switch, times = ground.rooms[number], visitor.by_mouse, trail.new_by_mouse
        else:
            room = chance.choice(_last(path)[1:])
            by_mouse = number % 2
            switch = visitor.by_mouse if by_mouse else visitor.by_script
            times = trail.known_by_mouse if by_mouse else trail.known_by_script
        times.append(_go(visitor, switch, ground, room))
        path.append(room)
        if number in looks:
            trail.memory.append(_look(session))


def _open_first(visitor: Visitor, ground: Ground) -> None:
    visitor.open(ground.rooms[0], ground.newest[ground.rooms[0]])
    visitor.page.wait_for_timeout(PAUSE_MS)


def _go(visitor: Visitor, switch: Switch, ground: Ground, room: str) -> float:
    took = switch(room, ground.newest[room])
    visitor.page.wait_for_timeout(PAUSE_MS)
    return took


def _last(path: list[str]) -> list[str]:
    """The rooms that were open most recently, the one that is open first."""
    return list(dict.fromkeys(reversed(path)))[:KEPT]


def _look(session: CDPSession) -> Memory:
    session.send("Performance.enable")
    # What the first time only lets go of, the second takes.
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
    found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return Memory(found["JSHeapUsedSize"] / MEGABYTE, found["Nodes"])
