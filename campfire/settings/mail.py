"""Mail leaves only where a server is named; otherwise passwords are reset with manage.py."""

import os

from campfire.settings.environment import env
from campfire.settings.site import HOST

globals().update(env.mail("EMAIL_URL"))
HAS_MAIL = bool(os.environ.get("EMAIL_URL"))
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", default=f"Campfire <campfire@{HOST or 'localhost'}>")
