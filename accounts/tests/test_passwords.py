"""Choosing a new password."""

import re
import time
from io import StringIO

import pytest
from django.core import mail as outbox
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.actions.users import deactivate
from accounts.models import User
from accounts.tests.factories import PASSWORD, Cast, make_workspace, sign_in
from accounts.tests.tasks import run_tasks
from accounts.tokens import session_of

NEW = "a quite different password"


@pytest.fixture(autouse=True)
def _mail_is_configured(settings) -> None:
    settings.HAS_MAIL = True


def ask(email: str | None, **extra: str):
    """What the page answers; the mail has been sent after it."""
    answer = Client().post("/password-reset", {"email": email}, headers=extra)
    run_tasks()
    return answer


def link() -> str:
    found = re.search(r"https?://\S+/password-reset/\S+", str(outbox.outbox[-1].body))
    assert found, outbox.outbox[-1].body
    return found[0]


def follow(client: Client, url: str) -> str:
    """Open the link; the path of the form it leads to."""
    answer = client.get(re.sub(r"https?://[^/]+", "", url))
    assert answer.status_code == 302, "the link is exchanged for an address without the key"
    return answer["Location"]


def test_a_new_password_by_mail(cast: Cast) -> None:
    old = sign_in(cast.ben)
    assert ask(cast.ben.email)["Location"] == "/password-reset/sent"
    assert outbox.outbox[-1].to == [cast.ben.email]
    client = Client()
    form = follow(client, link())
    assert client.get(form).context["validlink"]
    assert client.post(form, {"password1": NEW})["Location"] == "/password-reset/done"
    assert User.objects.get(pk=cast.ben.pk).check_password(NEW)
    assert session_of(old) is None, "sessions that knew the old password are over"


def test_a_link_works_once(cast: Cast) -> None:
    ask(cast.ben.email)
    client, url = Client(), link()
    client.post(follow(client, url), {"password1": NEW})
    again = Client().get(re.sub(r"https?://[^/]+", "", url))
    assert again.status_code == 200
    assert not again.context["validlink"]


@pytest.mark.parametrize("password", ["short", "password", "x" * 1001, ""])
def test_a_bad_password_is_refused(cast: Cast, password: str) -> None:
    ask(cast.ben.email)
    client = Client()
    answer = client.post(follow(client, link()), {"password1": password})
    assert answer.status_code == 200
    assert answer.context["form"].errors["password1"]
    assert User.objects.get(pk=cast.ben.pk).check_password(PASSWORD)


def test_unknown_and_deactivated_addresses_are_answered_alike_and_get_no_mail(cast: Cast) -> None:
    deactivate(user=cast.cleo)
    known, unknown, gone = ask(cast.ben.email), ask("nobody@example.com"), ask(cast.cleo.email)
    assert len({(answer.status_code, answer["Location"]) for answer in (known, unknown, gone)}) == 1
    assert [message.to for message in outbox.outbox] == [[cast.ben.email]]


def test_the_link_leads_to_the_configured_host(cast: Cast, settings) -> None:
    settings.CAMPFIRE_URL = "https://chat.example.com"
    ask(cast.ben.email)
    assert link().startswith("https://chat.example.com/password-reset/")


def test_an_evil_host_is_refused(cast: Cast, settings) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]
    assert ask(cast.ben.email, Host="evil.example").status_code == 400
    assert not outbox.outbox


def test_without_mail_there_is_no_such_page(cast: Cast, settings) -> None:
    settings.HAS_MAIL = False
    assert Client().get("/password-reset").status_code == 404
    assert ask(cast.ben.email).status_code == 404


def test_the_command_prints_a_link_that_works_once(cast: Cast) -> None:
    printed = StringIO()
    call_command("resetpassword", f" {cast.ben.email} ", stdout=printed)
    client = Client()
    client.post(follow(client, printed.getvalue().strip()), {"password1": NEW})
    assert User.objects.get(pk=cast.ben.pk).check_password(NEW)


def test_the_command_knows_nobody_else(cast: Cast) -> None:
    with pytest.raises(CommandError):
        call_command("resetpassword", "nobody@example.com")


def test_mail_that_cannot_be_sent_is_logged_without_the_address_and_tried_again_later(
    cast: Cast, settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert ask(cast.ben.email).status_code == 302
    assert "send_password_reset failed, attempt 1: builtins.ConnectionRefusedError" in caplog.text
    assert str(cast.ben.email) not in caplog.text
    row = DBTaskResult.objects.get()
    assert row.status == "READY"
    assert row.run_after > timezone.now()


def test_what_waits_to_be_sent_holds_no_link_and_no_address(cast: Cast) -> None:
    Client().post("/password-reset", {"email": cast.ben.email})
    row = DBTaskResult.objects.get()
    assert row.args_kwargs["kwargs"] == {"user": cast.ben.pk, "origin": "http://testserver", "language": "en"}


def test_an_unknown_address_costs_as_much_as_a_known_one(cast: Cast) -> None:
    counts, times = [], []
    # A process asks once whether there is a workspace.
    Client().get("/password-reset")
    for email in (cast.ben.email, "nobody@example.com"):
        with CaptureQueriesContext(connection) as queries:
            Client().post("/password-reset", {"email": email})
        counts.append(len(queries))
        took = []
        for _ in range(10):
            cache.clear()
            # Of this thread alone: what others do on this machine meanwhile is not to be seen.
            began = time.thread_time()
            Client().post("/password-reset", {"email": email})
            took.append(time.thread_time() - began)
        times.append(min(took))
    assert counts[0] == counts[1]
    assert max(times) < 2 * min(times)


def test_somebody_who_is_gone_when_the_mail_is_due_gets_none(cast: Cast) -> None:
    Client().post("/password-reset", {"email": cast.ben.email})
    deactivate(user=cast.ben)
    run_tasks()
    assert not outbox.outbox


@pytest.mark.django_db
@pytest.mark.parametrize("has_mail", [True, False])
def test_a_reset_is_offered_only_where_there_is_mail(settings, client: Client, has_mail: bool) -> None:
    make_workspace()
    settings.HAS_MAIL = has_mail
    assert ("password-reset" in client.get("/sign-in").content.decode()) == has_mail
