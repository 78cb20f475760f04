"""What people see when something breaks."""

import re

import pytest

from chat.tests.conftest import House
from chat.tests.views.test_rooms import browser


def test_the_page_tells_the_id_that_the_log_has(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: object, **_named: object) -> None:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr("chat.views.rooms.room_context", broken)
    client = browser(house.ada)
    client.raise_request_exception = False
    answer = client.get(f"/rooms/{house.hall.uuid}")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "Something broke here" in page
    assert "the secret reason" not in page
    told = re.search(r"<code>([^<]+)</code>", page)
    assert told
    assert told[1] in caplog.text
