from types import SimpleNamespace

import pytest

from services.department import handlers
from shared.delivery.work import Work
from tests.unit.department.samples import NOW
from tests.unit.web.serving import Serving


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The department service, with a token for each of two departments."""
    started = Serving("department", tmp_path_factory.mktemp("department"), now=NOW)
    with started.database.transaction() as tx:
        work = Work(tx, NOW, "department")
        tokens = {name: handlers.add_token(work, name, "") for name in ("seal-office", "tax")}
    started.start()
    yield SimpleNamespace(**vars(started), tokens=tokens, logged=started.logged)
    started.end()
