"""An invitation as pages hand it out: a link to copy, and a code that a phone reads."""

from io import BytesIO

import segno
from django.http import HttpRequest

from accounts.models import Invitation
from accounts.payloads import invitation_url


def invite_link(request: HttpRequest, invitation: Invitation) -> dict[str, str]:
    """What templates/accounts/_invite_link.html shows: `url`, and `qr` as an inline SVG."""
    url = invite_url(request, invitation)
    return {"url": url, "qr": qr(url)}


def invite_url(request: HttpRequest, invitation: Invitation) -> str:
    return invitation_url(invitation, origin=f"{request.scheme}://{request.get_host()}")


def qr(url: str) -> str:
    """`url` as an SVG element. Dark on light in every theme, as readers want it."""
    svg = BytesIO()
    segno.make(url, error="m").save(svg, kind="svg", xmldecl=False, omitsize=True, border=2, dark="#000", light="#fff")
    return svg.getvalue().decode()
