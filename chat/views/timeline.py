"""A page of messages as the template shows it: days, groups, the line above what is new."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from chat.access import rooms_seen_by
from chat.queries.history import Page
from chat.queries.messages import StoredMessage
from chat.rules.room_references import rooms_in, without_rooms

TOGETHER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Row:
    """A message and how it stands to the one above: `first` of a group, `day` if one begins, `new` if the first unread.

    `time` and `moment` are when it was said, as the reader's clock has it, short and in full. `seq` is text, as a
    template looks at numbers for long; what else it would have to ask of forty messages is answered here, too.
    """

    message: dict[str, Any]
    html: str
    seq: str
    time: str
    moment: str
    first: bool
    day: date | None
    day_name: str
    new: bool
    mine: bool
    permalink: str
    is_target: bool

    @property
    def classes(self) -> str:
        """What the message is beside a message, as CSS classes."""
        names = (("first", self.first), ("mine", self.mine), ("target", self.is_target))
        return "".join(f" {name}" for name, holds in names if holds)


def rows(page: Page, *, reader: User, last_read_seq: int | None, target: int | None = None) -> list[Row]:
    """The messages of `page`, oldest first. Without `last_read_seq` nothing is marked as new."""
    return list(_rows(page.messages[::-1], reader, last_read_seq, target, _hidden_rooms(page, reader)))


def _hidden_rooms(page: Page, reader: User) -> set[str]:
    """The rooms that messages of `page` link to and `reader` does not see; asks only where there are links."""
    linked = set().union(*(rooms_in(message.html) for message in page.messages))
    if not linked:
        return linked
    return linked - {str(uuid) for uuid in rooms_seen_by(reader).filter(uuid__in=linked).values_list("uuid", flat=True)}


def _rows(
    messages: Sequence[StoredMessage],
    reader: User,
    last_read_seq: int | None,
    target: int | None,
    hidden: set[str],
) -> Iterator[Row]:
    above: StoredMessage | None = None
    day_above, date_said = None, ""
    marked = last_read_seq is None
    for message in messages:
        at = timezone.localtime(message.created_at)
        new = not marked and message.seq > (last_read_seq or 0) and message.creator_id != reader.pk
        marked = marked or new
        day = None if at.date() == day_above else at.date()
        date_said = date_format(day, "l j F Y") if day else date_said
        time = f"{at:%H:%M}"
        payload = message.payload()
        yield Row(
            message=payload,
            html=without_rooms(message.html, hidden) if hidden else message.html,
            seq=str(message.seq),
            time=time,
            moment=f"{date_said}, {time}",
            first=new or day is not None or not _together(above, message),
            day=day,
            day_name=_name(day) if day else "",
            new=new,
            mine=message.creator_id == reader.pk,
            permalink=permalink(payload),
            is_target=message.seq == target,
        )
        above, day_above = message, at.date()


def permalink(message: Mapping[str, Any]) -> str:
    """Where a message is shown among its neighbours, in view without JavaScript too."""
    return f"/rooms/{message['room_id']}/@{message['seq']}#m-{message['seq']}"


def _name(day: date) -> str:
    """What people call a day: today, yesterday, or its weekday and date."""
    ago = (timezone.localdate() - day).days
    if ago in (0, 1):
        return _("Yesterday") if ago else _("Today")
    return date_format(day, "l j F" if day.year == timezone.localdate().year else "l j F Y")


def _together(above: StoredMessage | None, message: StoredMessage) -> bool:
    """Whether `message` goes on where the one above left off: the same author, within five minutes."""
    if above is None or above.creator_id != message.creator_id:
        return False
    return message.created_at - above.created_at < TOGETHER
