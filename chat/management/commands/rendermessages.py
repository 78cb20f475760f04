"""`manage.py rendermessages`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from tqdm import tqdm

from campfire.version import VERSION
from chat.actions.rerendering import render_messages, to_render


class Command(BaseCommand):
    help = (
        "Render stored messages again, so that those written before an upgrade look as if they were written today. "
        "Their text and their versions do not change: open pages show the difference when they next load a message. "
        "Can run while people are chatting; a message edited meanwhile keeps its edit. If interrupted, the next run "
        "continues where this one stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--again", action="store_true", help="start over from the first message")

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
