"""An invitation as pages hand it out: a link to copy, and a code that a phone reads."""

import segno
from django.http import HttpRequest

from accounts.models import Invitation
from accounts.payloads import invitation_url


def invite_link(request: HttpRequest, invitation: Invitation) -> dict[str, str]:
    """What templates/accounts/_invite_link.html shows: `url`, and `qr` as an inline SVG."""
    url = invitation_url(invitation, origin=f"{request.scheme}://{request.get_host()}")
    return {"url": url, "qr": _qr(url)}


def _qr(url: str) -> str:
    """Dark on light in every theme, as readers want it."""
    svg: str = segno.make(url, error="m").svg_inline(omitsize=True, border=2, dark="#000", light="#fff")
    return svg
