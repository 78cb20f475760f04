"""What hangs on a message, as its row carries it: `Message.parts`, of which history, catch-up and search make no query.

Each noun that hangs on messages has a table of its own as truth, and an entry in `SUMMARIES`. Whatever changes one of
them takes the message's next version in the same transaction (`chat.actions.messages`), and with it the summary anew.
"""

from collections.abc import Callable, Mapping
from typing import Any

from chat.models import Message

# Each gives fields of a message on the wire (the API's schema) that differ from those of one on which nothing hangs.
# What one person alone sees (a bookmark, their own vote) is never among them.
SUMMARIES: list[Callable[[Message], Mapping[str, Any]]] = []


def parts_of(message: Message) -> dict[str, Any] | None:
    """The summary of all that hangs on `message`, as its room's lock shows it; None where nothing does."""
    parts = {name: value for summary in SUMMARIES for name, value in summary(message).items()}
    return parts or None
