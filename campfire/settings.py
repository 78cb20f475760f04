"""Settings. Everything an operator may set is an environment variable, listed in docs/operations.md."""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from campfire.environment import env
from campfire.secret_key import secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.folder("CAMPFIRE_DATA", default=BASE_DIR / "data")
SECRET_KEY = secret_key(env.text("SECRET_KEY", default=""), DATA_DIR)
DEBUG = env.switch("DEBUG", default=False)

# Where people reach this server. It decides secure cookies, HSTS, redirects, allowed hosts and origins.
CAMPFIRE_URL = env.origin("CAMPFIRE_URL")
HTTPS = CAMPFIRE_URL.startswith("https:")
_host = urlsplit(CAMPFIRE_URL).hostname or ""
# Health checks come to the machine itself, whatever it is called outside.
_LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = [f"[{_host}]" if ":" in _host else _host, *_LOOPBACK] if _host else _LOOPBACK
CSRF_TRUSTED_ORIGINS = [CAMPFIRE_URL] if CAMPFIRE_URL else []
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^version$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    # It brings Twisted along, 15 MB and a tenth of a second at each start, which only `runserver` needs.
    *(["daphne"] if "runserver" in sys.argv else []),
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "accounts",
    "chat",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "campfire.compression.CompressionMiddleware",
    "campfire.middleware.PrivateAnswersMiddleware",
    "campfire.middleware.WhoAskedMiddleware",
    "accounts.middleware.SessionDetailsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "campfire.middleware.ExpectedErrorsMiddleware",
    "chat.middleware.FirstRunMiddleware",
]

ROOT_URLCONF = "campfire.urls"
ASGI_APPLICATION = "campfire.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"bundles": "campfire.bundles"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "campfire.context.looks",
                "campfire.parts.frame",
            ],
        },
    }
]

# ---- databases -------------------------------------------------------------------------------------------

DATABASES = {"default": env.database("DATABASE_URL", file=DATA_DIR / "campfire.sqlite3")}
_database = DATABASES["default"]
IS_SQLITE = _database["ENGINE"] == "django.db.backends.sqlite3"
if IS_SQLITE:
    # Writers queue for the lock from the start of a transaction, so none fails half-way with "locked". What a statement
    # would need to undo itself is kept in memory, not in a file; 32 MB of changes gather before they are moved.
    _pragmas = "journal_mode=WAL synchronous=FULL foreign_keys=ON temp_store=MEMORY wal_autocheckpoint=8000"
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": env.number("SQLITE_TIMEOUT_S", default=5),
        "init_command": "".join(f"PRAGMA {pragma};" for pragma in _pragmas.split()),
    }
    _database["CONN_MAX_AGE"] = None
    _database["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    from campfire.postgres import Connection

    _database.setdefault("OPTIONS", {})
    # A machine that vanished without a word is noticed, where nobody waits for an answer too.
    _patience = {"connect_timeout": 3, "keepalives_idle": 10, "keepalives_interval": 5}
    _database["OPTIONS"] = _patience | _database["OPTIONS"]
    _database["OPTIONS"]["pool"] = {
        "min_size": 2,
        "max_size": env.number("DATABASE_POOL", default=20, at_least=2),
        "timeout": 3,
        "connection_class": Connection,
        # Its waits between attempts to reconnect double for as long as it does not give up: then the next use tries.
        "reconnect_timeout": 2,
    }
    _database["CONN_HEALTH_CHECKS"] = True
# How long somebody who sends waits to hear that it is stored, or that it cannot be.
STORING_SECONDS = _database["OPTIONS"]["timeout"] if IS_SQLITE else 4.5
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.redis("REDIS_URL")
if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            # No read time-out: a quiet Redis is a healthy one (docs/decisions).
            "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": None}], "prefix": "campfire"},
        }
    }
    CACHES = {"default": {"BACKEND": "campfire.shared_cache.SharedCache", "LOCATION": REDIS_URL}}
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 100_000}}}
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# ---- people ----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
# allauth's own backend would check a second time, and tell deactivated accounts apart.
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_NAME = "session_token"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
LOGIN_URL = "sign_in"
CSRF_FAILURE_VIEW = "campfire.handlers.csrf_failure"
LOGIN_REDIRECT_URL = "/"

# ---- limits (protocol: limits) -----------------------------------------------------------------------------

RATE_LIMITS = env.switch("RATE_LIMITS", default=True)
CONTENT_LENGTH = env.number("CONTENT_LENGTH", default=10_000)
FRAME_BYTES = env.number("FRAME_BYTES", default=128 * 1024)
FRAMES_PER_SECOND = env.number("FRAMES_PER_SECOND", default=20)
MESSAGES_PER_MINUTE = env.number("MESSAGES_PER_MINUTE", default=60)
MESSAGES_BURST = env.number("MESSAGES_BURST", default=20)
JOINED_ROOMS = env.number("JOINED_ROOMS", default=128)
SOCKETS_PER_PERSON = env.number("SOCKETS_PER_PERSON", default=10)
QUEUE_FRAMES = env.number("QUEUE_FRAMES", default=256)
QUEUE_BYTES = env.number("QUEUE_BYTES", default=1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# ---- API ---------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerAuthentication",
        "accounts.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["campfire.rest.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["campfire.rest.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "campfire.rest.error_response",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Campfire",
    "DESCRIPTION": "Team chat: rooms, messages and the people in them. The socket is described in docs/protocol.md.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "ENUM_NAME_OVERRIDES": {
        "RoomKind": "chat.models.rooms.Room.Kind",
        "NewRoomKind": "chat.api.schemas.NEW_ROOM_KINDS",
        "MessageKind": "chat.api.schemas.MESSAGE_KINDS",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# ---- pages -------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"
LOCALE_PATHS = [BASE_DIR / "locale"]
MEDIA_ROOT = DATA_DIR / "files"
# Where `manage.py backup` puts them, and `doctor` looks.
BACKUPS = Path(env.text("BACKUPS", default=str(DATA_DIR / "backups")))
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.text("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "campfire.static.HashedStaticFiles"},
}

from csp.constants import NONCE, NONE, SELF  # noqa: E402

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# ---- tasks -------------------------------------------------------------------------------------------------

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
# Due once a day (campfire/tasks.py).
DAILY_TASKS = ["accounts.tasks.clear_sessions", "campfire.tasks.forget_results"]

# Mail leaves only where a server is named; otherwise passwords are reset with manage.py.
globals().update(env.mail("EMAIL_URL"))
HAS_MAIL = bool(os.environ.get("EMAIL_URL"))
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", default=f"Campfire <campfire@{_host or 'localhost'}>")

from campfire.settings_allauth import *  # noqa: E402, F403
from campfire.settings_logging import LOGGING as LOGGING  # noqa: E402
