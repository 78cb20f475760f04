"""People of a running server: made over REST, each with a browser of their own."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from playwright.sync_api import BrowserContext, Locator, Page

from tests.servers import Campfire

PASSWORD = "correct horse battery"


@dataclass
class Person:
    """Somebody with an account: REST calls, and pages of their own."""

    server: Campfire
    id: str
    name: str
    token: str

    def call(self, method: str, path: str, body: object = None) -> Any:
        return call(self.server, method, path, body, self.token)

    def say(self, room: str, content: str, key: str | None = None) -> dict[str, Any]:
        body = {"content": content, "client_message_id": key or str(uuid4())}
        return dict(self.call("POST", f"/api/rooms/{room}/messages", body))

    def history(self, room: str, limit: int = 500) -> list[dict[str, Any]]:
        """What the database has, oldest first."""
        return list(reversed(self.call("GET", f"/api/rooms/{room}/messages?limit={limit}")))

    def sign_in(self, context: BrowserContext) -> None:
        """From now on the browser is this person's."""
        context.add_cookies([{"name": "session_token", "value": self.token, "url": self.server.url}])

    def tab(self, new_context: Callable[..., BrowserContext], **options: object) -> Page:
        """An empty tab in a browser of this person's."""
        context = new_context(**options)
        self.sign_in(context)
        return context.new_page()

    def open(self, new_context: Callable[..., BrowserContext], room: str, **options: object) -> Page:
        """This person's browser, in a room, connected."""
        page = self.tab(new_context, **options)
        page.goto(f"/rooms/{room}")
        self.wait_until_present(room)
        return page

    def wait_until_present(self, room: str, seconds: float = 30) -> None:
        """Until a socket of this person reads the room."""
        deadline = time.monotonic() + seconds
        while self.id not in self.call("GET", f"/api/rooms/{room}/presence")["participants"]:
            assert time.monotonic() < deadline, f"{self.name} did not come online"
            time.sleep(0.1)


def call(server: Campfire, method: str, path: str, body: object = None, token: str = "") -> Any:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.url + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def make_owner(server: Campfire, name: str = "Ada Lindqvist", workspace: str = "Acme") -> Person:
    """The owner of a fresh server."""
    email = f"{name.split(maxsplit=1)[0].lower()}@example.com"
    arguments = ["--workspace", workspace, "--name", name, "--email", email, "--password", PASSWORD]
    subprocess.run(
        [sys.executable, "manage.py", "createowner", *arguments],
        cwd=server.root,
        env=server.environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    answer = call(server, "POST", "/api/auth/login", {"email": email, "password": PASSWORD})
    return Person(server, answer["user"]["id"], name, answer["session_token"])


def invite(owner: Person, name: str, role: str = "MEMBER") -> Person:
    """Somebody who came by the owner's invitation."""
    workspace = owner.call("GET", "/api/workspaces")["results"][0]["id"]
    invitation = owner.call("POST", f"/api/workspaces/{workspace}/invitations", {"role": role})
    email = f"{uuid4().hex[:10]}@example.com"
    body = {"name": name, "email": email, "password": PASSWORD, "invitation": invitation["code"]}
    answer = call(owner.server, "POST", "/api/auth/register", body)
    return Person(owner.server, answer["user"]["id"], name, answer["session_token"])


def messages(page: Page) -> Locator:
    """The stored messages that the page shows, oldest first."""
    return page.locator("article.message[data-seq]:not([data-seq=''])")


def shown(page: Page) -> list[tuple[str, str]]:
    """(id, text) of every stored message in the page, in order."""
    return [
        tuple(pair)
        for pair in messages(page).evaluate_all(
            "rows => rows.map(row => [row.dataset.id, row.querySelector('.body').textContent.trim()])"
        )
    ]


def write(page: Page, text: str) -> None:
    """Type a message and send it."""
    page.locator("message-composer textarea").fill(text)
    page.keyboard.press("Enter")
