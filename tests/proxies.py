"""nginx and Caddy for tests, as deploy/ configures them: only names, addresses and paths are others.

Both run as a user without rights, on free ports, and yield a `Server` whose `url` is what people open and whose
`folder` holds all that they write.
"""

import shutil
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests import servers

NAME = "chat.example.com"
DEPLOY = servers.ROOT / "deploy"

NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    access_log {folder}/access.log;
    include {folder}/site.conf;
}}
"""


class Proxy(servers.Server):
    folder: Path
    plain_port: int

    def written(self) -> str:
        """Everything that it logged, wherever."""
        return self.output() + "".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))

    def trust(self) -> ssl.SSLContext:
        """What makes a client believe its certificate."""
        return ssl.create_default_context(cafile=self.folder / "certificate.pem")


def adapted(file: str, changes: Mapping[str, str]) -> str:
    """A file of deploy/ with each of `changes` made; one that changes nothing is an error."""
    text = (DEPLOY / file).read_text()
    for old, new in changes.items():
        assert old in text, f"deploy/{file} no longer says {old!r}"
        text = text.replace(old, new)
    return text


@contextmanager
def start_nginx(*, upstream: int, port: int) -> Iterator[Proxy]:
    program = servers.find_program("nginx")
    with _folder("nginx") as folder:
        plain = servers.free_port()
        changes = {
            "listen 80;": f"listen 127.0.0.1:{plain};",
            "    listen [::]:80;\n": "",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
            "    listen [::]:443 ssl http2;\n": "",
            "server 127.0.0.1:8000;": f"server 127.0.0.1:{upstream};",
            f"/etc/letsencrypt/live/{NAME}/fullchain.pem": f"{folder}/certificate.pem",
            f"/etc/letsencrypt/live/{NAME}/privkey.pem": f"{folder}/key.pem",
            "/var/lib/nginx/": f"{folder}/",
            "/var/log/nginx/": f"{folder}/",
        }
        (folder / "site.conf").write_text(adapted("nginx.conf", changes))
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder))
        command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
        with _running("nginx", command, folder, port, plain) as proxy:
            yield proxy


@contextmanager
def start_caddy(*, upstream: int, port: int) -> Iterator[Proxy]:
    program = servers.find_program("caddy")
    with _folder("caddy") as folder:
        plain = servers.free_port()
        # Without a certificate of its own Caddy would ask the world for one.
        changes = {
            "\tlog default {": f"\tadmin off\n\thttp_port {plain}\n\thttps_port {port}\n\tlog default {{",
            f"\n{NAME} {{\n": f"\n{NAME} {{\n\tbind 127.0.0.1\n\ttls {folder}/certificate.pem {folder}/key.pem\n",
            "127.0.0.1:8000": f"127.0.0.1:{upstream}",
        }
        (folder / "Caddyfile").write_text(adapted("Caddyfile", changes))
        command = [program, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
        with _running("Caddy", command, folder, port, plain) as proxy:
            yield proxy


@contextmanager
def _running(name: str, command: list[str], folder: Path, port: int, plain: int) -> Iterator[Proxy]:
    proxy = Proxy(name, command, port=port, log=folder / "output.log", url=f"https://{NAME}:{port}")
    proxy.folder, proxy.plain_port = folder, plain
    proxy.user = servers._unprivileged_user()
    proxy.environment |= {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    for path in [folder, *folder.iterdir()]:
        if proxy.user is not None:
            shutil.chown(path, proxy.user, servers._group_of(proxy.user))
    with servers._running(proxy):
        yield proxy


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    """An empty folder with a certificate for `NAME`."""
    with servers._folder(name) as folder:
        command = [servers.find_program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        named = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
        files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
        subprocess.run([*command, *named, *files], check=True, capture_output=True)
        yield folder
