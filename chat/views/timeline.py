"""A page of messages as the template shows it: days, groups, the line above what is new."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from chat.history import Page
from chat.models import Message
from chat.payloads import message_payload

TOGETHER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Row:
    """A message and how it stands to the one above: `first` of a group, `day` if one begins, `new` if the first unread.

    `at` is in the reader's time zone.
    """

    message: dict[str, Any]
    at: datetime
    first: bool
    day: date | None
    day_name: str
    new: bool
    mine: bool
    permalink: str


def rows(page: Page, *, reader: User, last_read_seq: int | None) -> list[Row]:
    """The messages of `page`, oldest first. Without `last_read_seq` nothing is marked as new."""
    return list(_rows(page.messages[::-1], reader, last_read_seq))


def _rows(messages: Sequence[Message], reader: User, last_read_seq: int | None) -> Iterator[Row]:
    above: Message | None = None
    marked = last_read_seq is None
    for message in messages:
        new = not marked and message.seq > (last_read_seq or 0) and message.creator_id != reader.pk
        marked = marked or new
        day = None if above and _day(above) == _day(message) else _day(message)
        payload = message_payload(message)
        yield Row(
            message=payload,
            at=timezone.localtime(message.created_at),
            first=new or day is not None or not _together(above, message),
            day=day,
            day_name=_name(day) if day else "",
            new=new,
            mine=message.creator_id == reader.pk,
            permalink=permalink(payload),
        )
        above = message


def permalink(message: Mapping[str, Any]) -> str:
    """Where a message is shown among its neighbours, in view without JavaScript too."""
    return f"/rooms/{message['room_id']}/@{message['seq']}#m-{message['seq']}"


def _day(message: Message) -> date:
    return timezone.localtime(message.created_at).date()


def _name(day: date) -> str:
    """What people call a day: today, yesterday, or its weekday and date."""
    ago = (timezone.localdate() - day).days
    if ago in (0, 1):
        return _("Yesterday") if ago else _("Today")
    return date_format(day, "l j F" if day.year == timezone.localdate().year else "l j F Y")


def _together(above: Message | None, message: Message) -> bool:
    """Whether `message` goes on where the one above left off: the same author, within five minutes."""
    if above is None or above.creator_id != message.creator_id:
        return False
    return message.created_at - above.created_at < TOGETHER
