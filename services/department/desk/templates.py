"""Opinion templates: what a department says often, with the case's own facts put in. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Outcome = Literal["approved", "approved_with_conditions", "rejected", "any"]
OUTCOMES: tuple[Outcome, ...] = ("approved", "approved_with_conditions", "rejected", "any")
PLACES = ("{case}", "{applicant}", "{item}", "{task}")
"""What is put in: the case code, the applicant's name, the titles of the item and the task."""


@dataclass(frozen=True, kw_only=True)
class Template:
    """A template of a department. `version` grows by one with every change."""

    id: str
    department: str
    title: str
    outcome: Outcome = "any"
    opinion: str
    legal_basis: str = ""
    version: int = 1
    changed_at: datetime
    changed_by: str

    def filled(self, document: Mapping[str, Any], case: str, language: str) -> str:
        """The opinion with what is known of the case put in; what a task may not see stays out."""
        applicant = document.get("applicant") or {}
        facts = {
            "{case}": case,
            "{applicant}": applicant.get("name", ""),
            "{item}": document.get("item_title", {}).get(language, ""),
            "{task}": document.get("title", {}).get(language, ""),
        }
        text = self.opinion
        for place, fact in facts.items():
            text = text.replace(place, fact)
        return text
