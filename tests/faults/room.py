"""What a client holds of one room, by the rules of the room clock; the browser's are in static/js/models."""

from typing import Any

from tests.faults.record import Effect, Held

HOLE_S = 0.5


class RoomState:
    """Messages by id, and the clock: applying is idempotent and independent of order, but for the cursor.

    It has no window: whatever it is told of, it holds.
    """

    def __init__(self) -> None:
        self.cursor = 0
        self.holds: dict[str, Held] = {}
        self.hole_since: float | None = None
        self._gone: dict[str, int] = {}
        self._above: set[int] = set()
        self._heard = 0

    def apply(self, message: dict[str, Any]) -> Effect:
        """A message as it is at its version; what that did."""
        if message["deleted_at"]:
            return self.remove(message["id"], message["version"])
        held = self.holds.get(message["id"])
        known = held.version if held else self._gone.get(message["id"], 0)
        if known >= message["version"]:
            return "ignored"
        self.holds[message["id"]] = held_of(message)
        return "updated" if held else "added"

    def remove(self, message: str, version: int) -> Effect:
        self._gone[message] = max(version, self._gone.get(message, 0))
        held = self.holds.get(message)
        if held is None or held.version >= version:
            return "ignored"
        del self.holds[message]
        return "removed"

    def load(self, messages: list[dict[str, Any]], version: int, now: float) -> None:
        """Hold these instead, which a history page said were read at `version` or later."""
        later = [held for held in self.holds.values() if held.version > version]
        self.holds = {}
        for message in messages:
            self.apply(message)
        for held in later:
            if held.version > self._version_of(held.message):
                self.holds[held.message] = held
        self.raise_to(version, now)

    def _version_of(self, message: str) -> int:
        held = self.holds.get(message)
        return max(held.version if held else 0, self._gone.get(message, 0))

    def saw(self, version: int, now: float) -> None:
        """A change with this version has been applied."""
        if version > self.cursor:
            self._above.add(version)
        self._advance(now)

    def heard(self, version: int, now: float) -> None:
        """The room stands at `version`, whether that came here or not."""
        self._heard = max(self._heard, version)
        self._advance(now)

    def raise_to(self, version: int, now: float) -> None:
        """Everything up to `version` is here."""
        self.cursor = max(self.cursor, version)
        self.hole_since = None
        self._advance(now)

    def patience(self, now: float) -> float:
        """Seconds until the hole that there is must be asked about; 0 if that is now, or if there is none."""
        return 0.0 if self.hole_since is None else max(0.0, self.hole_since + HOLE_S - now)

    def _advance(self, now: float) -> None:
        while self.cursor + 1 in self._above:
            self.cursor += 1
        self._above = {version for version in self._above if version > self.cursor}
        if not self._above and self._heard <= self.cursor:
            self.hole_since = None
        elif self.hole_since is None:
            self.hole_since = now


def held_of(message: dict[str, Any]) -> Held:
    """What is shown of a message on the wire."""
    return Held(
        message["id"],
        message["seq"],
        message["version"],
        message["creator_id"],
        message["client_message_id"],
        message["content"],
    )
