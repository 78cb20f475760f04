"""Pages and JSON are sent compressed, where nobody can learn a secret from how short they become.

BREACH (breachattack.com, 2013) guesses what a page holds by having somebody's browser ask for it with the guess in the
address and measuring the answer. So what another site asks for is not compressed (Fetch Metadata tells), nor any answer
that holds a credential; everything else is padded by a random length, and forms' tokens differ each time, which Django
does (docs/decisions/compression.md).
"""

import re

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

# Session tokens, invitation links, links to a new password.
CREDENTIALS = re.compile(
    r"^/(api/auth|api/workspaces/[^/]+/invitations|api/invitations|invitations|join|password|setup)\b"
)
OURS = ("same-origin", "none")


class CompressionMiddleware(GZipMiddleware):
    """Compresses what may be; stands inside of whitenoise, which serves static files compressed already."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not may_be_compressed(request):
            return response
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed


def may_be_compressed(request: HttpRequest) -> bool:
    """Whether the length of the answer may tell something about what is in it."""
    asked_from = request.headers.get("Sec-Fetch-Site", "none")
    return asked_from in OURS and not CREDENTIALS.match(request.path)
