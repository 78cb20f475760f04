"""Settings, a file for each concern. Operators set environment variables, listed in docs/operations.md."""

from campfire.settings.api import *  # noqa: F403
from campfire.settings.apps import *  # noqa: F403
from campfire.settings.databases import *  # noqa: F403
from campfire.settings.limits import *  # noqa: F403
from campfire.settings.logs import *  # noqa: F403
from campfire.settings.mail import *  # noqa: F403
from campfire.settings.pages import *  # noqa: F403
from campfire.settings.people import *  # noqa: F403
from campfire.settings.redis import *  # noqa: F403
from campfire.settings.site import *  # noqa: F403
from campfire.settings.tasks import *  # noqa: F403
