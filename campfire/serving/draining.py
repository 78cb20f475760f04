"""Whether this process is on its way out: it ends what it has begun, and others are to be asked for what is new."""

from threading import Event

_begun = Event()
begin = _begun.set
has_begun = _begun.is_set
