"""The pages of supervision without its broker: `python -m tests.pages.board_service`."""

import eventlet

eventlet.monkey_patch()

import sys  # noqa: E402

from services.__main__ import serve  # noqa: E402
from services.supervision.service import Service as Whole  # noqa: E402
from shared.logs import configure  # noqa: E402
from shared.settings import Settings  # noqa: E402

TAKEN = ("name", "delivery", "book", "accounts", "pages")
Service = type("Service", Whole.__bases__, {name: vars(Whole)[name] for name in TAKEN})
"""Its pages and what they rest on; nothing that reads from a queue or keeps time."""

if __name__ == "__main__":
    configure("supervision")
    sys.exit(serve(Settings.from_environment("supervision"), Service))
