import pytest

from services.intake import store
from tests.unit.intake.samples import ITEM, NOW
from tests.unit.web.serving import Serving


def serving(data, **settings):
    given = {"ONEWINDOW_CODE_SCHEME": "regional", "ONEWINDOW_REGION": "330100", **settings}
    intake = Serving("intake", data, now=NOW, **given)
    with intake.database.transaction() as tx:
        store.keep_items(tx, [ITEM])
    intake.start()
    return intake


@pytest.fixture(scope="module")
def intake(tmp_path_factory):
    started = serving(tmp_path_factory.mktemp("intake"))
    yield started
    started.end()


@pytest.fixture
def intake_of_its_own(tmp_path):
    started = serving(tmp_path)
    yield started
    started.end()
