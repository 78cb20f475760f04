"""What the machine does at the moment with nothing of ours: figures of another hour are to be read beside these."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from playwright.sync_api import Browser

from tests.bench.browsing.visitor import visiting

# Arithmetic, objects and text, then a table that is laid out again and again.
WORK = """() => {
  const began = performance.now()
  let sum = 0
  for (let number = 0; number < 1e6; number++) sum = (sum * 31 + number) % 1000003
  const words = Array.from({ length: 15000 }, (_, number) => ({ key: `word ${(number * 7919) % 40009}` }))
  words.sort((one, other) => (one.key < other.key ? -1 : 1))
  const table = document.body.appendChild(document.createElement("table"))
  for (const { key } of words.slice(0, 600)) table.insertRow().insertCell().textContent = key
  for (let width = 300; width < 310; width++) {
    table.style.width = `${width}px`
    sum += table.offsetHeight
  }
  table.remove()
  return performance.now() - began
}"""
# Room `here` links to itself and to another, once by loading it and once by a change of one line.
PAGE = """<!doctype html><title>Empty</title><room-list><span class="room-link"><a href="/rooms/{other}">Load</a>
<a href="/rooms/{here}" id="here">Change</a></span></room-list><main id="main"><message-timeline data-room-id="{here}">
<p class="message" data-seq="1">One line</p></message-timeline></main><script>
document.getElementById("here").addEventListener("click", (event) => {{
  event.preventDefault()
  document.querySelector(".message").dataset.seq++
}})</script>"""
ROOMS = ("one", "two")


class _Page(BaseHTTPRequestHandler):
    """Answers every question with what `page` makes of its path."""

    page: Callable[[str], str]

    def do_GET(self) -> None:
        body = type(self).page(self.path).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def serving(page: Callable[[str], str]) -> Iterator[str]:
    """The address of a server that answers every path with the HTML `page` makes of it."""
    handler = type("Page", (_Page,), {"page": staticmethod(page)})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _room(path: str) -> str:
    here = path.rpartition("/")[2]
    return PAGE.format(here=here, other=ROOMS[here == ROOMS[0]])


def calibrate(browser: Browser, times: int) -> dict[str, list[float]]:
    """Milliseconds of fixed work, and from click to painted of a page that does nothing else, by two ways."""
    with serving(_room) as url, visiting(browser, url) as visitor:
        visitor.page.goto(f"/rooms/{ROOMS[0]}")
        found: dict[str, list[float]] = {
            "fixed work: JavaScript and layout": [visitor.page.evaluate(WORK) for _ in range(times)],
            "one line changes: click → painted": [],
            "an empty page is loaded: click → painted": [],
        }
        _, change, load = found.values()
        for number in range(times):
            change.append(visitor.by_mouse(ROOMS[0], number + 2))
        for number in range(times):
            load.append(visitor.by_mouse(ROOMS[(number + 1) % 2], 1))
    return found
