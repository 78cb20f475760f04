"""`manage.py rendermessages`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from tqdm import tqdm

from campfire.version import VERSION
from chat.actions.rendering import render_messages, to_render


class Command(BaseCommand):
    help = (
        "Render stored messages anew, so that those written before an upgrade look as if written today. What they say "
        "stays, and so do their versions: open pages show the change when they load a message again. Works while "
        "people talk; a message that is edited meanwhile keeps its edit. Ended in the middle, it goes on from there."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--again", action="store_true", help="begin with the first message, not where it stopped")

    def handle(self, *, again: bool, **_: Any) -> None:
        after = 0 if again else self._stopped_at()
        changed = seen = 0
        with tqdm(total=to_render(after=after), unit=" messages", file=self.stderr, desc="Rendering") as bar:
            for step in render_messages(after=after):
                self._place.write_text(f"{VERSION} {step.last}")
                changed, seen = changed + step.changed, seen + step.seen
                bar.update(step.seen)
        self._place.unlink(missing_ok=True)
        self.stdout.write(f"{changed:,} of {seen:,} messages look different now.")

    @property
    def _place(self) -> Path:
        """Where it is noted how far it has come."""
        return Path(settings.DATA_DIR) / "rendermessages"

    def _stopped_at(self) -> int:
        """Where this release stopped; what an earlier one has done is done anew."""
        try:
            version, place = self._place.read_text().split()
            return int(place) if version == VERSION else 0
        except (FileNotFoundError, ValueError):
            return 0
