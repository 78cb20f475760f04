"""`manage.py rendermessages`: what is stored looks as if written today, and nothing else changes."""

import io
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command

from campfire.version import VERSION
from chat.actions import rerendering
from chat.actions.messages import delete_message, edit_message, post_message
from chat.models import Message, Revision
from chat.rules.markdown import render_markdown
from chat.tests.clients import fill
from chat.tests.conftest import House


def run(**options: Any) -> str:
    output = io.StringIO()
    call_command("rendermessages", stdout=output, stderr=io.StringIO(), **options)
    return output.getvalue()


def outdate(*messages: UUID) -> None:
    """As if they had been written under other rules."""
    Message.objects.filter(uuid__in=messages).update(html="<p>old</p>")


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def said(house: House, content: str) -> UUID:
    return UUID(post_message(user=house.ada, room=house.hall.uuid, content=content).payload["id"])


def test_messages_look_as_if_written_today_and_nothing_else_changes(house: House) -> None:
    ids = [said(house, text) for text in ("readme.md", "2*3*4", "plain")]
    outdate(*ids[:2])
    before = list(Message.objects.order_by("pk").values("pk", "version", "seq", "content", "edited_at", "created_at"))
    assert run() == "2 of 3 messages look different now.\n"
    assert list(Message.objects.order_by("pk").values_list("html", flat=True)) == [
        "<p>readme.md</p>\n",
        "<p>2*3*4</p>\n",
        "<p>plain</p>\n",
    ]
    after = list(Message.objects.order_by("pk").values("pk", "version", "seq", "content", "edited_at", "created_at"))
    assert after == before
    house.hall.refresh_from_db()
    assert house.hall.version == 3
    assert run() == "0 of 3 messages look different now.\n"


def test_who_and_what_was_named_stays_named(house: House) -> None:
    message = said(house, "@Ben Okafor knows #attic")
    row = Message.objects.get(uuid=message)
    assert "mention" in row.html
    assert "room-ref" in row.html
    house.ben.name = "Ben Two"
    house.ben.save()
    Message.objects.filter(pk=row.pk).update(html=row.html.replace("knows", "knew"))
    run()
    assert Message.objects.get(pk=row.pk).html == row.html
    assert row.mentions.count() == 1


def test_an_edit_in_the_middle_wins(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [said(house, text) for text in ("one", "two")]
    outdate(*ids)
    render = render_markdown

    def edit_first(content: str, *rest: Any) -> Any:
        if content == "one":
            edit_message(user=house.ada, message=ids[0], content="one, edited")
        if content == "two":
            delete_message(user=house.ada, message=ids[1])
        return render(content, *rest)

    monkeypatch.setattr(rerendering, "render_markdown", edit_first)
    assert run() == "0 of 2 messages look different now.\n"
    assert list(Message.objects.order_by("pk").values_list("html", flat=True)) == ["<p>one, edited</p>\n", ""]


def test_ended_in_the_middle_it_goes_on_from_there(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rerendering, "BATCH", 10)
    fill(house.hall, house.ada, 25)
    Message.objects.update(html="<p>old</p>")
    render, rendered = render_markdown, []

    def until_killed(content: str, *rest: Any) -> Any:
        rendered.append(content)
        if len(rendered) == 15:
            raise KeyboardInterrupt
        return render(content, *rest)

    monkeypatch.setattr(rerendering, "render_markdown", until_killed)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert run() == "11 of 15 messages look different now.\n", "four of that batch were done"
    assert set(Message.objects.values_list("html", flat=True)) == {"<p>Filler</p>\n"}
    assert run(again=True) == "0 of 25 messages look different now.\n"


def test_another_release_begins_anew(house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ids = [said(house, text) for text in ("one", "two")]
    outdate(*ids)
    last = Message.objects.order_by("pk").values_list("pk", flat=True).last()
    (tmp_path / "rendermessages").write_text(f"0.0.1 {last}")
    assert run() == "2 of 2 messages look different now.\n"
    (tmp_path / "rendermessages").write_text(f"{VERSION} {last}")
    assert run() == "0 of 0 messages look different now.\n"


def test_earlier_wordings_look_as_if_written_today_too(house: House) -> None:
    message = said(house, "2*3*4")
    edit_message(user=house.ada, message=message, content="two")
    Revision.objects.update(html="<p>old</p>")
    assert run() == "0 of 1 messages look different now.\n"
    assert Revision.objects.get().html == "<p>2*3*4</p>\n"
