import pytest

from accounts.tests.admin.operators import AtWork, make_staff
from accounts.tests.factories import make_user
from chat.tests.conftest import House


@pytest.fixture
def operator(house: House) -> AtWork:
    """Olga, a superuser who belongs to no workspace and no room."""
    return make_staff(make_user("Olga"))
