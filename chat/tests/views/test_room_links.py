"""The links of the sidebar are put together from pieces: the same as if the template had rendered each."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from campfire.times import iso
from chat.templatetags.room_links import TEMPLATE, filled, link_to, room_link_template

pytestmark = pytest.mark.sqlite

ME, BEN, CLEO = (str(UUID(int=number)) for number in (1, 2, 3))
ROOM = str(UUID(int=9))
NAMES = ["hall", "<b>&amp; \"'", "100 %s %(name)s", "\ue000id\ue001", "ünïcødé 🔥", "{{ link.id }}"]
PEOPLE = {ME: "Ada", BEN: "Ben <Okafor>", CLEO: "Cleo %s"}


def room(kind: str, name: str = "", people: tuple[str, ...] = (), **membership: Any) -> dict[str, Any]:
    seen = {"involvement": "mentions", "starred": False, "muted_until": None, "unread_count": 0, "mention_count": 0}
    found: dict[str, Any] = {"id": ROOM, "kind": kind, "name": name, "membership": seen | membership}
    return found | ({"people": [{"id": person, "name": PEOPLE[person]} for person in people]} if people else {})


STATES: list[dict[str, Any]] = [
    {"unread_count": unread, "mention_count": mentions, "involvement": involvement, "muted_until": muted}
    for (unread, mentions), involvement, muted in product(
        [(0, 0), (7, 0), (1234, 5), (0, 2)],
        ["mentions", "nothing"],
        [None, iso(datetime.now(UTC) + timedelta(hours=1)), "2001-01-01T00:00:00.000000Z"],
    )
]
ROOMS = [
    *(room(kind, name) for kind in ("open", "closed") for name in NAMES),
    *(room("direct", people=people) for people in [(ME,), (ME, BEN), (ME, BEN, CLEO)]),
    *(room("open", "hall", **state) for state in STATES),
    room("direct", people=(BEN, ME), unread_count=3, mention_count=3),
]


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_link_is_what_the_template_makes_of_it(language: str) -> None:
    with translation.override(language):
        for each, current in product(ROOMS, (ROOM, "")):
            link = link_to(each, me=ME, current=current)
            assert filled(link) == render_to_string(TEMPLATE, {"link": link})


def test_what_people_wrote_is_text() -> None:
    shown = filled(link_to(room("open", "<script>%s"), me=ME, current=None))

    assert "&lt;script&gt;%s" in shown
    assert "<script" not in shown


def test_who_is_behind_a_direct_is_shown_by_a_face_and_whether_they_are_there() -> None:
    alone, pair, crowd = (
        filled(link_to(room("direct", people=people), me=ME, current=None))
        for people in [(ME,), (ME, BEN), (ME, BEN, CLEO)]
    )

    assert f'data-presence-of="{BEN}"' in pair
    assert ">B&lt;<" in pair
    assert "data-presence-of" not in alone + crowd
    assert 'class="face tiny many" aria-hidden="true">2<' in crowd


def test_the_one_for_scripts_leads_nowhere_and_has_every_part() -> None:
    shown = room_link_template()

    assert "<a >" in shown
    for part in ("presence", "quiet-mark", "not-sent", "draft", "count", "badge"):
        assert f'class="{part}"' in shown


@pytest.mark.parametrize(
    ("state", "is_unread", "shows_count", "shows_badge"),
    [
        ({}, False, False, False),
        ({"unread_count": 1}, True, True, False),
        ({"unread_count": 5, "mention_count": 2}, True, False, True),
    ],
)
def test_what_is_unread_is_bold_and_counted(
    state: dict[str, Any], is_unread: bool, shows_count: bool, shows_badge: bool
) -> None:
    shown = filled(link_to(room("open", "hall", **state), me=ME, current=None))

    assert ('class="room-link unread"' in shown) == is_unread
    assert ('<span class="count">' in shown, '<span class="badge">' in shown) == (shows_count, shows_badge)


def test_a_muted_room_is_dim_and_marked_until_the_time_comes() -> None:
    soon, past = iso(datetime.now(UTC) + timedelta(hours=1)), "2001-01-01T00:00:00.000000Z"
    states: list[dict[str, Any]] = [{"muted_until": soon}, {"muted_until": past}, {"involvement": "nothing"}]
    muted, over, nothing = (filled(link_to(room("open", "hall", **state), me=ME, current=None)) for state in states)

    assert 'class="room-link muted"' in muted
    assert '<span class="quiet-mark">' in muted
    assert 'class="room-link"' in over
    assert 'class="room-link muted"' in nothing
    assert '<span class="quiet-mark" hidden>' in nothing


def test_the_room_that_is_open_says_so() -> None:
    assert 'aria-current="page"' in filled(link_to(room("open", "hall"), me=ME, current=ROOM))
    assert "aria-current" not in filled(link_to(room("open", "hall"), me=ME, current=BEN))
