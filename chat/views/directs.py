"""Starting a conversation with one or more people."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from campfire.errors import CampfireError
from chat.actions.rooms import open_direct
from chat.views.forms import NewDirectForm, colleagues
from chat.views.pages import PersonalRequest, private_page


@private_page
def new(request: PersonalRequest) -> HttpResponse:
    """Open the direct room of oneself and the chosen people, the one there is or a new one."""
    form = NewDirectForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            room, _made = open_direct(user=request.user, people=[person.uuid for person in form.cleaned_data["people"]])
            return redirect("room", room.uuid)
        except CampfireError as error:
            form.add_error(None, error.message)
    context = {"form": form, "people": colleagues(request.user), "chosen": request.POST.getlist("people")}
    return render(request, "chat/new_direct.html", context)
