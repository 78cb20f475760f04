"""What people see when something breaks."""

import logging
import re

import pytest
from django.db import OperationalError, connection

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


def test_a_database_that_is_away_before_any_view_is_asked_is_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> bool:
        raise OperationalError("disk I/O error")

    monkeypatch.setattr("chat.middleware.is_set_up", away)
    client = browser(house.ada)
    client.raise_request_exception = False
    answer = client.get(f"/rooms/{house.hall.uuid}")

    assert (answer.status_code, answer["Retry-After"]) == (503, "1")


@pytest.mark.sqlite
def test_a_statement_of_ours_that_is_wrong_is_an_error_of_ours(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def wrong(*_arguments: object, **_named: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing_like_it FROM chat_room")

    monkeypatch.setattr("chat.views.rooms.room_context", wrong)
    client = browser(house.ada)
    client.raise_request_exception = False

    assert client.get(f"/rooms/{house.hall.uuid}").status_code == 500
    assert "no such column" in caplog.text
