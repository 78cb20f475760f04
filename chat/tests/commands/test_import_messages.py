"""`manage.py import_messages`: a file becomes a room's history, once."""

import gzip
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from chat.models import Message, Room
from chat.tests.conftest import House

LINES = [
    {"at": "2004-11-15T12:19:00Z", "name": "Ben Okafor", "content": "second, and **bold**"},
    {"at": "2004-11-15T12:18:00Z", "name": "|trey|", "content": "first"},
    {"at": "2004-11-15T12:19:00Z", "name": "|trey|", "content": "third: @Ben Okafor knows"},
]


def write(path: Path, lines: list[dict[str, str]]) -> Path:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def run(file: Path, room: str = "history", workspace: str = "Acme") -> str:
    output = io.StringIO()
    call_command(
        "import_messages", str(file), "--room", room, "--workspace", workspace, stdout=output, stderr=io.StringIO()
    )
    return output.getvalue()


@pytest.mark.parametrize("name", ["talk.jsonl", "talk.jsonl.gz"])
def test_messages_come_in_by_time_with_ties_as_in_the_file(house: House, tmp_path: Path, name: str) -> None:
    output = run(write(tmp_path / name, LINES))

    room = Room.objects.get(name="history")
    stored = list(room.messages.order_by("seq").select_related("creator"))
    assert [message.content for message in stored] == ["first", "second, and **bold**", "third: @Ben Okafor knows"]
    assert [(message.seq, message.created_version, message.version) for message in stored] == [
        (1, 1, 1),
        (2, 2, 2),
        (3, 3, 3),
    ]
    assert (room.seq, room.last_message_at) == (3, stored[-1].created_at)
    assert room.version == room.changed_version == 4, "The import is a change of the room, too"
    assert "<strong>bold</strong>" in stored[1].html
    assert "3 of 3 messages imported" in output


def test_known_names_are_the_people_and_unknown_ones_inactive_strangers(house: House, tmp_path: Path) -> None:
    run(write(tmp_path / "talk.jsonl", LINES))

    assert Message.objects.get(seq=2).creator == house.ben
    stranger = User.objects.get(name="|trey|")
    assert (stranger.is_active, stranger.email) == (False, None)
    assert not stranger.has_usable_password()
    assert not stranger.memberships.exists()


def test_nobody_is_mentioned_and_nothing_is_unread(house: House, tmp_path: Path) -> None:
    run(write(tmp_path / "talk.jsonl", LINES), room="hall")

    assert not house.ben.mentions.exists()
    assert house.hall.memberships.get(user=house.ben).last_read_seq == 3


def test_a_second_run_changes_nothing(house: House, tmp_path: Path) -> None:
    file = write(tmp_path / "talk.jsonl", LINES)
    run(file)
    before = list(Message.objects.order_by("pk").values())

    output = run(file)

    assert list(Message.objects.order_by("pk").values()) == before
    assert "0 of 3 messages imported" in output


def test_a_run_that_broke_off_is_taken_up(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "talk.jsonl", LINES)
    monkeypatch.setattr("chat.actions.imports.BATCH", 1)
    render, calls = __import__("chat.actions.imports", fromlist=["x"]).render_markdown, []

    def break_off(content: str) -> object:
        calls.append(content)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return render(content)

    with monkeypatch.context() as patch:
        patch.setattr("chat.actions.imports.render_markdown", break_off)
        with pytest.raises(KeyboardInterrupt):
            run(file)
    assert Message.objects.count() == 2

    run(file)

    assert list(Message.objects.order_by("seq").values_list("content", flat=True)) == [
        "first",
        "second, and **bold**",
        "third: @Ben Okafor knows",
    ]


def test_a_room_with_other_messages_is_refused(house: House, tmp_path: Path) -> None:
    run(write(tmp_path / "one.jsonl", LINES))

    with pytest.raises(CommandError, match="not empty"):
        run(write(tmp_path / "two.jsonl", LINES[:1]))

    assert Message.objects.count() == 3


def test_nothing_is_written_if_a_line_is_wrong(house: House, tmp_path: Path) -> None:
    wrong = [
        *LINES,
        {"at": "yesterday", "name": "x", "content": "y"},
        {"at": LINES[0]["at"], "name": "x", "content": " "},
    ]

    with pytest.raises(CommandError, match=r"(?s)2 lines are invalid.*line 4.*line 5: Content too short"):
        run(write(tmp_path / "talk.jsonl", wrong))

    assert not Message.objects.exists()


def test_a_missing_file_or_workspace_is_said_clearly(house: House, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "nowhere.jsonl")
    with pytest.raises(CommandError, match="no workspace “Nowhere”"):
        run(write(tmp_path / "talk.jsonl", LINES), workspace="Nowhere")
    with pytest.raises(CommandError, match="Choose one with --workspace"):
        call_command("import_messages", str(tmp_path / "talk.jsonl"), "--room", "x")
