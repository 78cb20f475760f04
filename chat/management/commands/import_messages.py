"""`manage.py import_messages FILE --room NAME`."""

import gzip
import hashlib
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts.models import Workspace
from accounts.models.users import NAME_LENGTH
from accounts.roles import Role
from campfire.errors import CampfireError
from chat.actions.imports import Line, import_messages
from chat.actions.rooms import create_room
from chat.models import Room
from chat.rules.content import check_content, check_text

MOST_SHOWN = 10


class Row(msgspec.Struct):
    """One line of the file."""

    at: datetime
    name: str
    content: str


class Command(BaseCommand):
    help = (
        "Import messages from a file into an empty room. FILE is JSON Lines, plain or .gz: one object per line, with "
        '"at" (ISO 8601, UTC unless it names a time zone), "name" and "content". Messages are sorted by time, keeping '
        "the file's order on ties. A name that nobody in the workspace has becomes an inactive person without email. "
        "If there is no room of that name, it is created. Running the command again with the same file continues where "
        "it stopped; if it had finished, nothing changes. If any line is invalid, nothing is written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="JSON Lines; gzipped if the name ends in .gz")
        parser.add_argument("--room", required=True, metavar="NAME", help="the room's name")
        parser.add_argument("--workspace", metavar="NAME", help="needed only if there are several")

    def handle(self, *, file: Path, room: str, workspace: str | None, **_: Any) -> None:
        target = self._room(self._workspace(workspace), room)
        lines, file_hash = self._read(file)
        began = time.monotonic()
        with tqdm(total=len(lines), unit=" messages", smoothing=0.1, file=self.stderr, desc="Importing") as bar:
            try:
                count = import_messages(room=target, lines=lines, file_hash=file_hash, progress=bar.update)
            except CampfireError as error:
                raise CommandError(error.message) from error
        seconds = time.monotonic() - began
        rate = f", {count / seconds:,.0f} messages/s" if count else ""
        self.stdout.write(
            f"{count:,} of {len(lines):,} messages imported into “{target.name}” in {seconds:.1f} s{rate}; "
            f"{len(lines) - count:,} had already been imported."
        )

    def _workspace(self, name: str | None) -> Workspace:
        found = list(Workspace.objects.filter(**({"name": name} if name else {}))[:2])
        if not found:
            raise CommandError(
                f"There is no workspace “{name}”." if name else "There is no workspace yet. Set Campfire up first."
            )
        if len(found) > 1:
            raise CommandError("There are several workspaces. Choose one with --workspace.")
        return found[0]

    def _room(self, workspace: Workspace, name: str) -> Room:
        found = list(workspace.rooms.filter(name=name)[:2])
        if len(found) > 1:
            raise CommandError(f"There are several rooms called “{name}”. Rename all but one.")
        if found:
            return found[0]
        owner = workspace.members.filter(role=Role.OWNER, user__is_active=True).select_related("user").first()
        if owner is None:
            raise CommandError("The workspace has no active owner to create the room.")
        return create_room(user=owner.user, workspace=workspace.uuid, name=name, kind=Room.Kind.OPEN)

    def _read(self, path: Path) -> tuple[list[Line], str]:
        """Every line, checked, and the SHA-256 of the file as it lies there."""
        try:
            file_hash = hashlib.sha256(path.read_bytes()).hexdigest()
            lines, wrong = _parse(path)
        except (OSError, EOFError) as error:
            raise CommandError(f"{path} cannot be read: {error}.") from error
        if wrong:
            more = f"\n… and {len(wrong) - MOST_SHOWN:,} more." if len(wrong) > MOST_SHOWN else ""
            raise CommandError(
                f"{len(wrong):,} lines are invalid, so nothing was imported:\n" + "\n".join(wrong[:MOST_SHOWN]) + more
            )
        return lines, file_hash


def _parse(path: Path) -> tuple[list[Line], list[str]]:
    decoder = msgspec.json.Decoder(Row)
    lines: list[Line] = []
    wrong: list[str] = []
    with _open(path) as file:
        for number, text in _numbered(file):
            try:
                lines.append(_line(number, decoder.decode(text)))
            except msgspec.DecodeError as error:
                wrong.append(f"line {number}: {error}")
            except CampfireError as error:
                wrong.append(f"line {number}: {error.message}")
    return lines, wrong


def _open(path: Path) -> BinaryIO:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _numbered(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    return ((number, text) for number, text in enumerate(file, 1) if text.strip())


def _line(number: int, row: Row) -> Line:
    check_content(row.content, settings.CONTENT_LENGTH)
    name = " ".join(check_text(row.name).split())[:NAME_LENGTH]
    if not name:
        raise CampfireError("The name is empty.")
    at = row.at if row.at.tzinfo else row.at.replace(tzinfo=UTC)
    return Line(number, at, name, row.content)
