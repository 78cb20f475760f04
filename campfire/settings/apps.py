"""What Campfire is put together from."""

import sys

from campfire.settings.site import BASE_DIR

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
    "campfire.http.compression.CompressionMiddleware",
    "campfire.http.middleware.PrivateAnswersMiddleware",
    "campfire.http.middleware.WhoAskedMiddleware",
    "accounts.middleware.SessionDetailsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "campfire.http.middleware.ExpectedErrorsMiddleware",
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
            "libraries": {"bundles": "campfire.http.bundles"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "campfire.http.context.looks",
                "campfire.http.parts.frame",
            ],
        },
    }
]
