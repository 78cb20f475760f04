"""Bodies of requests, as the whole application takes them in."""

import pytest
from asgiref.testing import ApplicationCommunicator

from campfire.asgi import application
from campfire.wire import decode
from chat.hubs import stop_hub

pytestmark = pytest.mark.sqlite

PIECE = b"x" * 100_000


SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/api/auth/login",
    "query_string": b"",
    "headers": [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"content-length", b"50")],
}


async def test_a_body_without_end_is_cut_off_while_it_arrives() -> None:
    """Whoever it is from: nobody has been asked yet."""
    request = ApplicationCommunicator(application, SCOPE)
    for _ in range(11):
        await request.send_input({"type": "http.request", "body": PIECE, "more_body": True})
    start, body = await request.receive_output(5), await request.receive_output(5)
    await stop_hub()

    assert (start["status"], decode(body["body"])["code"]) == (413, "too_large")
    assert (b"connection", b"close") in start["headers"]


async def test_the_rest_is_let_in_before_the_answer_so_that_the_answer_arrives() -> None:
    request = ApplicationCommunicator(application, SCOPE)
    for _ in range(15):
        await request.send_input({"type": "http.request", "body": PIECE, "more_body": True})
    assert await request.receive_nothing(0.5)
    await request.send_input({"type": "http.request", "body": PIECE, "more_body": False})
    start = await request.receive_output(0.5)
    await request.receive_output(0.5)
    await stop_hub()

    assert start["status"] == 413
    assert request.input_queue.empty()
