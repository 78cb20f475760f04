"""What an operator sets: what follows from it, and the one sentence that refuses what cannot be."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
KEY = "a-key-for-tests-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2
SHOWN = (
    "import json, campfire.settings as s; "
    "print(json.dumps({n: getattr(s, n) for n in dir(s) if n.isupper()}, default=str))"
)

pytestmark = pytest.mark.sqlite


def start(data: Path, code: str = SHOWN, **given: str) -> subprocess.CompletedProcess[str]:
    """A process of its own that loads the settings, with nothing but `given` set."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "CAMPFIRE_DATA": str(data), **given}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)


def settings(data: Path, **given: str) -> Mapping[str, Any]:
    result = start(data, **given)
    assert result.returncode == 0, result.stderr
    loaded: Mapping[str, Any] = json.loads(result.stdout)
    return loaded


def refusal(data: Path, **given: str) -> str:
    """What a process says that does not start."""
    result = start(data, **given)
    assert result.returncode == 1
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.count("\n") == 1
    return result.stderr


SECURE = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]


def test_https_makes_everything_secure(tmp_path: Path) -> None:
    found = settings(tmp_path, CAMPFIRE_URL="https://chat.example.com")

    assert all(found[name] for name in SECURE)
    assert found["ALLOWED_HOSTS"] == ["chat.example.com", *LOOPBACK]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://chat.example.com"]
    assert found["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert found["DEFAULT_FROM_EMAIL"] == "Campfire <campfire@chat.example.com>"


def test_http_names_hosts_and_secures_nothing(tmp_path: Path) -> None:
    found = settings(tmp_path, CAMPFIRE_URL="http://chat.lan:8000")

    assert not any(found[name] for name in SECURE)
    assert found["ALLOWED_HOSTS"] == ["chat.lan", *LOOPBACK]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["http://chat.lan:8000"]
    assert found["SECURE_PROXY_SSL_HEADER"] is None


def test_unset_is_this_machine_only(tmp_path: Path) -> None:
    found = settings(tmp_path)

    assert not any(found[name] for name in SECURE)
    assert (found["CAMPFIRE_URL"], found["ALLOWED_HOSTS"], found["CSRF_TRUSTED_ORIGINS"]) == ("", LOOPBACK, [])


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("https://chat.example.com/", "https://chat.example.com"),
        ("HTTPS://Chat.Example.com:443", "https://chat.example.com"),
        ("http://chat.lan:80", "http://chat.lan"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_the_address_is_taken_as_browsers_write_it(tmp_path: Path, given: str, meant: str) -> None:
    found = settings(tmp_path, CAMPFIRE_URL=given)

    assert found["CAMPFIRE_URL"] == meant
    assert meant.partition("://")[2].rsplit(":8", 1)[0] in found["ALLOWED_HOSTS"]


@pytest.mark.parametrize(
    "given",
    [
        "chat.example.com",
        "//chat.example.com",
        "ftp://chat.example.com",
        "https://",
        "https://user:secret@chat.example.com",
        "https://chat.example.com/campfire",
        "https://chat.example.com?x=1",
        "https://chat.example.com#x",
        "https://chat.example.com:port",
        "https://chat.example.com:99999",
        "https://chat example.com",
        "https://chat.example.com\n",
        "https://chat_example.com,other.example.com",
        "https://*.example.com",
        "https://[::1",
        "https://" + "a" * 64 + ".example.com",
    ],
)
def test_what_is_no_origin_is_refused(tmp_path: Path, given: str) -> None:
    said = refusal(tmp_path, CAMPFIRE_URL=given)

    assert said.startswith("Campfire cannot start: CAMPFIRE_URL is ")
    assert "like https://chat.example.com." in said


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("DATABASE_URL", "localhost/campfire"),
        ("DATABASE_URL", "mysql://localhost/campfire"),
        ("DATABASE_URL", "postgres://localhost"),
        ("DATABASE_URL", "postgres://campfire:hunter2@localhost:port/campfire"),
        ("DATABASE_URL", "postgres://campfire:hunter2#1@localhost/campfire"),
        ("DATABASE_URL", "postgres://campfire:x@hunter2/1@localhost/campfire"),
        ("DATABASE_URL", "sqlite://:memory:"),
        ("DATABASE_URL", "sqlite:///"),
        ("REDIS_URL", "localhost:6379"),
        ("REDIS_URL", "redis://:hunter2@localhost:port/0"),
        ("EMAIL_URL", "mail.example.com"),
        ("EMAIL_URL", "smtp://user:hunter2@mail.example.com:port"),
        ("CONTENT_LENGTH", "abc"),
        ("CONTENT_LENGTH", "-1"),
        ("CONTENT_LENGTH", "0"),
        ("CONTENT_LENGTH", "1e6"),
        ("CONTENT_LENGTH", "10 000"),
        ("CONTENT_LENGTH", "٣"),
        ("CONTENT_LENGTH", "9" * 5000),
        ("TRUSTED_PROXIES", "-1"),
        ("SQLITE_TIMEOUT_S", "soon"),
        ("RATE_LIMITS", "perhaps"),
        ("DEBUG", "maybe"),
        ("LOG_FORMAT", "xml"),
        ("LOG_LEVEL", "LOUD"),
        ("CAMPFIRE_DATA", "/dev/null/campfire"),
    ],
)
def test_what_cannot_be_meant_is_refused_without_its_secrets(tmp_path: Path, name: str, given: str) -> None:
    said = refusal(tmp_path, **{name: given})

    assert said.startswith(f"Campfire cannot start: {name} ")
    assert "hunter2" not in said
    assert len(said) < 6000


def test_postgresql_with_a_pool_too_small_to_work_is_refused(tmp_path: Path) -> None:
    assert "DATABASE_POOL" in refusal(tmp_path, DATABASE_URL="postgres://localhost/campfire", DATABASE_POOL="1")


def test_an_empty_setting_is_none(tmp_path: Path) -> None:
    found = settings(tmp_path, CAMPFIRE_URL="", REDIS_URL="", EMAIL_URL="", CONTENT_LENGTH="", SECRET_KEY="")

    assert (found["CAMPFIRE_URL"], found["REDIS_URL"], found["HAS_MAIL"]) == ("", "", False)
    assert found["CONTENT_LENGTH"] == 10_000


def test_postgresql_may_be_reached_over_its_socket(tmp_path: Path) -> None:
    found = settings(tmp_path, DATABASE_URL="postgres://%2Frun%2Fpostgresql/campfire")["DATABASES"]["default"]

    assert (found["HOST"], found["NAME"], found["USER"]) == ("/run/postgresql", "campfire", "")


def test_any_folder_can_hold_the_data(tmp_path: Path) -> None:
    folder = tmp_path / "a b#c?d%20"

    assert settings(folder)["DATABASES"]["default"]["NAME"] == str(folder / "campfire.sqlite3")


def test_both_servers_and_commands_say_it_in_one_sentence(tmp_path: Path) -> None:
    for command in (["-m", "campfire.serving.server", "--port", "0"], ["manage.py", "check"], ["-m", "campfire.asgi"]):
        code = f"import os, sys; os.chdir({str(ROOT)!r}); os.execv(sys.executable, [sys.executable, *{command!r}])"
        result = start(tmp_path, code, CAMPFIRE_URL="chat.example.com")
        assert result.returncode == 1
        assert result.stderr.startswith("Campfire cannot start: CAMPFIRE_URL is 'chat.example.com'")
        assert result.stderr.count("\n") == 1


# ---- the secret key --------------------------------------------------------------------------------------------


def test_a_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    first, second = settings(tmp_path)["SECRET_KEY"], settings(tmp_path)["SECRET_KEY"]

    assert first == second
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_processes_that_start_together_have_one_key(tmp_path: Path) -> None:
    code = "import campfire.settings as s; print(s.SECRET_KEY)"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "CAMPFIRE_DATA": str(tmp_path)}
    started = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE) for _ in range(4)
    ]

    assert len({process.communicate()[0] for process in started}) == 1


@pytest.mark.parametrize(
    "key", ["short", "x" * 60, "django-insecure-" + KEY, "changeme" + KEY, "change-me-" + KEY], ids=lambda key: key[:12]
)
def test_a_key_that_can_be_guessed_is_refused(tmp_path: Path, key: str) -> None:
    said = refusal(tmp_path, SECRET_KEY=key)

    assert said.startswith("Campfire cannot start: SECRET_KEY ")
    assert "secrets.token_urlsafe(50)" in said
    assert key not in said


def test_a_key_file_that_was_cut_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()

    assert "secret_key has 0 characters" in refusal(tmp_path)
    assert settings(tmp_path, SECRET_KEY=KEY)["SECRET_KEY"] == KEY


def test_a_key_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Like that of somebody else; this one root cannot read either."""
    (tmp_path / "secret_key").mkdir()

    assert f"the secret key {tmp_path}/secret_key cannot be read" in refusal(tmp_path)


# ---- logging ---------------------------------------------------------------------------------------------------


def test_logs_are_for_people_unless_asked(tmp_path: Path) -> None:
    assert settings(tmp_path)["LOGGING"]["handlers"]["stderr"]["formatter"] == "text"
    found = settings(tmp_path, LOG_FORMAT="json", LOG_LEVEL="WARNING")["LOGGING"]
    assert (found["handlers"]["stderr"]["formatter"], found["root"]["level"]) == ("json", "WARNING")
