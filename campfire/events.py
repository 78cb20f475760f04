"""What happened, told to whoever listens: the registry between actions and subscribers.

Each app's `events.py` holds frozen dataclasses; `subscribe` is called in one place
(`chat/subscribers/__init__.py`), `publish` only after the transaction has committed.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction

logger = logging.getLogger(__name__)

Handler = Callable[[Sequence[Any]], None]

_handlers: list[tuple[Handler, tuple[type, ...]]] = []


def subscribe(handler: Handler, *event_types: type) -> None:
    """Have `handler` called with every published sequence of events of `event_types`, in order."""
    _handlers.append((handler, event_types))


def publish(*events: object) -> None:
    """Tell every subscriber about `events`, which have been committed.

    A failing subscriber is logged and stops nobody else: what it missed is healed by the room clock or by
    the task queue, never by failing an action that is already true.
    """
    for handler, event_types in _handlers:
        wanted = [event for event in events if isinstance(event, event_types)]
        if not wanted:
            continue
        try:
            handler(wanted)
        except Exception:
            logger.exception("A subscriber failed: %s", getattr(handler, "__qualname__", handler))


def publish_on_commit(*events: object) -> None:
    """`publish` once the surrounding transaction has committed, at once where there is none."""
    transaction.on_commit(lambda: publish(*events))
