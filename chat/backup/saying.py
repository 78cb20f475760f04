"""A backup in words."""

from chat.backup.contents import MESSAGES, PEOPLE, Manifest


def in_numbers(manifest: Manifest) -> str:
    """`12 rooms with 10,431 messages, 45 people and 3 files`."""
    contents = manifest.contents
    rooms, messages = counted(len(contents.rooms), "room"), counted(contents.count(MESSAGES), "message")
    people = counted(contents.count(PEOPLE), "person", "people")
    return f"{rooms} with {messages}, {people} and {counted(manifest.files, 'file')}"


def origin(manifest: Manifest) -> str:
    """`Campfire 0.1.0 on SQLite 3.40.1, as of 2026-01-31 12:00:00 UTC`."""
    where = f"Campfire {manifest.campfire} on {manifest.database} {manifest.origin.server}"
    return f"{where}, as of {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 file`, `1,200 files`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
