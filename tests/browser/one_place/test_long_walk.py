"""Two people walk through ten rooms, searches and settings while others talk, one of them losing the network twice.

WALK_S sets for how many seconds (30; five minutes show more).
"""

import os
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from playwright.sync_api import BrowserContext, CDPSession, Page, expect

from tests.browser.one_place.ways import Watched, go, link, timeline
from tests.browser.people import Person, invite, messages, write

WALK_S = float(os.environ.get("WALK_S", "30"))
ROOMS = 10
# Of what is measured when a quarter of the walk is over; what is kept is kept by then.
GROWTH = 1.4

EQUAL = """stored => {
    const found = document.querySelectorAll("#main article.message[data-seq]:not([data-seq=''])")
    const rows = [...found].map((row) => row.dataset.id)
    const tail = stored.slice(-rows.length)
    return rows.length > 0 && rows.length === tail.length && rows.every((id, index) => id === tail[index])
}"""


@dataclass
class Talk:
    """People who say, mend and take back things in all rooms until it is ended."""

    people: list[Person]
    rooms: list[str]
    chance: random.Random
    said: list[tuple[Person, str]] = field(default_factory=list)
    problems: list[BaseException] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def _run(self) -> None:
        number = 0
        while not self.over.wait(0.15):
            number += 1
            try:
                self._one(number)
            except OSError as error:
                self.problems.append(error)

    def _one(self, number: int) -> None:
        who, room = self.chance.choice(self.people), self.chance.choice(self.rooms)
        if number % 7 == 0 and self.said:
            author, message = self.said.pop(self.chance.randrange(len(self.said)))
            if number % 2:
                author.call("PATCH", f"/api/messages/{message}", {"content": f"mended {number}"})
            else:
                author.call("DELETE", f"/api/messages/{message}")
        else:
            self.said.append((who, who.say(room, f"aligned {number}")["id"]))


class Walker:
    """Somebody's page, and what they do in it."""

    def __init__(self, page: Page, rooms: list[str], chance: random.Random, name: str) -> None:
        self.page, self.rooms, self.chance, self.name = page, rooms, chance, name
        self.watched = Watched(page)
        self.cdp: CDPSession = page.context.new_cdp_session(page)
        self.written: list[tuple[str, str]] = []

    def step(self, number: int) -> None:
        what = self.chance.random()
        if what < 0.65:
            go(self.page, self.chance.choice(self.rooms))
        elif what < 0.8:
            self._say(number)
        elif what < 0.87:
            self._search()
        elif what < 0.94:
            self._settings()
        else:
            self.page.go_back()

    def _say(self, number: int) -> None:
        room = self.chance.choice(self.rooms)
        go(self.page, room)
        text = f"{self.name} was here, {number}"
        write(self.page, text)
        self.written.append((room, text))

    def _search(self) -> None:
        self.page.locator(".jump input").fill("aligned")
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", name="Search", exact=True)).to_be_visible()
        self.page.get_by_role("link", name="View in context").first.click()
        expect(self.page.locator("message-timeline")).to_be_visible()

    def _settings(self) -> None:
        go(self.page, self.chance.choice(self.rooms))
        self.page.get_by_role("link", name="About this room").click()
        self.page.locator("#own-part").wait_for()
        self.page.get_by_role("link", name="Back to").last.click()
        expect(self.page.locator("message-timeline")).to_be_visible()

    def heap(self) -> float:
        self.cdp.send("HeapProfiler.collectGarbage")
        metrics = self.cdp.send("Performance.getMetrics")["metrics"]
        return next(float(one["value"]) for one in metrics if one["name"] == "JSHeapUsedSize")


def rest_a_while(walker: Walker, seconds: float) -> None:
    """Without the network."""
    walker.page.context.set_offline(True)
    expect(walker.page.locator("connection-banner")).to_contain_text("offline")
    walker.page.wait_for_timeout(seconds * 1000)
    walker.page.context.set_offline(False)
    expect(walker.page.locator("connection-banner")).to_be_hidden()


def test_nothing_is_missing_doubled_or_out_of_place(
    ada: Person, people: tuple[Person, Person], new_context: Callable[..., BrowserContext]
) -> None:
    ben, chance = people[1], random.Random(7)
    crowd = [invite(ada, name) for name in ("Cleo", "Dora", "Emil")]
    ids = [ben.id, *(person.id for person in crowd)]
    rooms = [
        str(ada.call("POST", "/api/rooms", {"name": f"walk {number}", "kind": "open", "member_ids": ids})["id"])
        for number in range(ROOMS)
    ]
    for room in rooms:
        crowd[0].say(room, "aligned at first")
    walkers = [
        Walker(person.open(new_context, rooms[0]), rooms, random.Random(seed), person.name)
        for seed, person in enumerate((ada, ben))
    ]
    for walker in walkers:
        walker.cdp.send("Performance.enable")
    heaps: list[list[float]] = []
    with Talk(crowd, rooms, chance) as talk:
        began, number, cuts = time.monotonic(), 0, [0.35, 0.7]
        while (share := (time.monotonic() - began) / WALK_S) < 1:
            number += 1
            for walker in walkers:
                walker.step(number)
            if cuts and share > cuts[0]:
                cuts.pop(0)
                rest_a_while(walkers[1], 3)
            if len(heaps) < 1 and share > 0.25:
                heaps.append([walker.heap() for walker in walkers])
    heaps.append([walker.heap() for walker in walkers])

    assert talk.problems == []
    assert cuts == []
    assert number > 10
    for walker, person in zip(walkers, (ada, ben), strict=True):
        look_at_all(walker, person, rooms)
    assert [walker.watched.loads for walker in walkers] == [[], []]
    assert [len(walker.watched.connected) for walker in walkers] == [0, 2], "one socket each, but for the two cuts"
    assert all(late / early < GROWTH for early, late in zip(*heaps, strict=True)), heaps


def look_at_all(walker: Walker, person: Person, rooms: list[str]) -> None:
    """Each room shows the end of what is stored, in order, and what was written went where it was written."""
    for room in rooms:
        link(walker.page, room).click()
        expect(timeline(walker.page, room)).to_be_visible()
        walker.page.locator("message-composer textarea").press("Escape")
        stored = person.history(room)
        walker.page.wait_for_function(EQUAL, arg=[message["id"] for message in stored])
        assert messages(walker.page).count() <= 300
        contents = [message["content"] for message in stored if message["creator_id"] == person.id]
        assert contents == [text for where, text in walker.written if where == room]
