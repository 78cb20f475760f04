"""`{% stylesheet "app" %}` and `{% script "app" %}`: what a page loads.

The bundles of `scripts/bundle`; with DEBUG the modules and stylesheets that they are made from, as they are.
"""

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def stylesheet(name: str) -> SafeString:
    """The one stylesheet of a page of this kind."""
    return format_html('<link rel="stylesheet" href="{}">', address("css", name))


@register.simple_tag
def script(name: str) -> SafeString:
    """The one script of a page of this kind."""
    return format_html('<script type="module" src="{}"></script>', address("js", name))


def address(kind: str, name: str) -> str:
    """Where it is; with another content it is elsewhere."""
    folder = kind if settings.DEBUG else "dist"
    return static(f"{folder}/{name}.{kind}")
