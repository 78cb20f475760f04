"""Starting a conversation with one or more people, or with oneself."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campfire.errors import CampfireError
from campfire.http.forms import put_errors
from chat.actions.rooms import open_direct
from chat.views.choosing import choice_of, is_looking
from chat.views.forms import PeopleForm, reachable_by
from chat.views.pages import FORM, PersonalRequest, private_page


@require_http_methods(FORM)
@private_page
def new(request: PersonalRequest) -> HttpResponse:
    """Open the direct room of oneself and the chosen people, the one there is or a new one."""
    people = reachable_by(request.user)
    sent = request.POST if request.method == "POST" and not is_looking(request) else None
    form = PeopleForm(sent, people=people, label=_("To"))
    if form.is_valid():
        try:
            room, _made = open_direct(user=request.user, people=[person.uuid for person in form.cleaned_data["people"]])
            return redirect("room", room.uuid)
        except CampfireError as error:
            put_errors(form, error)
    context = {"form": form, "choice": choice_of(request, people.exclude(pk=request.user.pk))}
    return render(request, "chat/new_direct.html", context)
