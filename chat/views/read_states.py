"""Marking everything as read without JavaScript."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from chat.actions.read_states import mark_all_read
from chat.views.pages import PersonalRequest, private_page, way_back


@require_POST
@private_page
def read_all(request: PersonalRequest) -> HttpResponse:
    """Mark everything as read and go back to where one was."""
    mark_all_read(user=request.user)
    return redirect(way_back(request))
