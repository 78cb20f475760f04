"""What deploy/ holds works as it stands: the unit is sound, and both proxies carry a whole Campfire."""

import configparser
import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import psycopg
import pytest
from django.core.management import load_command_class
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from campfire.doctor import serving
from campfire.doctor.findings import Asked
from campfire.serving import server as serve
from campfire.serving.uvicorn_server import LAST_MOMENT_S
from tests import proxies, servers
from tests.browser.people import PASSWORD

EMAIL = "ada@example.com"
# Not the address that a proxy here has, and not one that Campfire believes.
VISITOR = "127.0.0.2"
SPOOFED = "203.0.113.9"
SECRET = "a-token-that-must-be-in-no-log"

pytestmark = pytest.mark.sqlite


# ---- files ----------------------------------------------------------------------------------------------------------


def unit(name: str = "campfire.service") -> configparser.SectionProxy:
    """The [Service] of a unit; of what may be repeated, the last."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(proxies.DEPLOY / name)
    return parser["Service"]


def example() -> dict[str, str]:
    """The variables that deploy/campfire.env.example sets."""
    lines = (proxies.DEPLOY / "campfire.env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_unit_starts_what_is_there() -> None:
    program, *given = unit()["ExecStart"].split()
    path = servers.ROOT / Path(program).relative_to("/opt/campfire")

    assert path.stat().st_mode & 0o111
    assert serve.arguments(given).workers == 2
    assert unit()["EnvironmentFile"] in (proxies.DEPLOY / "campfire.env.example").read_text()


def test_the_unit_leaves_the_server_time_to_end() -> None:
    assert float(unit()["TimeoutStopSec"]) > LAST_MOMENT_S
    assert unit()["KillMode"] == "mixed"


def test_the_server_writes_only_where_the_unit_lets_it() -> None:
    assert example()["CAMPFIRE_DATA"] == f"/var/lib/{unit()['StateDirectory']}"
    assert example()["STATIC_ROOT"].startswith(f"/var/cache/{unit()['CacheDirectory']}/")


@pytest.mark.parametrize("name", ["campfire.service", "campfire-backup.service"])
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path, name: str) -> None:
    analyze = servers.find_program("systemd-analyze")
    text = (proxies.DEPLOY / name).read_text()
    path = tmp_path / name
    path.write_text(text.replace("/opt/campfire", str(servers.ROOT)))

    verified = subprocess.run([analyze, "verify", str(path)], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
    # Of 100; a unit without any hardening has 96.
    exposed = [analyze, "security", "--offline=true", "--threshold=20", "--no-pager", str(path)]
    assert subprocess.run(exposed, capture_output=True, check=False).returncode == 0


def test_backups_are_taken_as_the_service_runs_every_night() -> None:
    backup, timer = unit("campfire-backup.service"), (proxies.DEPLOY / "campfire-backup.timer").read_text()
    _, script, command, *given = backup["ExecStart"].split()

    assert (servers.ROOT / script).exists()
    assert load_command_class("chat", command).create_parser("manage.py", command).parse_args(given).keep == 14
    for name in ("User", "EnvironmentFile", "StateDirectory", "UMask", "ProtectSystem"):
        assert backup[name] == unit()[name]
    when = next(line.removeprefix("OnCalendar=") for line in timer.splitlines() if line.startswith("OnCalendar="))
    calendar = [servers.find_program("systemd-analyze"), "calendar", when]
    assert subprocess.run(calendar, capture_output=True, check=False).returncode == 0


def test_the_example_is_read_alike_by_systemd_and_a_shell() -> None:
    path = proxies.DEPLOY / "campfire.env.example"
    shell = f"env -i sh -c 'set -a; . {path}; env'"
    seen = dict(line.split("=", 1) for line in subprocess.check_output(shell, shell=True, text=True).splitlines())

    assert example().items() <= seen.items()


def test_the_example_is_settings_that_load(tmp_path: Path) -> None:
    environment = servers._environment(tmp_path, example() | {"CAMPFIRE_DATA": str(tmp_path)})
    code = "import campfire.settings as s; print(s.CAMPFIRE_URL, s.DATABASES['default']['HOST'], s.REDIS_URL)"
    said = subprocess.check_output([sys.executable, "-c", code], env=environment, text=True)

    assert said == "https://chat.example.com /run/postgresql redis://127.0.0.1:6379/0\n"


def test_commands_are_run_with_the_settings_of_the_service(tmp_path: Path) -> None:
    """As whom is the business of runuser, which only root may ask; here it is somebody who does as told."""
    (tmp_path / "runuser").write_text('#!/bin/sh\n[ "$1 $2 $3" = "-u campfire --" ] && shift 3 && exec "$@"\n')
    (tmp_path / "settings").write_text(f"CAMPFIRE_DATA={tmp_path}/data\nCAMPFIRE_URL=https://chat.example.com\n")
    changes = {"/etc/campfire.env": str(tmp_path / "settings"), "/opt/campfire": str(servers.ROOT)}
    (tmp_path / "campfire").write_text(proxies.adapted("campfire", changes))
    for name in ("runuser", "campfire"):
        (tmp_path / name).chmod(0o755)

    def campfire(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(tmp_path / "campfire"), *arguments]
        path = f"{tmp_path}:{os.environ['PATH']}"
        return subprocess.run(command, env={"PATH": path}, capture_output=True, text=True, check=False)

    campfire("migrate", "--verbosity=0")
    assert re.fullmatch(r"\w{4}-\w{4}-\w{4}\n", campfire("setupcode").stdout)
    owner = ["--workspace", "Acme & Sons", "--name", "Ada L", "--email", EMAIL, "--password", PASSWORD]
    assert campfire("createowner", *owner).stdout == "Ada L is now the owner of Acme & Sons.\n"
    assert campfire("resetpassword", EMAIL).stdout.startswith("https://chat.example.com/password-reset/")
    assert campfire("resetpassword", "nobody@example.com").returncode == 1


def test_the_readme_names_files_that_are_there() -> None:
    readme = (proxies.DEPLOY / "README.md").read_text()
    named = set(re.findall(r"\bdeploy/([\w.-]+\w)", readme))

    assert named == {path.name for path in proxies.DEPLOY.iterdir()} - {"README.md"}


# ---- through the proxies --------------------------------------------------------------------------------------------


class Visitor:
    """A browser without a page: keeps cookies, comes from `VISITOR`, lies about it."""

    def __init__(self, proxy: proxies.Proxy, trust: ssl.SSLContext) -> None:
        self.proxy, self.trust = proxy, trust
        self.cookies: SimpleCookie = SimpleCookie()

    def ask(
        self, method: str, path: str, body: bytes = b"", **given: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Status, headers and body."""
        headers = {
            "Host": urlsplit(self.proxy.url).netloc,
            "Cookie": self.cookie,
            "X-Forwarded-For": SPOOFED,
            "X-Forwarded-Proto": "http",
            "X-Request-ID": "chosen-by-a-stranger",
            **{name.replace("_", "-"): value for name, value in given.items()},
        }
        connection = http.client.HTTPSConnection(proxies.NAME, self.proxy.port)
        connection.sock = self.trust.wrap_socket(self._dial(), server_hostname=proxies.NAME)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        for value in answer.headers.get_all("Set-Cookie", []):
            self.cookies.load(value)
        return answer.status, answer.headers, content

    def _dial(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.proxy.port), source_address=(VISITOR, 0), timeout=30)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())

    def sign_in(self) -> None:
        self.ask("GET", "/sign-in")
        fields = {"login": EMAIL, "password": PASSWORD, "csrfmiddlewaretoken": self.cookies["csrftoken"].value}
        kind = "application/x-www-form-urlencoded"
        body = urlencode(fields).encode()
        status, _, content = self.ask("POST", "/sign-in", body, Origin=self.proxy.url, Content_Type=kind)
        assert status == 302, content

    def connect(self, *, origin: str = "", query: str = "") -> ClientConnection:
        return connect(
            f"{self.proxy.url.replace('https', 'wss')}/ws/{query}",
            sock=self._dial(),
            ssl=self.trust,
            server_hostname=proxies.NAME,
            origin=Origin(origin or self.proxy.url),
            additional_headers={"Cookie": self.cookie},
            proxy=None,
            # A machine that does ten other things needs longer than the library's ten seconds.
            open_timeout=60,
        )

    def api(self, path: str) -> Any:
        return json.loads(self.ask("GET", path)[2])


@pytest.fixture(scope="module")
def port() -> int:
    """Where both proxies are in turn, as the server has one address."""
    return servers.free_port()


@pytest.fixture(scope="module")
def campfire(port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Campfire]:
    """Two workers on PostgreSQL, over its socket, and Redis, as the example sets them."""
    data = tmp_path_factory.mktemp("campfire")
    with servers.start_postgres() as postgres, servers.start_redis() as redis:
        assert (postgres.user is None) or data.exists()
        folder = str(postgres.log.parent).replace("/", "%2F")
        chosen = {
            "CAMPFIRE_URL": f"https://{proxies.NAME}:{port}",
            "CAMPFIRE_DATA": str(data),
            "STATIC_ROOT": str(data / "static"),
            "DATABASE_URL": f"postgres://campfire@{folder}:{postgres.port}/campfire",
            "REDIS_URL": redis.url,
        }
        assert chosen.keys() == example().keys()
        with servers.start_campfire("script", data=data, env=chosen, arguments=("--workers", "2")) as server:
            owner = ["--workspace", "Acme", "--name", "Ada", "--email", EMAIL, "--password", PASSWORD]
            command = [sys.executable, "manage.py", "createowner", *owner]
            subprocess.run(command, cwd=servers.ROOT, env=server.environment, check=True, capture_output=True)
            yield server


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, campfire: servers.Campfire, port: int) -> Iterator[proxies.Proxy]:
    start = {"nginx": proxies.start_nginx, "caddy": proxies.start_caddy}[request.param]
    with start(upstream=campfire.port, port=port) as running:
        yield running


@pytest.fixture
def visitor(proxy: proxies.Proxy) -> Visitor:
    return Visitor(proxy, proxy.trust())


@pytest.fixture
def ada(visitor: Visitor) -> Visitor:
    visitor.sign_in()
    return visitor


@pytest.mark.servers
def test_cookies_are_for_https_only(ada: Visitor) -> None:
    session = ada.cookies["session_token"]

    assert session["secure"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert ada.cookies["csrftoken"]["secure"]


@pytest.mark.servers
def test_pages_come_through_with_what_makes_them_safe(ada: Visitor) -> None:
    status, headers, _ = ada.ask("GET", "/sign-in", Cookie="")

    assert status == 200
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert len(headers.get_all("Strict-Transport-Security", [])) == 1


@pytest.mark.servers
def test_who_comes_without_encryption_is_sent_to_it(proxy: proxies.Proxy) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", proxy.plain_port, timeout=30)
    connection.request("GET", "/rooms?x=1", headers={"Host": proxies.NAME})
    answer = connection.getresponse()
    connection.close()

    assert answer.status in (301, 308)
    assert answer.headers["Location"] in (f"https://{proxies.NAME}/rooms?x=1", f"{proxy.url}/rooms?x=1")


@pytest.mark.servers
def test_the_visitors_address_is_seen_and_a_made_up_one_is_not_believed(
    ada: Visitor, campfire: servers.Campfire
) -> None:
    with psycopg.connect(campfire.environment["DATABASE_URL"]) as connection:
        seen = connection.execute("SELECT DISTINCT host(address) FROM accounts_session WHERE user_id IS NOT NULL")

        assert seen.fetchall() == [(VISITOR,)]


@pytest.mark.servers
def test_the_proxys_id_of_a_request_is_in_the_answer_and_in_the_log(ada: Visitor, campfire: servers.Campfire) -> None:
    path = f"/api/users?q={uuid4()}"
    status, headers, _ = ada.ask("GET", path)
    (request_id,) = headers.get_all("X-Request-ID", [])

    assert status == 200
    assert re.fullmatch(r"[0-9a-f-]{32,36}", request_id)
    line = until_logged(campfire, f"request={request_id} person=")
    assert " INFO campfire.access: GET /api/users 200 in " in line


def until_logged(server: servers.Campfire, text: str) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if found := [line for line in server.output().splitlines() if text in line]:
            return found[-1]
        time.sleep(0.05)
    raise AssertionError(f"{text!r} was not logged:\n{server.output()}")


@pytest.mark.servers
def test_sockets_come_through_and_carry_messages_both_ways(ada: Visitor) -> None:
    room = ada.api("/api/rooms")["results"][0]["id"]
    with ada.connect() as one, ada.connect() as other:
        for open_socket in (one, other):
            assert json.loads(open_socket.recv(60))["type"] == "welcome"
            open_socket.send(json.dumps({"type": "join_room", "room_id": room}))
        until(other, "room_joined")
        sent = {"type": "send_message", "room_id": room, "content": "through", "client_message_id": str(uuid4())}
        one.send(json.dumps(sent))
        assert until(one, "message_sent")["client_message_id"] == sent["client_message_id"]
        assert until(other, "new_message")["message"]["content"] == "through"


def until(client: ClientConnection, kind: str) -> dict[str, Any]:
    """The next frame of a type."""
    while True:
        frame: dict[str, Any] = json.loads(client.recv(60))
        if frame["type"] == kind:
            return frame


@pytest.mark.servers
@pytest.mark.parametrize("origin", ["https://evil.example", f"https://{proxies.NAME}", f"http://{proxies.NAME}"])
def test_a_socket_from_another_page_is_refused(ada: Visitor, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        ada.connect(origin=origin)

    assert refused.value.response.status_code == 403


@pytest.mark.servers
def test_static_files_are_compressed_and_kept_for_ever(ada: Visitor) -> None:
    page = ada.ask("GET", "/sign-in", Cookie="")[2].decode()
    (path, *_) = re.findall(r'"(/static/[^"]+\.[0-9a-f]{12}\.css)"', page)
    for _ in range(2):
        status, headers, body = ada.ask("GET", path, Accept_Encoding="gzip")
        assert status == 200
        assert headers["Content-Encoding"] == "gzip"
        assert "immutable" in headers["Cache-Control"]
        assert "max-age=315360000" in headers["Cache-Control"]
        assert body[:2] == b"\x1f\x8b"
    assert "Content-Encoding" not in ada.ask("GET", path, Accept_Encoding="identity")[1]


@pytest.mark.servers
def test_what_is_too_large_is_refused_by_campfire_itself(ada: Visitor) -> None:
    body = b'{"email": "' + b"x" * 2 * 1024 * 1024 + b'"}'
    status, _, content = ada.ask("POST", "/api/auth/login", body, Content_Type="application/json")

    assert (status, json.loads(content or b"{}")) == (413, {"code": "too_large", "message": "This is too large."})


@pytest.mark.servers
def test_another_host_is_not_served(visitor: Visitor) -> None:
    status, _, content = visitor.ask("GET", "/sign-in", Host="evil.example")

    assert b"password" not in content
    assert status != 200 or content == b""


@pytest.mark.servers
def test_the_doctor_is_content_with_the_proxy(ada: Visitor, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The name leads here and the certificate is believed, as where it is for real."""
    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: look_up("127.0.0.1", *rest, **more))
    monkeypatch.setenv("SSL_CERT_FILE", str(ada.proxy.folder / "certificate.pem"))
    settings.CAMPFIRE_URL, settings.HTTPS = ada.proxy.url, True

    found = list(serving.check_server(Asked()))

    assert {finding.name: finding.state for finding in found} == dict.fromkeys(
        ("server", "release", "ready", "proxy", "sockets"), "ok"
    )


@pytest.mark.servers
def test_the_doctor_is_content_with_the_rest(campfire: servers.Campfire) -> None:
    campfire.data.chmod(0o700)
    command = [sys.executable, "manage.py", "doctor", "--json", "--workers", "2", "--url", campfire.url]
    result = subprocess.run(
        command, cwd=servers.ROOT, env=campfire.environment, capture_output=True, text=True, check=False
    )
    found = {(row["state"], row["name"]) for row in json.loads(result.stdout)["findings"] if row["state"] != "ok"}

    assert result.returncode == 0
    # Somebody who edits a style meanwhile is none of this test's business.
    assert found - {("warning", "static files")} == {("warning", name) for name in ("mail", "proxy", "backups")}


@pytest.mark.servers
def test_no_secret_in_an_address_is_in_a_log_of_the_proxy(ada: Visitor, proxy: proxies.Proxy) -> None:
    with pytest.raises(InvalidStatus):
        ada.connect(origin="https://evil.example", query=f"?token={SECRET}")
    ada.ask("GET", f"/join/{SECRET}?token={SECRET}")

    assert SECRET not in proxy.written()


@pytest.mark.servers
def test_nor_when_somebody_opens_a_link_without_encryption(proxy: proxies.Proxy) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", proxy.plain_port, timeout=30)
    connection.request("GET", f"/join/{SECRET}?token={SECRET}", headers={"Host": proxies.NAME})
    connection.getresponse().read()
    connection.close()

    assert SECRET not in proxy.written()


@pytest.mark.servers
@pytest.mark.parametrize("start", [proxies.start_nginx, proxies.start_caddy])
def test_nor_while_campfire_is_away(start: Any) -> None:
    with start(upstream=servers.free_port(), port=servers.free_port()) as proxy:
        lonely = Visitor(proxy, proxy.trust())
        status, _, _ = lonely.ask("GET", f"/join/{SECRET}?token={SECRET}", Cookie=f"session_token={SECRET}")

        assert status == 502
        assert SECRET not in proxy.written()
