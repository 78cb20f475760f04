"""What a team says all day, made up by rule and always the same: mostly a line, now and then code, a list or a link.

Half of the messages have less than sixty characters and one in twenty nearly two hundred, as in public logs of IRC.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

SHORT = (
    "ok", "yes", "no idea", "thanks!", "on it", "same here", "looks good to me", "😀", "🎉", "which one?", "not yet",
    "let me check", "good morning", "back in ten", "done", "why?", "that was quick", "sorry, wrong room", "👍",
)  # fmt: skip
WHO = (
    "the importer", "our nightly job", "the second replica", "the new form", "that query", "the mail worker",
    "the staging box", "your branch", "the release", "the load balancer", "my laptop", "the customer in Lisbon",
)  # fmt: skip
DOES = (
    "fails with", "is waiting for", "was fixed by", "depends on", "does not like", "now writes to", "times out on",
    "wants to see", "has been quicker since", "prints a warning about", "still uses", "asks about",
)  # fmt: skip
WHAT = (
    "the old certificate", "a lock on the table", "last week's migration", "UTF-8 in file names", "two-factor codes",
    "the invoice of March", "an index nobody remembers", "the firewall", "the cache", "daylight saving time",
    "an empty line at the end", "the second disk", "Friday's backup", "the time zone",
)  # fmt: skip
ENDS = (".", ".", ", I think.", ", as usual.", ". Can somebody look?", ", see the log.", "?", ", so I rolled it back.")
MARKS = ("**{0}** {1} `{2}`", "_{0}_ {1} {2}, really", "`{2}` – {0} {1} it", "> {0} {1} {2}\n\nIs that still so?")
CODE = "```\n$ systemctl status importer\n● importer.service – {0}\n   Active: failed since Tue, {1} {2}\n```"
SECONDS_BETWEEN = 45


class Talk:
    """An endless conversation."""

    def __init__(self, seed: int = 1) -> None:
        self.random = random.Random(seed)
        pick = self.random.choice
        # Each with its share in a hundred.
        self._kinds: list[tuple[Callable[[], str], int]] = [
            (lambda: pick(SHORT), 26),
            (self._sentence, 44),
            (lambda: " ".join(self._sentence() for _ in range(pick((2, 2, 3, 6)))), 17),
            (lambda: self._about(pick(MARKS)), 6),
            (self._link, 3),
            (self._list, 2),
            (lambda: self._about(CODE), 2),
        ]

    def message(self) -> str:
        """The next message, as somebody would type it."""
        (make,) = self.random.choices([make for make, _ in self._kinds], [share for _, share in self._kinds])
        return make()

    def _link(self) -> str:
        return f"{self._sentence()} https://wiki.example.com/{self.random.choice(WHAT).replace(' ', '-')}"

    def _list(self) -> str:
        pick = self.random.choice
        return "What is left:\n\n" + "\n".join(f"- {pick(WHO)}: {pick(WHAT)}" for _ in range(pick((2, 3, 5))))

    def _about(self, form: str) -> str:
        return form.format(*map(self.random.choice, (WHO, DOES, WHAT)))

    def _sentence(self) -> str:
        pick = self.random.choice
        said = self._about("{0} {1} {2}") + pick(ENDS)
        return said[0].upper() + said[1:] if pick((True, False)) else said


def lines(names: Sequence[str], count: int, seed: int) -> Iterator[str]:
    """`count` messages by people of these names, as `manage.py import_messages` reads them; the last is of now."""
    talk, began = Talk(seed), datetime.now(UTC).replace(microsecond=0)
    name = names[0]
    for number in range(count):
        if talk.random.random() < 0.6:
            name = talk.random.choice(names)
        at = began - timedelta(seconds=SECONDS_BETWEEN * (count - number))
        yield json.dumps({"at": at.isoformat(), "name": name, "content": talk.message()}, ensure_ascii=False)


def write(path: Path, names: Sequence[str], count: int, seed: int = 1) -> Path:
    """The same as a file, which is returned."""
    path.write_text("".join(f"{line}\n" for line in lines(names, count, seed)))
    return path
