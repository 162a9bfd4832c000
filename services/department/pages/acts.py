"""What officers do on a task's page. Each is a form that works without JavaScript."""

import os
from typing import Any

from werkzeug.datastructures import FileStorage

from services.department import handlers as tasks
from services.department import items
from services.department.desk import handlers
from services.department.domain import Act
from services.department.pages import forms
from services.department.pages.base import HANDLE, MET, DeskBase, officer_of
from services.department.pages.results import loaded
from shared.errors import Fault, Invalid
from shared.web.pages import Redirect, Visit, page

LARGEST = 50_000_000
"""Bytes of a form with documents."""
AGAIN = "show_at_desk"
WORDED = {
    "opinion": "fault.reasons",
    "legal_basis": "fault.legal_basis",
    "conditions": "fault.conditions",
}
"""What the law asks of an answer, in the words of the page."""


class ActPages(DeskBase):
    """Claims, answers and drafts."""

    @page(
        "POST",
        "/desk/tasks/<assignment>/claim",
        form=forms.SeenAt,
        again=AGAIN,
        problems=MET,
        roles=HANDLE,
    )
    def claim(self, visit: Visit, assignment: str) -> Redirect:
        with self.delivery.work() as work:
            handlers.claim(work, officer_of(visit.somebody), assignment, visit.form["version"])
        return self._back(assignment).saying("done.claim")

    @page(
        "POST",
        "/desk/tasks/<assignment>/release",
        form=forms.SeenAt,
        again=AGAIN,
        problems=MET,
        roles=HANDLE,
    )
    def release(self, visit: Visit, assignment: str) -> Redirect:
        with self.delivery.work() as work:
            handlers.release(work, officer_of(visit.somebody), assignment, visit.form["version"])
        return self._back(assignment).saying("done.release")

    @page(
        "POST",
        "/desk/tasks/<assignment>/handing-over",
        form=forms.HandOver,
        again=AGAIN,
        problems=MET,
        roles=HANDLE,
    )
    def hand_over(self, visit: Visit, assignment: str) -> Redirect:
        found = [it for it in self.colleagues(visit.somebody) if it.account == visit.form["to"]]
        if not found:
            raise Invalid(Fault("to", "fault.not_choice"))
        with self.delivery.work() as work:
            officer, version = officer_of(visit.somebody), visit.form["version"]
            handlers.hand_over(work, officer, assignment, version, found[0])
        return self._back(assignment).saying("done.hand_over", name=found[0].name)

    @page(
        "POST",
        "/desk/tasks/<assignment>/acceptance",
        form=forms.SeenAt,
        again=AGAIN,
        problems=MET,
        roles=HANDLE,
    )
    def accept_at_desk(self, visit: Visit, assignment: str) -> Redirect:
        return self._act(visit, assignment, "acceptance", {})

    @page(
        "POST",
        "/desk/tasks/<assignment>/completion",
        form=forms.Completion,
        again=AGAIN,
        problems=MET,
        roles=HANDLE,
        files=True,
        limit=LARGEST,
    )
    def complete_at_desk(self, visit: Visit, assignment: str) -> Redirect:
        typed = visit.form.values
        with self.delivery.database.reading() as tx:
            task = tasks.show(tx, visit.somebody.unit, assignment)
            document = task.document
            version = document.get("item_version", 0)
            rules = items.rules_of(tx, document["item"], version, task.task)
        approved = typed["outcome"] != "rejected"
        results = loaded(rules.results, typed["results"]) if approved else {}
        names = [it["name"] for it in rules.issues] if approved else []
        said = {
            "outcome": typed["outcome"],
            "opinion": typed["opinion"],
            "legal_basis": typed["legal_basis"],
            "conditions": [it for it in typed["conditions"] if it.strip()],
            "results": results,
            "documents": [self._document(visit, name) for name in names],
        }
        if typed["outcome"] != "approved_with_conditions":
            said["conditions"] = []
        return self._act(visit, assignment, "completion", said)

    @page(
        "POST",
        "/desk/tasks/<assignment>/return",
        form=forms.Return,
        again=AGAIN,
        problems=MET,
        roles=HANDLE,
    )
    def return_at_desk(self, visit: Visit, assignment: str) -> Redirect:
        typed = visit.form.values
        said = {"missing": typed["missing"], "legal_basis": typed["legal_basis"]}
        return self._act(visit, assignment, "return", said)

    @page(
        "POST",
        "/desk/tasks/<assignment>/suspension",
        form=forms.Suspension,
        again=AGAIN,
        problems=MET,
        roles=HANDLE,
    )
    def suspend_at_desk(self, visit: Visit, assignment: str) -> Redirect:
        return self._act(visit, assignment, "suspension", _said(visit))

    @page(
        "POST",
        "/desk/tasks/<assignment>/resumption",
        form=forms.Resumption,
        again=AGAIN,
        problems=MET,
        roles=HANDLE,
    )
    def resume_at_desk(self, visit: Visit, assignment: str) -> Redirect:
        return self._act(visit, assignment, "resumption", _said(visit))

    @page(
        "POST",
        "/desk/tasks/<assignment>/declining",
        form=forms.Decline,
        again=AGAIN,
        problems=MET,
        roles=HANDLE,
    )
    def decline_at_desk(self, visit: Visit, assignment: str) -> Redirect:
        return self._act(visit, assignment, "decline", _said(visit))

    @page(
        "POST",
        "/desk/tasks/<assignment>/extension",
        form=forms.Extension,
        again=AGAIN,
        problems=MET,
        roles=HANDLE,
    )
    def ask_for_more_time_at_desk(self, visit: Visit, assignment: str) -> Redirect:
        return self._act(visit, assignment, "extension", _said(visit))

    @page(
        "POST",
        "/desk/tasks/<assignment>/approval",
        form=forms.SeenAt,
        again=AGAIN,
        problems=MET,
        roles=("head",),
    )
    def approve_draft(self, visit: Visit, assignment: str) -> Redirect:
        with self.delivery.work() as work:
            officer, version = officer_of(visit.somebody), visit.form["version"]
            self.tell_settled(work, handlers.approve(work, officer, assignment, version))
        return self._on("done.approve")

    @page(
        "POST",
        "/desk/tasks/<assignment>/sending-back",
        form=forms.SendingBack,
        again=AGAIN,
        problems=MET,
        roles=("head",),
    )
    def send_draft_back(self, visit: Visit, assignment: str) -> Redirect:
        officer, typed = officer_of(visit.somebody), visit.form
        with self.delivery.work() as work:
            handlers.send_back(work, officer, assignment, typed["version"], typed["comment"])
        return self._on("done.send_back")

    @page(
        "POST",
        "/desk/tasks/<assignment>/taking-back",
        form=forms.SeenAt,
        again=AGAIN,
        problems=MET,
        roles=HANDLE,
    )
    def take_draft_back(self, visit: Visit, assignment: str) -> Redirect:
        with self.delivery.work() as work:
            officer, version = officer_of(visit.somebody), visit.form["version"]
            handlers.take_back(work, officer, assignment, version)
        return self._back(assignment).saying("done.take_back", "info")

    def _act(self, visit: Visit, assignment: str, what: Act, said: dict[str, Any]) -> Redirect:
        given = {**said, "version": visit.form["version"]}
        try:
            with self.delivery.work() as work:
                done = handlers.act(work, officer_of(visit.somebody), assignment, what, given)
                self.tell_settled(work, done.task)
        except Invalid as error:
            faults = (Fault(it.field, WORDED.get(it.field, it.problem)) for it in error.faults)
            raise Invalid(*faults) from error
        if done.drafted:
            return self._back(assignment).saying("done.draft", "info")
        if what in ("acceptance", "resumption"):
            return self._back(assignment).saying(f"done.{what}")
        return self._on(f"done.{what}", done.task.case)

    def _document(self, visit: Visit, name: str) -> dict[str, Any]:
        """Store a document that the approval brings forth; raises Invalid."""
        file = visit.files.get(f"document.{name}")
        if file is None or not file.filename:
            raise Invalid(Fault(f"document.{name}", "fault.document_missing"))
        return {"name": name, **self._stored(file, f"document.{name}")}

    def _stored(self, file: FileStorage, field: str) -> dict[str, Any]:
        media_type = file.mimetype or "application/octet-stream"
        try:
            chunks = iter(lambda: file.stream.read(1 << 16), b"")
            upload = self.office.shelf.put(chunks, media_type)
        except Invalid as error:
            raise Invalid(Fault(field, error.faults[0].problem)) from error
        base = os.path.basename(file.filename or "")  # noqa: PTH119 - a browser may send a path
        return {
            "digest": upload.digest,
            "media_type": media_type,
            "size": upload.size,
            "file_name": base[:300],
        }

    def _back(self, assignment: str) -> Redirect:
        return Redirect(self.pages.address(AGAIN, assignment=assignment))

    def _on(self, text: str, case: str = "") -> Redirect:
        return Redirect(self.pages.address("inbox")).saying(text, case=case)


def _said(visit: Visit) -> dict[str, Any]:
    return {name: value for name, value in visit.form.values.items() if name != "version"}
