"""`/api/users…`: yourself, and the people you may see."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import called, people_visible_to, person_for
from accounts.actions.users import rename
from accounts.api.parsing import caller, read
from accounts.api.shapes import Me, OptionalName, Person
from accounts.payloads import me_payload, user_payload
from campfire.http.pagination import answer_page, paged

QUERY = OpenApiParameter("q", str, description="The beginning of a word in the name, ignoring case.")


class MeView(APIView):
    @extend_schema(responses=Me)
    def get(self, request: Request) -> Response:
        """Who you are, and the workspaces you are in."""
        return Response(me_payload(caller(request)))

    @extend_schema(request=OptionalName, responses=Me)
    def patch(self, request: Request) -> Response:
        """Change your name."""
        fields = read(request, OptionalName)
        if "name" in fields:
            rename(user=caller(request), name=fields["name"])
        return Response(me_payload(caller(request)))


class UsersView(APIView):
    @paged(Person, QUERY)
    def get(self, request: Request) -> Response:
        """The people you share a workspace with; if you are a guest there, those you share a room with."""
        people = people_visible_to(caller(request)).filter(called(request.query_params.get("q", "")), is_active=True)
        return answer_page(request, people, user_payload)


class UserView(APIView):
    @extend_schema(operation_id="users_retrieve_one", responses=Person)
    def get(self, request: Request, user: UUID) -> Response:
        """A person you can see."""
        return Response(user_payload(person_for(caller(request), user)))
