"""`scripts/screenshots`: fills a server with a small team's day and takes the pictures for the README."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import servers
from tests.browser.conftest import browser_options
from tests.browser.people import Person, invite, make_owner, messages

OUT = servers.ROOT / "docs" / "screenshots"
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

TABLE = """Numbers from last night, for the record:

```
zernike  rms_nm  target
Z4       3.1     5.0
Z11      1.8     4.0
```"""
PLAN = """Yes, but then the coating run has to move:

- the vacuum chamber needs a new seal anyway
- Monday would suit me"""
LAUNCH = [
    ("Ada", "The mirror is aligned. Residual wavefront error is down to `λ/42`, better than the spec asked for."),
    ("Ada", TABLE),
    ("Ben", "Beautiful. @Cleo Marchetti can you redo the dome schedule, so that we keep Friday free?"),
    ("Cleo", PLAN),
    ("Ada", "Monday is fine."),
    ("Ines", "🎉"),
    ("Ben", "**First light on 4 December**, then. I will tell the [press office](https://acme.example/press)."),
    ("Cleo", "@Ada Lindqvist would you read the checklist before tonight?"),
]
ELSEWHERE = {
    "mirror-lab": [("Ines", "The seal arrives tomorrow."), ("Cleo", "I booked the crane for nine.")],
    "night-shift": [("Ben", "@Ada Lindqvist who has the keys to the dome?")],
    "deploys": [("Ines", "Pointing model 12 is live.")],
}


@dataclass
class Team:
    """The people of the pictures, by first name, and their rooms by name."""

    people: dict[str, Person]
    rooms: dict[str, str]

    @property
    def ada(self) -> Person:
        return self.people["Ada"]


def gather(server: servers.Campfire) -> Team:
    """A workspace with four people, five rooms, two direct conversations and something to read in each."""
    ada = make_owner(server, workspace="Acme Observatory")
    people = {"Ada": ada} | {
        name.split()[0]: invite(ada, name) for name in ("Ben Okafor", "Cleo Marchetti", "Ines Duarte")
    }
    team = Team(people, {})
    others = [person.id for person in people.values() if person is not ada]
    for name, kind, topic in [
        ("telescope-launch", "open", "First light on 4 December. The checklist hangs by the dome door."),
        ("mirror-lab", "open", "Coating, polishing, cleaning"),
        ("night-shift", "open", "Who is up"),
        ("deploys", "open", ""),
        ("board", "closed", ""),
    ]:
        body = {"name": name, "kind": kind, "topic": topic, "member_ids": others if kind == "open" else []}
        team.rooms[name] = ada.call("POST", "/api/rooms", body)["id"]
    for name, said in {"telescope-launch": LAUNCH, **ELSEWHERE}.items():
        for who, text in said:
            people[who].say(team.rooms[name], text)
    for whom in (["Ben"], ["Cleo", "Ines"]):
        body = {"user_ids": [people[name].id for name in whom]}
        direct = ada.call("POST", "/api/directs", body)["id"]
        people[whom[0]].say(direct, "Shall we look at it together after lunch?")
    for name, wanted in {"telescope-launch": {"starred": True}, "deploys": {"involvement": "nothing"}}.items():
        ada.call("PATCH", f"/api/rooms/{team.rooms[name]}/membership", wanted)
    return team


class Camera:
    """Takes pictures of a server into a folder."""

    def __init__(self, browser: Browser, server: servers.Campfire, out: Path) -> None:
        self.browser, self.server, self.out = browser, server, out

    @contextmanager
    def page(
        self, path: str, person: Person | None = None, *, size: dict[str, int] = WIDE, theme: str = "light"
    ) -> Iterator[Page]:
        options = {"viewport": size, "color_scheme": theme, "device_scale_factor": 2 if size is PHONE else 1}
        context: BrowserContext = self.browser.new_context(base_url=self.server.url, **options)  # type: ignore[arg-type]
        if person:
            context.add_cookies([{"name": "session_token", "value": person.token, "url": self.server.url}])
        page = context.new_page()
        page.goto(path)
        yield page
        context.close()

    def take(self, name: str, page: Page) -> None:
        # A pointer or a blinking caret would make each run another picture.
        page.screenshot(path=self.out / f"{name}.png", caret="hide", animations="disabled")
        print(f"{name}.png", flush=True)


def setup(camera: Camera) -> None:
    with camera.page("/setup") as page:
        camera.take("setup", page)


def rooms(camera: Camera, team: Team) -> None:
    room = f"/rooms/{team.rooms['telescope-launch']}"
    for name, size, theme in [
        ("room", WIDE, "light"),
        ("room-dark", WIDE, "dark"),
        ("phone", PHONE, "light"),
    ]:
        with (
            camera.page(room, team.people["Ben"], theme=theme) as _company,
            camera.page(room, team.ada, size=size, theme=theme) as page,
        ):
            team.people["Ben"].wait_until_present(team.rooms["telescope-launch"])
            messages(page).last.wait_for()
            page.wait_for_timeout(1000)
            camera.take(name, page)


def administration(camera: Camera, team: Team) -> None:
    with camera.page("/admin/chat/room/", team.ada) as page:
        camera.take("admin", page)


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/screenshots", description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help="folder for the pictures (docs/screenshots)"
    )
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="campfire-screenshots-") as data,
        servers.start_campfire(data=Path(data), env={"RATE_LIMITS": "off"}) as server,
        sync_playwright() as playwright,
    ):
        camera = Camera(playwright.chromium.launch(**browser_options()), server, out)
        setup(camera)
        team = gather(server)
        rooms(camera, team)
        administration(camera, team)


if __name__ == "__main__":
    main()
