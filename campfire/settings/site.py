"""Where this Campfire lives: its folder, its key, the address that people reach it by."""

from pathlib import Path
from urllib.parse import urlsplit

from campfire.settings.environment import env
from campfire.settings.secret_key import secret_key

BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = env.folder("CAMPFIRE_DATA", default=BASE_DIR / "data")
SECRET_KEY = secret_key(env.text("SECRET_KEY", default=""), DATA_DIR)
DEBUG = env.switch("DEBUG", default=False)

# Where people reach this server. It decides secure cookies, HSTS, redirects, allowed hosts and origins.
CAMPFIRE_URL = env.origin("CAMPFIRE_URL")
HTTPS = CAMPFIRE_URL.startswith("https:")
HOST = urlsplit(CAMPFIRE_URL).hostname or ""
# Health checks come to the machine itself, whatever it is called outside.
_LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = [f"[{HOST}]" if ":" in HOST else HOST, *_LOOPBACK] if HOST else _LOOPBACK
CSRF_TRUSTED_ORIGINS = [CAMPFIRE_URL] if CAMPFIRE_URL else []
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^version$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
