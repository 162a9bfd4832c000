"""The HTTP side of the demonstration: the window, the desk, and what supervision shows."""

import hashlib
from typing import Any

import requests

from deploy.demo.applications import PDF, Applying
from shared.errors import OneWindowError

PATIENCE = 10
"""Seconds to wait for an answer."""


class Unexpected(OneWindowError):
    """A service answered something that the demonstration did not expect."""


class Client:
    """Talks to one service."""

    def __init__(self, base: str, token: str = "") -> None:
        self._base = base
        self._session = requests.Session()
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **query: Any) -> Any:
        """A resource as JSON."""
        return self._checked(self._session.get(self._base + path, params=query, timeout=PATIENCE))

    def post(self, path: str, body: Any, **headers: str) -> Any:
        """Send JSON and return what is answered."""
        answer = self._session.post(self._base + path, json=body, headers=headers, timeout=PATIENCE)
        return self._checked(answer)

    def put(self, path: str, content: bytes, media_type: str) -> Any:
        """Upload a file."""
        answer = self._session.put(
            self._base + path,
            data=content,
            headers={"Content-Type": media_type},
            timeout=PATIENCE,
        )
        return self._checked(answer)

    def _checked(self, answer: requests.Response) -> Any:
        if not answer.ok:
            call = f"{answer.request.method} {answer.request.url}"
            raise Unexpected(f"{call} was answered with {answer.status_code}: {answer.text}")
        return answer.json()


class Window:
    """What an applicant does at the window."""

    def __init__(self, base: str) -> None:
        self._intake = Client(base)
        self._base = base

    def offers(self, items: set[str]) -> bool:
        """Whether these items can be applied for already."""
        return items <= {it["item"] for it in self._intake.get("/items")["items"]}

    def hand_in(self, applying: Applying) -> dict[str, Any]:
        """Upload the materials and hand the application in; returns the receipt."""
        body = {
            "item": applying.item,
            "channel": applying.channel,
            "applicant": dict(applying.applicant),
            "form": dict(applying.form),
            "materials": [self.material(name, applying.story) for name in applying.materials],
            "promises": [
                {"material": name, "due_on": day.isoformat()}
                for name, day in applying.promises.items()
            ],
        }
        key = hashlib.sha256(applying.story.encode()).hexdigest()
        receipt: dict[str, Any] = self._intake.post("/cases", body, **{"Idempotency-Key": key})
        return receipt

    def material(self, name: str, owner: str) -> dict[str, Any]:
        """Upload a paper; returns it as an application names it."""
        content = f"%PDF-1.4\n% {name} of {owner}\n%%EOF\n".encode()
        stored = self._intake.put("/materials", content, PDF)
        return {"name": name, "file_name": f"{name}.pdf", **stored}

    def missing(self, code: str, secret: str) -> dict[str, str]:
        """What the applicant was told is missing, lastly: material and problem."""
        notices = Client(self._base, secret).get(f"/cases/{code}/notices")["notices"]
        returned = [it for it in notices if it["kind"] == "task.returned"][-1]
        return {it["subject"]: it["problem"] for it in returned["missing"]}

    def supplement(self, code: str, secret: str, name: str, note: str) -> None:
        """Hand a paper in afterwards."""
        body = {"materials": [self.material(name, f"{code} {note}")], "note": note}
        Client(self._base, secret).post(f"/cases/{code}/supplements", body)

    def withdraw(self, code: str, secret: str, reason: str) -> None:
        """Take the application back."""
        Client(self._base, secret).post(f"/cases/{code}/withdrawal", {"reason": reason})

    def track(self, code: str) -> dict[str, Any]:
        """Where a case stands."""
        tracked: dict[str, Any] = self._intake.get(f"/cases/{code}")
        return tracked
