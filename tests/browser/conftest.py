"""A real browser on a real server. A test that asks for `page` fails if it shows a dialog or breaks its policy."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, expect, sync_playwright

from tests import servers
from tests.browser.people import Person, invite, make_owner

ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
# What is right is so at once; a machine that does ten other things needs this long. What is wrong stays so.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


def chromium() -> str | None:
    """Debian's Chromium; None lets Playwright look for its own."""
    for name in NAMES:
        try:
            return servers.find_program(name)
        except servers.NotInstalled:
            continue
    return None


def browser_options() -> dict[str, Any]:
    """How Playwright is to start it."""
    arguments = [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else ARGUMENTS
    return {"executable_path": chromium(), "args": arguments}


# A module at a time: Playwright's loop runs in this thread meanwhile, where tests of coroutines need theirs.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**browser_options())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server() -> Iterator[servers.Campfire]:
    """Campfire with an empty database, for the tests of one file."""
    with (
        tempfile.TemporaryDirectory(prefix="campfire-browser-") as data,
        servers.start_campfire(data=Path(data)) as server,
    ):
        yield server


@pytest.fixture(scope="module")
def ada(server: servers.Campfire) -> Person:
    """Who set it up: the owner."""
    return make_owner(server)


@pytest.fixture(scope="module")
def people(ada: Person) -> tuple[Person, Person]:
    """Ada, and Ben, who came by her invitation."""
    return ada, invite(ada, "Ben Okafor")


@pytest.fixture
def new_context(browser: Browser, server: servers.Campfire) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browsers of other people: each context has cookies of its own."""
    contexts = []

    def make(**options: object) -> BrowserContext:
        context = browser.new_context(base_url=server.url, **options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Iterator[Page]:
    """An empty tab. What no page may do, a dialog, an error, a breach of its policy, fails the test at its end."""
    page = new_context().new_page()
    wrongs: list[str] = []

    def refuse(dialog: Dialog) -> None:
        wrongs.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            wrongs.append(message.text)

    page.on("dialog", refuse)
    page.on("console", note)
    page.on("pageerror", lambda error: wrongs.append(f"error: {error}"))
    yield page
    assert wrongs == []
