"""What people write is inert in a real browser: no dialog, no breach of the policy, nothing loaded from elsewhere."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, Request, expect

from tests.browser.people import Person, invite, messages, write

SCRIPTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt&colon;alert(1))",
    "[click](data:text/html,<script>alert(1)</script>)",
    "<javascript:alert(1)>",
    "![x](https://evil.example/pixel.png)",
    "`</code><script>alert(1)</script>`",
    "```html\n</pre><script>alert(1)</script>\n```",
    '[x](https://a.example "onmouseover=alert(1) x")',
    'https://a.example/"onmouseover="alert(1)',
    "</style><style>*{background:url(https://evil.example)}</style>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<a href=x:y onclick=alert(1)>x</a>",
    "@<script>alert(1)</script>",
]
NAME = "<img src=x onerror=alert(1)>"


def watched(page: Page) -> list[str]:
    """What the page does that it must not do, as it happens."""
    wrongs: list[str] = []

    def refuse(dialog: Dialog) -> None:
        wrongs.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def note(message: ConsoleMessage) -> None:
        if "Security Policy" in message.text:
            wrongs.append(message.text)

    def look(request: Request) -> None:
        if "evil.example" in request.url:
            wrongs.append(request.url)

    page.on("dialog", refuse)
    page.on("console", note)
    page.on("request", look)
    page.on("pageerror", lambda error: wrongs.append(f"error {error}"))
    return wrongs


def test_scripts_in_every_place_are_inert(ada: Person, new_context: Callable[..., BrowserContext]) -> None:
    mallory = invite(ada, NAME)
    workspace = ada.call("GET", "/api/workspaces")["results"][0]["id"]
    body = {"name": NAME, "topic": NAME, "kind": "open", "member_ids": [mallory.id], "workspace_id": workspace}
    room = ada.call("POST", "/api/rooms", body)["id"]
    mallory.call("POST", "/api/directs", {"user_ids": [ada.id]})

    page = ada.open(new_context, room)
    wrongs = watched(page)
    for text in SCRIPTS:
        mallory.say(room, text)
    expect(messages(page)).to_have_count(len(SCRIPTS))
    write(page, SCRIPTS[1])
    expect(messages(page)).to_have_count(len(SCRIPTS) + 1)
    for address in (
        f"/rooms/{room}",
        f"/rooms/{room}/@3",
        "/search?q=script",
        f"/rooms/{room}/settings",
        f"/rooms/{room}/members",
        f"/rooms/{room}/delete",
        f"/rooms/{room}/people",
        "/rooms/browse",
        "/directs/new",
        "/menu",
    ):
        page.goto(address)
        page.mouse.move(600, 400)
        for link in page.locator(".body a").all():
            assert (link.get_attribute("href") or "").startswith(("https://", "http://", "mailto:"))
        assert page.locator(".body img, .body script, .body style, .body [onclick], .body [style]").count() == 0

    assert wrongs == []
