"""One row behind cookie, bearer and `?token=`."""

import re
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.actions.sessions import end_session, note_use
from accounts.actions.users import deactivate, reactivate, set_password
from accounts.events import SessionEnded
from accounts.models import AccessChange, Session
from accounts.sessions import SessionStore, hash_token, new_token
from accounts.tests.factories import PASSWORD, Cast, bearer, browser, sign_in
from accounts.tokens import session_of, sessions_of
from campfire import events

ME = "/api/users/me"


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[SessionEnded]:
    """What is published about ended sessions from here on."""
    heard: list[SessionEnded] = []
    handlers = [*events._handlers, (heard.extend, (SessionEnded,))]
    monkeypatch.setattr(events, "_handlers", handlers)
    return heard


def announced(session: Session) -> int:
    return AccessChange.objects.filter(kind="session_ended", session=session.uuid).count()


def test_only_the_hash_of_a_token_is_stored(cast: Cast) -> None:
    token = sign_in(cast.ben)
    row = Session.objects.get(user=cast.ben)
    assert row.session_key == hash_token(token)
    assert all(token not in str(value) for value in vars(row).values())


def test_cookie_and_bearer_are_the_same_session(cast: Cast) -> None:
    token = sign_in(cast.ben)
    by_cookie, by_bearer = Client(), Client(headers={"Authorization": f"Bearer {token}"})
    by_cookie.cookies["session_token"] = token
    assert by_cookie.get(ME).json() == by_bearer.get(ME).json()
    assert Session.objects.filter(user=cast.ben).count() == 1


@pytest.mark.parametrize("kind", ["cookie", "bearer"])
def test_logout_ends_cookie_bearer_and_tells(
    cast: Cast, kind: str, ended: list[SessionEnded], django_capture_on_commit_callbacks
) -> None:
    token = sign_in(cast.ben)
    by_cookie, by_bearer = Client(), Client(headers={"Authorization": f"Bearer {token}"})
    by_cookie.cookies["session_token"] = token
    session = session_of(token)
    assert session is not None
    with django_capture_on_commit_callbacks(execute=True):
        answer = (by_cookie if kind == "cookie" else by_bearer).post("/api/auth/logout")
    assert answer.status_code == 200
    by_cookie.cookies["session_token"] = token
    assert by_cookie.get(ME).status_code == 401
    assert by_bearer.get(ME).status_code == 401
    assert session_of(token) is None
    assert announced(session) == 1
    assert [event.session for event in ended] == [str(session.uuid)]


def test_many_tokens_are_looked_up_in_one_query(cast: Cast, django_assert_num_queries) -> None:
    ada, ben, ended, cleo = sign_in(cast.ada), sign_in(cast.ben), sign_in(cast.ben), sign_in(cast.cleo)
    end_session(session=Session.objects.select_related("user").get(pk=hash_token(ended)))
    deactivate(user=cast.cleo)

    with django_assert_num_queries(1):
        found = sessions_of([ada, ben, "", "nonsense", ended, cleo, ben])

    assert {token: session.user for token, session in found.items()} == {ada: cast.ada, ben: cast.ben}
    with django_assert_num_queries(0):
        assert sessions_of(["", ""]) == {}


def test_ending_twice_announces_once(cast: Cast) -> None:
    session = session_of(sign_in(cast.ben))
    assert session is not None
    end_session(session=session)
    end_session(session=session)
    assert announced(session) == 1


def test_signing_in_announces_no_end(cast: Cast) -> None:
    client = Client()
    anonymous = SessionStore()
    anonymous["looked"] = "around"
    anonymous.save()
    client.cookies["session_token"] = anonymous.session_key or ""
    answer = client.post("/sign-in", {"login": cast.ben.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert client.cookies["session_token"].value != anonymous.session_key
    assert not AccessChange.objects.filter(kind="session_ended").exists()
    assert not Session.objects.filter(pk=hash_token(anonymous.session_key or "")).exists()


def test_cycling_the_key_of_a_signed_in_session_ends_the_old_one(cast: Cast) -> None:
    token = sign_in(cast.ben)
    old = session_of(token)
    assert old is not None
    store = SessionStore(token)
    store.cycle_key()
    assert session_of(token) is None
    assert announced(old) == 1
    assert store.session_key is not None
    renewed = session_of(store.session_key)
    assert renewed is not None
    assert renewed.user == cast.ben


def test_saving_keeps_what_the_row_knows_beside_its_data(cast: Cast) -> None:
    token = sign_in(cast.ben)
    before = Session.objects.get()
    Session.objects.update(device="Firefox on Linux")
    store = SessionStore(token)
    store["more"] = 1
    store.save()
    after = Session.objects.get()
    assert (after.uuid, after.device, after.user_id) == (before.uuid, "Firefox on Linux", cast.ben.pk)


def test_a_session_that_is_gone_is_not_brought_back_by_saving(cast: Cast) -> None:
    store = SessionStore(sign_in(cast.ben))
    store["more"] = 1
    Session.objects.all().delete()
    from django.contrib.sessions.backends.base import UpdateError

    with pytest.raises(UpdateError):
        store.save()


@pytest.mark.parametrize("token", ["", "x", "0" * 43, "\0" * 43, "ü" * 50, "\ud800" * 43, "a" * 100_000])
def test_what_is_no_token_is_nobody(db: None, token: str) -> None:
    assert session_of(token) is None
    assert SessionStore(token).load() == {}


def test_an_expired_session_is_nobody(cast: Cast) -> None:
    token = sign_in(cast.ben)
    assert session_of(token) is not None
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert session_of(token) is None
    assert SessionStore(token).load() == {}


def test_expired_sessions_are_cleared_and_announced(cast: Cast) -> None:
    living, dead = session_of(sign_in(cast.ada)), session_of(sign_in(cast.ben))
    assert living is not None
    assert dead is not None
    Session.objects.filter(pk=dead.pk).update(expire_date=timezone.now() - timedelta(seconds=1))
    SessionStore.clear_expired()
    assert list(Session.objects.all()) == [living]
    assert announced(dead) == 1


def test_a_deactivated_person_is_nobody_at_once(cast: Cast) -> None:
    token = sign_in(cast.ben)
    deactivate(user=cast.ben)
    assert session_of(token) is None
    changes = AccessChange.objects.order_by("pk").values_list("kind", "user")
    assert list(changes) == [("account_disabled", cast.ben.uuid), ("session_ended", cast.ben.uuid)]


def test_who_is_let_in_again_at_once_finds_the_old_sessions_ended(cast: Cast) -> None:
    """A process that looks only afterwards has sockets of them still."""
    session = session_of(sign_in(cast.ben))
    assert session is not None
    deactivate(user=cast.ben)
    reactivate(user=cast.ben)
    assert announced(session) == 1


def test_a_new_password_ends_every_session(cast: Cast) -> None:
    tokens = [sign_in(cast.ben), sign_in(cast.ben)]
    set_password(user=cast.ben, password="another long password")
    assert [session_of(token) for token in tokens] == [None, None]
    assert AccessChange.objects.filter(kind="session_ended", user=cast.ben.uuid).count() == 2


def test_a_password_changed_behind_our_back_ends_bearers_too(cast: Cast) -> None:
    token = sign_in(cast.ben)
    assert session_of(token) is not None
    cast.ben.set_password("changed by manage.py changepassword")
    cast.ben.save()
    assert session_of(token) is None


def test_a_credential_is_resolved_in_one_query(cast: Cast, django_assert_num_queries) -> None:
    token = sign_in(cast.ben)
    with django_assert_num_queries(1):
        session = session_of(token)
        assert session is not None
        assert session.user == cast.ben


@pytest.mark.parametrize("make_client", [bearer, browser])
def test_a_session_knows_device_and_address_and_writes_them_seldom(
    cast: Cast, make_client, django_assert_num_queries
) -> None:
    client = make_client(cast.ben)
    agent = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    client.get(ME, headers=agent)
    session = Session.objects.get(user=cast.ben)
    assert (session.device, session.address) == ("Firefox on Linux", "127.0.0.1")
    client.get(ME, headers={"User-Agent": "curl/8.0"})
    again = Session.objects.get(user=cast.ben)
    assert (again.device, again.last_used_at) == ("Firefox on Linux", session.last_used_at)
    Session.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    client.get(ME, headers={"User-Agent": "curl/8.0"})
    assert Session.objects.get(user=cast.ben).device == "curl"


def test_noting_a_use_that_was_just_noted_writes_nothing(cast: Cast, django_assert_num_queries) -> None:
    session = session_of(sign_in(cast.ben))
    assert session is not None
    note_use(session=session, device="curl", address=None)
    with django_assert_num_queries(0):
        note_use(session=session, device="curl", address=None)


async def _store_asynchronously() -> tuple[str, str]:
    store = SessionStore()
    await store.aset("colour", "red")
    await store.asave()
    first = store.session_key or ""
    await store.acycle_key()
    assert await SessionStore(store.session_key).aget("colour") == "red"
    assert not await SessionStore().aexists(first)
    second = store.session_key or ""
    await store.aflush()
    assert not await SessionStore().aexists(second)
    await SessionStore.aclear_expired()
    return first, second


@pytest.mark.django_db(transaction=True)
async def test_the_asynchronous_methods_do_the_same() -> None:
    try:
        first, second = await _store_asynchronously()
    finally:
        await sync_to_async(connections.close_all)()
    assert first != second


def test_tokens_are_long_url_safe_and_never_repeat() -> None:
    tokens = {new_token() for _ in range(10_000)}
    assert len(tokens) == 10_000
    assert all(re.fullmatch(r"[\w-]{43}", token, re.ASCII) for token in tokens)


@given(st.text(min_size=1), st.text(min_size=1))
def test_different_tokens_have_different_hashes(one: str, other: str) -> None:
    assert (hash_token(one) == hash_token(other)) == (one == other)
