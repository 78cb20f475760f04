"""Pages and the files they load."""

from pathlib import Path

from csp.constants import NONCE, NONE, SELF

from campfire.settings.environment import env
from campfire.settings.site import BASE_DIR, DATA_DIR

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
    "staticfiles": {"BACKEND": "campfire.http.static.HashedStaticFiles"},
}


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
