"""What the process with the departments' workers is told, all in its environment."""

import json
from collections.abc import Mapping
from pathlib import Path

from deploy.local.places import ROOT, SDK

ADDRESSES = "ONEWINDOW_BENCH_WORKERS"
"""The variable with the broker's address by department, as JSON."""

JOURNALS = "ONEWINDOW_BENCH_JOURNALS"
"""The variable with the folder of the journals."""


def environment(addresses: Mapping[str, str], journals: Path) -> dict[str, str]:
    """For a process that runs the workers of these departments."""
    return {
        "PYTHONPATH": f"{ROOT}:{SDK}",
        "PYTHONUNBUFFERED": "1",
        ADDRESSES: json.dumps(addresses),
        JOURNALS: str(journals),
    }
