"""The product's settings for one test process: a data folder of its own, cheap passwords, nothing shared.

`DATABASE_URL` and `REDIS_URL` choose what is tested; without them it is SQLite in a file and memory.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
_data = tempfile.mkdtemp(prefix=f"campfire-tests-{WORKER}-")
atexit.register(shutil.rmtree, _data, ignore_errors=True)
os.environ["CAMPFIRE_DATA"] = _data


def _own_redis_database(url: str) -> str:
    """Each process has a Redis database of its own, so that emptying one disturbs nobody."""
    number = int(WORKER.removeprefix("gw")) + 1 if WORKER.startswith("gw") else 0
    return urlunsplit(urlsplit(url)._replace(path=f"/{number}"))


if os.environ.get("REDIS_URL"):
    os.environ["REDIS_URL"] = _own_redis_database(os.environ["REDIS_URL"])

from campfire.settings import *  # noqa: E402, F403
from campfire.settings import CHANNEL_LAYERS, REDIS_URL  # noqa: E402

if REDIS_URL:
    # Channels of Redis know no databases: the prefix keeps processes apart.
    _layer: dict[str, object] = CHANNEL_LAYERS["default"]["CONFIG"]  # type: ignore[assignment]
    _layer["prefix"] = f"campfire-{WORKER}"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STATIC_ROOT = Path(_data) / "static"
STATIC_ROOT.mkdir()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
