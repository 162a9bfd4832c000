import json
from types import SimpleNamespace

import pytest

from services.department import handlers
from shared.delivery.work import Work
from tests.unit.department.samples import NOW
from tests.unit.department.systems.routing import say, task_of
from tests.unit.department.systems.theirs import TheirServer
from tests.unit.web.serving import Serving


@pytest.fixture(scope="module")
def theirs():
    """The departments' own servers."""
    server = TheirServer()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def connected(tmp_path_factory):
    """Starts department services with connections, for as long as a file's tests run."""
    started = []

    def start(departments, *, processes=1):
        folder = tmp_path_factory.mktemp("department")
        path = folder / "connections.yaml"
        path.write_text(json.dumps({"departments": departments}))  # YAML as well
        services = [
            Serving("department", folder, now=NOW, ONEWINDOW_CONNECTIONS=str(path))
            for _ in range(processes)
        ]
        started.extend(services)
        database = services[0].database
        with database.transaction() as tx:
            work = Work(tx, NOW, "department")
            tokens = {name: handlers.add_token(work, name, "") for name in departments}
        for service in services:
            service.start()
        return SimpleNamespace(
            url=services[0].url,
            services=services,
            folder=folder,
            database=database,
            tokens=tokens,
            say=lambda *messages: say(database, *messages, departments=set(departments)),
            task=lambda it: task_of(database, it.assignment, it.department),
            logged=lambda: "".join(it.logged() for it in services),
        )

    yield start
    for service in started:
        service.end()
