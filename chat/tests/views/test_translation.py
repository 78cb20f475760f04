"""Every word on a page goes through gettext: with a language that puts brackets around each, none is left without."""

import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import Invitation
from accounts.roles import Role
from chat.actions.rooms import open_direct
from chat.templatetags import room_links
from chat.tests.conftest import House
from chat.tests.views.test_rooms import browser, say

SPOKEN = ("aria-label", "placeholder", "title", "alt", "data-copied", "data-here", "data-away")
SILENT = {"script", "style", "time", "kbd", "code"}
EMPTY = {"input", "img", "link", "meta", "br", "use"}
NAMES = (
    "Ada Lindqvist",
    "Ben Okafor",
    "Cleo Marchetti",
    "Acme",
    "hall",
    "attic",
    "Campfire",
    "hello",
    "none",
    "Ben",
    "Cleo",
)
ADDRESS = re.compile(r"\S+@\S+")


class Words(HTMLParser):
    """What a reader sees or hears of a page and no language has put in brackets, but for names and what people said."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.left: set[str] = set()
        self._within: list[str] = []
        # A sentence may have elements in it, so brackets are counted from text to text.
        self._depth = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        is_face = "face" in (values.get("class") or "").split()
        if tag not in EMPTY:
            self._within.append("style" if is_face else tag)
        for name in SPOKEN:
            self._note(values.get(name) or "", 0)

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        if not SILENT & set(self._within):
            self._depth = self._note(data, self._depth)

    def _note(self, text: str, depth: int) -> int:
        bare = ""
        for character in text:
            depth += {"⟦": 1, "⟧": -1}.get(character, 0)
            bare += character if depth == 0 else " "
        for name in NAMES:
            bare = bare.replace(name, "")
        if re.search(r"[^\W\d_]{2,}", ADDRESS.sub("", bare)):
            self.left.add(" ".join(text.split()))
        return depth


def untranslated(page: str) -> set[str]:
    """What a page says past gettext, where it says anything at all."""
    assert "⟦" in page
    return Words(page).left


@pytest.fixture
def _pseudo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have gettext put brackets around all it is asked for."""
    room_links.forget()
    trans: Any = vars(translation)["_trans"]

    def bracketed(real: Callable[..., str]) -> Callable[..., str]:
        return lambda *arguments: "".join(f"⟦{real(*arguments)}⟧".split("\n"))

    for name in ("gettext", "ngettext", "pgettext", "npgettext"):
        monkeypatch.setattr(trans, name, bracketed(getattr(trans, name)), raising=False)
    yield
    room_links.forget()


@pytest.fixture
def places(house: House) -> list[str]:
    say(house.ben, house.hall, "hello")
    direct, _ = open_direct(user=house.ada, people=[house.ben.uuid])
    Invitation.objects.create(inviter=house.ada, workspace=house.workspace, role=Role.MEMBER)
    hall, attic = f"/rooms/{house.hall.uuid}", f"/rooms/{house.attic.uuid}"
    pages = ["/menu", "/rooms/new", "/rooms/browse", "/directs/new", "/invitations", "/nowhere"]
    about = [f"{room}/{part}" for room in (hall, attic) for part in ("settings", "members", "people")]
    return [
        hall,
        f"{hall}/@1",
        f"{hall}/@9",
        attic,
        *about,
        f"/rooms/{direct.uuid}",
        *pages,
        "/search",
        "/search?q=hello",
        "/search?q=none",
    ]


@pytest.mark.usefixtures("_pseudo")
def test_pages_inside(house: House, places: list[str]) -> None:
    client = browser(house.ada)
    for place in places:
        assert untranslated(client.get(place).content.decode()) == set(), place


@pytest.mark.usefixtures("_pseudo")
def test_pages_outside(house: House) -> None:
    invitation = Invitation.objects.create(inviter=house.ada, workspace=house.workspace, role=Role.MEMBER)
    for place in ("/sign-in", f"/join/{invitation.code}", "/join/wrong"):
        assert untranslated(Client().get(place).content.decode()) == set(), place


@pytest.mark.usefixtures("_pseudo")
def test_what_is_refused(house: House) -> None:
    client = browser(house.ada)
    refused = client.post(f"/rooms/{house.hall.uuid}/messages", {"content": " "})
    assert refused.status_code == 400
    assert untranslated(refused.content.decode()) == set()
    for path, form in (
        ("/rooms/new", {"kind": "open"}),
        ("/invitations", {"max_uses": "0"}),
        ("/directs/new", {}),
        (f"/rooms/{house.hall.uuid}/membership", {"mute": "until", "until": "2020-01-01T10:00"}),
    ):
        assert untranslated(client.post(path, form).content.decode()) == set(), path
    guest = browser(house.cleo).post(
        "/rooms/new", {"name": "x", "kind": "open", "workspace": str(house.workspace.uuid)}
    )
    assert untranslated(guest.content.decode()) == set()


@pytest.mark.usefixtures("_pseudo")
def test_what_scripts_say(house: House) -> None:
    page = browser(house.ada).get(f"/rooms/{house.hall.uuid}").content.decode()
    found = re.search(r'<script id="words"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    for word in json.loads(found[1]).values():
        for sentence in [word] if isinstance(word, str) else word.values():
            assert sentence.startswith("⟦"), sentence
