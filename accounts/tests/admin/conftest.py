import pytest

from accounts.tests.admin.operators import AtWork, make_staff
from accounts.tests.factories import Cast, make_user


@pytest.fixture
def operator(cast: Cast) -> AtWork:
    """Olga, a superuser who belongs to no workspace."""
    return make_staff(make_user("Olga"))
