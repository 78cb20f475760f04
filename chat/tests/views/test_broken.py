"""What people see when something breaks."""

import logging
import re

import pytest
from django.db import OperationalError

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


def test_a_database_that_does_not_answer_is_said_so_and_is_no_error_of_ours(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_arguments: object, **_named: object) -> None:
        raise OperationalError("disk I/O error")

    monkeypatch.setattr("chat.views.rooms.room_context", away)
    answer = browser(house.ada).get(f"/rooms/{house.hall.uuid}")

    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert "try again in a moment" in answer.content.decode()
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
