"""What pages load: one stylesheet and one script of `scripts/bundle`; with DEBUG the sources of both."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client

from chat.tests.conftest import House
from chat.tests.views.test_rooms import browser

LOADED = re.compile(r'<(?:script|link)\b[^>]*\b(?:src|href)="/static/([^"]+\.(?:js|css))"')
WITH_SIDEBAR = ("/rooms/{room}", "/rooms/{room}/settings", "/rooms/{room}/members", "/rooms/browse", "/search", "/menu")
NARROW = ("/sign-in", "/join/nobody", "/password-reset", "/nowhere")

pytestmark = pytest.mark.sqlite


def loaded(client: Client, address: str) -> list[str]:
    """Scripts and stylesheets that the page names, in its order."""
    answer = client.get(address)
    assert answer.status_code in {200, 404}, f"{address}: {answer.status_code}"
    return LOADED.findall(answer.content.decode())


def test_a_page_loads_one_stylesheet_and_one_script(house: House) -> None:
    ada = browser(house.ada)
    for address in WITH_SIDEBAR:
        assert loaded(ada, address.format(room=house.hall.uuid)) == ["dist/app.css", "dist/app.js"], address
    for address in NARROW:
        assert loaded(Client(), address) == ["dist/page.css", "dist/page.js"], address


def test_the_page_of_an_error_loads_no_script() -> None:
    assert LOADED.findall(render_to_string("500.html")) == ["dist/page.css"]


def test_with_debug_the_sources_are_loaded_as_they_are(house: House, settings) -> None:
    settings.DEBUG = True
    assert loaded(browser(house.ada), f"/rooms/{house.hall.uuid}") == ["css/app.css", "js/app.js"]
    assert loaded(Client(), "/sign-in") == ["css/page.css", "js/page.js"]
