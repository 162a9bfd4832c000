"""How long the faults of tests last."""

import os

from deploy.chaos.run import Wanted

SECONDS = float(os.environ.get("ONEWINDOW_TEST_OUTAGE", "30"))
"""How long the broker is away. Nothing in the code asks for how long that is: what waits stands in
outboxes and journals, and whoever connects again tries at least every 30 seconds. README.md has the
figures of half an hour."""

OUTAGE = Wanted(seconds=SECONDS, seed=30, rate=max(0.25, 40 / SECONDS))
CHAOS = Wanted(seconds=100, seed=20260918, rate=0.7)
