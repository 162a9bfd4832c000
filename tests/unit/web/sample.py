"""A small service on the web kit, run as a process of its own for the tests."""

import shutil
import sys
import tempfile
from pathlib import Path

import structlog
from marshmallow import Schema, fields, validate
from nameko.containers import ServiceContainer
from nameko.extensions import DependencyProvider

from shared.database import Database
from shared.errors import Fault, Invalid, NotFound, OneWindowError, Unavailable
from shared.web.arriving import UPLOADS_AT_ONCE
from shared.web.http import Reply, http
from shared.web.problems import CONFLICT


class Owner(Schema):
    name = fields.String(required=True, validate=validate.Length(min=1, max=20))
    age = fields.Integer(strict=True)


class Animal(Schema):
    name = fields.String(required=True)
    owner = fields.Nested(Owner)
    siblings = fields.List(fields.Nested(Owner))
    anything = fields.Raw()


class Seen(Schema):
    name = fields.String(required=True)


class Filter(Schema):
    colour = fields.String()
    size = fields.List(fields.Integer())


class Conditions(Schema):
    key = fields.String(data_key="Idempotency-Key", required=True)


class Taken(OneWindowError):
    """The name is taken."""


class Delivery(DependencyProvider):
    """As /health sees one: whether the broker can be reached, and a database."""

    def setup(self):
        self.connected = True
        self.folder = Path(tempfile.mkdtemp())
        self.database = Database.open("sample", data=self.folder)

    def get_dependency(self, worker_ctx):
        return self

    def lose_database(self):
        self.database.close()
        shutil.rmtree(self.folder)


class Sample:
    """Animals, for the tests of the web kit."""

    name = "sample"
    delivery = Delivery()

    @http("POST", "/animals", body=Animal, answer=Seen, status=201, limit=100_000)
    def keep(self, request):
        """Keep an animal."""
        return {"name": request.body["name"], "secret": "not in the answer"}

    @http("GET", "/animals", query=Filter)
    def find(self, request):
        """Find animals."""
        return dict(request.query)

    @http("GET", "/animals/<key>", problems={Taken: CONFLICT})
    def show(self, request, key):
        """Show an animal, or fail in the way that it is named for."""
        errors = {
            "unknown": NotFound("there is no animal of this name"),
            "wrong": Invalid(Fault("key", "is wrong"), Fault("colour", "is ugly")),
            "away": Unavailable("the keeper is away"),
            "taken": Taken("this name is taken"),
            "broken": RuntimeError("the cage number is 4711"),
        }
        if key in errors:
            raise errors[key]
        return Reply(body={"name": key}, headers={"ETag": '"1"'})

    @http("PUT", "/pictures", takes=("image/png",), limit=3_000_000)
    def paint(self, request):
        """Count the bytes of a picture."""
        return {"bytes": sum(map(len, request.chunks())), "media_type": request.media_type}

    @http("POST", "/moods", headers=Conditions)
    def feel(self, request):
        """Repeat the header."""
        return {"key": request.headers["key"]}

    @http("GET", "/everything", near=True)
    def everything(self, _request):
        """For the operator's own side."""
        return {"shown": True}

    @http("GET", "/mine", bearer=lambda service, digest: KNOWN.get(digest))
    def mine(self, request):
        """Say who asks."""
        return {"who": request.bearer}

    @http("POST", "/broker/<state>")
    def switch(self, request, state):
        """Lose the broker or find it again, for /health."""
        self.delivery.connected = state == "on"
        return {}

    @http("POST", "/database/off")
    def lose(self, request):
        """Lose the database for good, for /health."""
        self.delivery.lose_database()
        return {}

    @http("POST", "/forms", body=Animal, collects=True)
    def check(self, request):
        """Everything that is wrong, also what only the service can know."""
        raise Invalid(*request.faults, Fault("form", "is wrong as well"))


KNOWN = {"2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b": "planning"}
"""SHA-256 of "secret"."""


def run(port: int) -> None:
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    settings = {"WEB_SERVER_ADDRESS": f"127.0.0.1:{port}", "max_workers": UPLOADS_AT_ONCE + 1}
    container = ServiceContainer(Sample, settings)
    container.start()
    print("started", flush=True)
    container.wait()
