"""What the benchmark of the browser calls painted, what it makes of many times, and that all of it runs."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from chat.rules.content import check_content
from tests.bench.bench import Broken
from tests.bench.browsing import visitor as visitors
from tests.bench.browsing.arithmetic import QUICK_MS, next_paint, percentile
from tests.bench.browsing.calibration import calibrate, serving
from tests.bench.browsing.talk import lines, write
from tests.bench.browsing.visitor import PRESSED_MS, chromium, visiting
from tests.servers import ROOT, find_program

pytestmark = [pytest.mark.browser, pytest.mark.servers]

LATE_MS = 300


# ---- what becomes of many times ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("percent", "value"), [(50, 10), (95, 19), (100, 20), (1, 1)])
def test_a_percentile_is_one_of_the_values(percent: float, value: float) -> None:
    values = [float(number) for number in range(1, 21)]
    random.Random(0).shuffle(values)
    assert percentile(values, percent) == value
    assert percentile([7.0], percent) == 7


@pytest.mark.parametrize(
    ("longest", "count", "expected"),
    [
        ([24.0, 96.0, 40.0], 49, 96),
        ([24.0, 96.0, 40.0], 50, 40),
        ([24.0, 96.0, 40.0], 149, 24),
        ([24.0, 96.0, 40.0], 150, QUICK_MS),
        ([], 10, QUICK_MS),
    ],
)
def test_of_fifty_interactions_one_is_left_out(longest: list[float], count: int, expected: float) -> None:
    assert next_paint(longest, count) == expected


def test_what_is_said_can_be_brought_in_and_is_of_many_kinds() -> None:
    rows = [json.loads(line) for line in lines(["Ada", "Ben"], 500, seed=3)]
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert {row["name"] for row in rows} == {"Ada", "Ben"}
    assert len({row["content"] for row in rows}) > 250
    assert all(check_content(row["content"], 4000) for row in rows)


# ---- what counts as painted ----------------------------------------------------------------------------------------

# The room's link does what `DO` says: now, late, in a place that is hidden until later, or by a load that is late.
PAGE = """<!doctype html><title>{path}</title><room-list><span class="room-link">
<a href="/rooms/new">Go</a></span></room-list><main id="main">
<message-timeline data-room-id="old"><p class="message" data-seq="7">Old</p></message-timeline></main><script>
const main = document.getElementById("main")
const made = () => Object.assign(document.createElement("message-timeline"), {{
  innerHTML: '<p class="message" data-seq="7">New</p>' }})
const named = (timeline) => {{ timeline.dataset.roomId = "new"; return timeline }}
const ways = {{
  now() {{ main.replaceChildren(named(made())) }},
  late() {{ setTimeout(ways.now, {late}) }},
  hidden() {{
    main.append(named(made()))
    main.lastElementChild.hidden = true
    setTimeout(() => {{ main.lastElementChild.hidden = false }}, {late})
  }},
  busy() {{ ways.now(); for (const ends = performance.now() + {late}; performance.now() < ends;); }},
}}
document.querySelector("a").addEventListener("click", (event) => {{
  event.preventDefault()
  ways[location.pathname.slice(1)]()
}})</script>"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def page(path: str) -> str:
    return PAGE.format(path=path, late=LATE_MS)


def go(browser: Browser, way: str, how: str) -> float:
    with serving(page) as url, visiting(browser, url) as visitor:
        visitor.page.goto(f"/{way}")
        took: float = getattr(visitor, how)("new", 7)
        return took


@pytest.mark.parametrize("how", ["by_mouse", "by_script"])
@pytest.mark.parametrize(("way", "least"), [("now", 0), ("late", LATE_MS), ("hidden", LATE_MS), ("busy", LATE_MS)])
def test_a_room_is_painted_once_its_newest_message_can_be_seen(
    browser: Browser, way: str, least: float, how: str
) -> None:
    took = go(browser, way, how)
    assert took > least


def test_a_room_that_does_not_come_breaks_the_benchmark(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "PATIENCE_MS", 2 * PRESSED_MS + LATE_MS)
    with serving(page) as url, visiting(browser, url) as visitor:
        visitor.page.goto("/now")
        with pytest.raises(Broken, match="was not painted"):
            visitor.by_mouse("new", 8)


def test_loads_are_timed_from_one_document_to_the_next(browser: Browser) -> None:
    (_, change, load) = calibrate(browser, times=3).values()
    assert len(change) == len(load) == 3
    assert min(load) > min(change) > 0


def test_what_was_slow_in_an_interaction_is_known_after_the_next_load_too(browser: Browser) -> None:
    with serving(page) as url, visiting(browser, url) as visitor:
        visitor.page.goto("/busy")
        for number in (1, 2):
            visitor.press(visitor.page.locator("a"))
            visitor.page.wait_for_function("number => bench.interactions().longest.length === number", arg=number)
        visitor.page.goto("/now")
        visitor.press(visitor.page.locator("a"))
        visitor.page.wait_for_function("bench.interactions().count === 3")
        found = visitor.page.evaluate("bench.interactions()")
        assert sum(duration >= LATE_MS for duration in found["longest"]) == 2
        visitor.page.evaluate("bench.forget()")
        assert visitor.page.evaluate("bench.interactions()")["count"] == 0


def test_without_a_browser_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "git").symlink_to(find_program("git"))
    environment = {**os.environ, "PATH": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}
    command = [sys.executable, "-m", "tests.bench.run", "--quick", "browser"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
    assert result.returncode == 1
    assert "apt-get install chromium" in result.stderr


# ---- all of it -----------------------------------------------------------------------------------------------------


def test_the_benchmark_of_the_browser_runs(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    said = write(tmp_path / "said.jsonl", ["Grace"], 60)
    command = [str(ROOT / "scripts" / "bench"), "--quick", "--json", str(figures), "--messages", str(said), "browser"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    rows = {(row["subject"], row["metric"]): row["median"] for row in json.loads(figures.read_text())["figures"]}
    for subject in ("open before", "open before, by script", "another room", "another room, by script"):
        assert 0 < rows[f"click → painted, {subject}", "p50"] <= rows[f"click → painted, {subject}", "p95"]
    for row in [
        ("first load", "requests"),
        ("first load", "JavaScript, compressed"),
        ("first load", "CSS, compressed"),
        ("first load", "LCP"),
        ("first load, slow line", "first byte → welcome"),
        ("8 switches", "sockets opened"),
        ("8 switches", "heap after 8"),
        ("Enter → painted in another browser", "p95"),
        ("20 messages/s arrive", "interactions"),
        ("50 missed messages", "online → painted"),
    ]:
        assert rows[row] > 0
    # Opening a connection and three round trips lie between the page's first byte and the welcome, if not more.
    assert rows["first load, slow line", "first byte → welcome"] > 300
