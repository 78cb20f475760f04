"""Which device a session is used on, from where and when: for the list of a person's sessions."""

import logging
from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase

from accounts.actions.sessions import note_use
from accounts.addresses import client_address, client_device
from accounts.models import Session
from accounts.sessions import SessionStore

logger = logging.getLogger(__name__)


class SessionDetailsMiddleware:
    """Stands outside Django's SessionMiddleware, so that a session made by this request is stored already."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        session = getattr(request, "session", None)
        if isinstance(session, SessionStore) and session.record is not None and SESSION_KEY in session:
            note_request(request, session.record)
        return response


def note_request(request: HttpRequest, session: Session) -> None:
    """Note that `request` used `session`. A busy database loses the note and not the request."""
    try:
        note_use(session=session, device=client_device(request), address=client_address(request))
    except DatabaseError:
        logger.warning("The last use of a session could not be recorded", exc_info=True)
