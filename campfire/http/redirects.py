"""Where a form or an address may ask to be led on to."""

from django.utils.http import url_has_allowed_host_and_scheme


def is_path_here(wanted: str) -> bool:
    """Whether `wanted` is a path of this site, as `/search?q=x`: neither another host, nor what else a redirect takes.

    Django's redirect takes a name for that of a view, and fails where there is none.
    """
    return wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, None)
