"""`/api/auth/…`: in and out."""

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actions.sessions import end_session
from accounts.actions.users import register
from accounts.addresses import client_address
from accounts.api.parsing import read
from accounts.api.shapes import Login, Registration, SignedIn
from accounts.authentication import BearerAuthentication
from accounts.limits import guessing
from accounts.models import Session, User
from accounts.payloads import me_payload
from accounts.sign_in import authenticate, sign_in, sign_out


class OpenView(APIView):
    """Open to everyone: credentials are ignored."""

    authentication_classes: list[type[BaseAuthentication]] = []
    permission_classes = [AllowAny]


class RegisterView(OpenView):
    @extend_schema(request=Registration, responses={201: SignedIn})
    def post(self, request: Request) -> Response:
        """Join by invitation."""
        fields = read(request, Registration)
        with guessing(what="invitation", address=client_address(request)):
            user = register(code=fields.pop("invitation"), **fields)
        return Response(_signed_in(request, user), status=201)


class LoginView(OpenView):
    @extend_schema(request=Login, responses=SignedIn)
    def post(self, request: Request) -> Response:
        """Sign in. The token works as a bearer token, as `?token=` on the socket, and in the cookie that is set."""
        user = authenticate(request._request, **read(request, Login))  # noqa: SLF001
        return Response(_signed_in(request, user))


class LogoutView(APIView):
    @extend_schema(request=None, responses={200: None})
    def post(self, request: Request) -> Response:
        """End the session that this request is signed in with: its cookie, its token and its sockets."""
        if isinstance(request.successful_authenticator, BearerAuthentication):
            assert isinstance(request.auth, Session)
            end_session(session=request.auth)
        else:
            sign_out(request._request)  # noqa: SLF001
        response = Response({})
        response.delete_cookie(settings.SESSION_COOKIE_NAME, samesite="Lax")
        return response


def _signed_in(request: Request, user: User) -> dict[str, object]:
    token = sign_in(request._request, user)  # noqa: SLF001
    return {"user": me_payload(user), "session_token": token}
