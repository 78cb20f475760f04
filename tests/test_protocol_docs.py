"""docs/protocol.md names exactly the frames, error codes and close codes that the code has."""

import re
from pathlib import Path

from campfire.errors import CampfireError
from chat.realtime.codes import Close
from chat.realtime.frames import FRAMES

ROOT = Path(__file__).resolve().parent.parent
DOCS = (ROOT / "docs/protocol.md").read_text()
SENT = re.compile(r'"type": "([a-z_]+)"')


def subclasses(kind: type[CampfireError]) -> set[type[CampfireError]]:
    found = {kind}
    for child in kind.__subclasses__():
        found |= subclasses(child)
    return found


def frames_from_clients() -> set[str]:
    return {str(frame.__struct_config__.tag) for frame in FRAMES}


def frames_from_the_server() -> set[str]:
    folders = ("actions", "consumers", "delivery", "queries", "realtime", "subscribers")
    sources = [path for folder in folders for path in (ROOT / "chat" / folder).glob("*.py")]
    return {name for path in sources for name in SENT.findall(path.read_text()) if path.name != "layer.py"}


def test_every_frame_is_documented() -> None:
    frames = frames_from_clients() | frames_from_the_server()
    assert len(frames) > 25, "the search for frames has lost its way"
    assert {name for name in frames if f"`{name}" not in DOCS} == set()


def test_every_documented_frame_exists() -> None:
    tables = "\n".join(line for line in DOCS.splitlines() if line.startswith(("| `", "| (")))
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)*)(?: \{[^`]*)?`", tables))
    fields = {"message", "update", "delete", "room", "removed", "left", "deleted", "change", "welcome"}
    codes = {kind.code for kind in subclasses(CampfireError)}
    known = frames_from_clients() | frames_from_the_server() | codes | fields
    assert named - known - {"room_id", "participant_count", "retry_after"} == set()


def test_every_error_code_is_documented_with_its_status() -> None:
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (\d{3}) \|", DOCS, re.MULTILINE))
    expected = {
        kind.code: str(kind.status)
        for kind in subclasses(CampfireError)
        if kind.__name__ not in ("UnsupportedMedia", "Unavailable")
    }
    assert {code: rows.get(code) for code in expected} == expected
    assert rows.keys() == expected.keys()


def test_every_close_code_is_documented() -> None:
    rows = {int(code) for code in re.findall(r"^\| (\d{4}) \|", DOCS, re.MULTILINE)}
    assert rows == {int(code) for code in Close}
