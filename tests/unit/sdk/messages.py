"""Messages as routing writes them, for tests of the worker SDK."""

from __future__ import annotations

import itertools
import json
from typing import Any

from onewindow_worker.wire import Delivery

_tags = itertools.count(1)
DIGEST = "sha256:" + "0" * 64


def assigned(number: int = 1, **changes: Any) -> dict[str, Any]:
    """The JSON of a task."""
    return {
        "case": f"330100-2609-{number:07d}-11",
        "assignment": f"a-{number}",
        "task": "planning-permit",
        "title": {"zh": "规划许可", "en": "Planning permit"},
        "department": "planning",
        "item": "investment-project",
        "item_title": {"zh": "企业投资项目", "en": "Investment project"},
        "region": "330100",
        "assigned_at": "2026-09-18T09:00:00+08:00",
        "applicant": {"kind": "organisation", "name": "某公司", "number": "91330100MA27XUAT1L"},
        "form": {"area": 1200.5},
        "materials": [
            {"name": "site-plan", "digest": DIGEST, "media_type": "application/pdf", "size": 9}
        ],
        "opinions": [
            {
                "task": "land-use",
                "department": "development",
                "outcome": "approved",
                "opinion": "",
                "results": {"plot": "A-7"},
            }
        ],
        "acceptance": None,
        "handling": {"amount": 5, "unit": "working_days", "source": "item"},
        **changes,
    }


def supplemented(number: int = 1, **changes: Any) -> dict[str, Any]:
    """The JSON of a supplement."""
    return {
        "case": f"330100-2609-{number:07d}-11",
        "assignment": f"a-{number}",
        "task": "planning-permit",
        "department": "planning",
        "at": "2026-09-28T09:00:00+08:00",
        "form": {"area": 900},
        "materials": [],
        "note": "smaller now",
        **changes,
    }


def cancelled(number: int = 1, **changes: Any) -> dict[str, Any]:
    """The JSON of a cancellation."""
    return {
        "case": f"330100-2609-{number:07d}-11",
        "assignment": f"a-{number}",
        "task": "planning-permit",
        "department": "planning",
        "at": "2026-09-28T09:00:00+08:00",
        "reason": "the case was withdrawn",
        **changes,
    }


def delivery(body: Any, kind: str = "task.assigned", **changes: Any) -> Delivery:
    """A body as the broker delivers it, from routing unless told."""
    given = {
        "epoch": 1,
        "tag": next(_tags),
        "message_id": f"{kind}/{body['assignment']}" if isinstance(body, dict) else "m-1",
        "type": kind,
        "version": 1,
        "user_id": "routing",
        "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01",
        "body": body if isinstance(body, bytes) else json.dumps(body).encode(),
        **changes,
    }
    return Delivery(**given)
