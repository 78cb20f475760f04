"""The machine: folders, disk, open files."""

import os
import resource
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from campfire.doctor.findings import Asked, Finding, ok, problem, warning
from campfire.serving.preparing import static_is_current

LITTLE, TOO_LITTLE = 1024**3, 100 * 1024**2
FEW_FILES = 4096


def check_data_folder(asked: Asked) -> Iterator[Finding]:
    folder = settings.DATA_DIR
    mode = stat.S_IMODE(folder.stat().st_mode)
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        owner = f"its owner is user {folder.stat().st_uid}, this is user {os.geteuid()}"
        yield problem("data folder", f"{folder} is not writable ({owner})", "Run this as the user who runs the server.")
    elif mode & 0o007:
        said = f"{folder} has mode {mode:o}: everyone on this machine can read what is in it"
        yield problem("data folder", said, f"chmod 700 {folder}")
    else:
        yield ok("data folder", str(folder))


def check_disk(asked: Asked) -> Iterator[Finding]:
    free = shutil.disk_usage(settings.DATA_DIR).free
    said = f"{free / 1024**3:.1f} GiB free at {settings.DATA_DIR}"
    todo = "Free some space, or move the data folder to a larger disk: nothing can be saved on a full one."
    if free < TOO_LITTLE:
        yield problem("disk", said, todo)
    elif free < LITTLE:
        yield warning("disk", said, todo)
    else:
        yield ok("disk", said)


def check_open_files(asked: Asked) -> Iterator[Finding]:
    """The hard limit: the server raises its own to that. A service may have another than this shell."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < FEW_FILES:
        said = f"at most {hard}, and each socket counts as one: no more people than that can be connected"
        yield warning(
            "open files", said, "Raise the limit: LimitNOFILE=65536 for systemd, or /etc/security/limits.conf."
        )
    else:
        yield ok("open files", "no limit" if hard == resource.RLIM_INFINITY else f"at most {hard}")


def check_static_files(asked: Asked) -> Iterator[Finding]:
    todo = "Start scripts/serve, which collects them, or run manage.py collectstatic."
    if not Path(settings.STATIC_ROOT).is_dir():
        yield problem("static files", f"{settings.STATIC_ROOT} is missing: pages would have no styles or scripts", todo)
    elif not static_is_current():
        yield warning("static files", f"{settings.STATIC_ROOT} is older than the code", todo)
    else:
        yield ok("static files", f"collected in {settings.STATIC_ROOT}")


CHECKS = [check_data_folder, check_disk, check_open_files, check_static_files]
