"""Logging: to standard error; no tokens, cookies or message texts (reliability: attacks 2 and 19)."""

import warnings

from campfire.logs.context import ContextFilter
from campfire.logs.formats import CalmFilter, JSONFormatter, TextFormatter
from campfire.settings.environment import env

# WhiteNoise hands its files to Django so; each process would say it once, past the log.
warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators", Warning)

LOG_FORMAT = env.choice("LOG_FORMAT", "text", "json", default="text")
LOG_LEVEL = env.choice("LOG_LEVEL", "DEBUG", "INFO", "WARNING", "ERROR", default="INFO")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"text": {"()": TextFormatter}, "json": {"()": JSONFormatter}},
    "filters": {"context": {"()": ContextFilter}, "calm": {"()": CalmFilter}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["context", "calm"]},
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # Django's own handlers would say everything twice, and unredacted.
        "django": {"handlers": [], "level": "INFO"},
        # Queries hold what people wrote, at any level.
        "django.db.backends": {"level": "WARNING"},
        # What failed is logged once, where its answer is made (campfire.http.rest); with DEBUG nobody else does.
        "django.request": {"level": "ERROR" if env.switch("DEBUG", default=False) else "CRITICAL"},
        "django.server": {"handlers": [], "level": "WARNING"},
        "django.channels.server": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        "asyncio": {"level": "INFO"},
        "httpx": {"level": "WARNING"},
        # A traceback each second while Redis is away; the hub says it in a line.
        "channels_redis": {"level": "CRITICAL"},
        # A line for each socket that comes and goes, with its query.
        "uvicorn": {"level": "WARNING"},
        "uvicorn.error": {"level": "WARNING"},
        # Frames, whole.
        "websockets": {"level": "WARNING"},
    },
}
