"""Puts applications into the case stream itself, in intake's name: `python -m deploy.bench.stream`.

Shows what the system does behind the window, beside the figures that begin at it. Takes a Plan as
its argument, whose `url` is the broker's with intake's own user; prints what `window` prints, with
the broker's confirmation in the place of the answer.
"""

import json
import sys
import threading
import time
from datetime import UTC, datetime
from typing import Any

from deploy.bench.window import Plan, application
from shared.casecode import CodeParts, scheme_named
from shared.delivery.publisher import Publisher
from shared.delivery.sending import Sending
from shared.delivery.wire import Wire
from shared.messages import CaseAccepted, Person

CHUNK = 200
"""Messages sent together."""

MONTH = "2501"
"""Of the codes: one in which intake issues none."""


def main(plan: Plan, first: int) -> dict[str, Any]:
    """Publish all, wait for the broker's confirmations; raises NotSent."""
    publisher = Publisher(plan.url, name="bench")
    threading.Thread(target=publisher.run, daemon=True).start()
    assert publisher.await_connection(10), "the broker does not answer"
    begun = time.time()
    cases: list[tuple[str, float, float]] = []
    for at in range(0, plan.count, CHUNK):
        numbers = range(at, min(at + CHUNK, plan.count))
        sent = time.time()
        messages = [accepted(plan.name, it, first + it) for it in numbers]
        sending = Sending([Wire.of(it, datetime.now(UTC)) for it in messages])
        publisher.submit(sending)
        sending.wait()
        cases += [(it.case, sent, time.time()) for it in messages]
    publisher.stop()
    return {"begun": begun, "ended": time.time(), "cases": cases}


def accepted(name: str, number: int, serial: int) -> CaseAccepted:
    """What intake says of an application that it has accepted."""
    filled, now = application(name, number), datetime.now(UTC)
    parts = CodeParts(region="330100", month=MONTH, serial=serial)
    return CaseAccepted(
        case=scheme_named("regional").compose(parts),
        item=filled["item"],
        item_version=1,
        region="330100",
        channel=filled["channel"],
        received_at=now,
        accepted_at=now,
        applicant=Person(**filled["applicant"]),
        agent=None,
        form=filled["form"],
        materials=(),
        deferrals=(),
    )


if __name__ == "__main__":
    print(json.dumps(main(Plan(**json.loads(sys.argv[1])), int(sys.argv[2]))))
