"""What intake says of how an applicant rates the handling of a case."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from marshmallow.validate import Range

from shared.messages.parts import CaseCode, Key, Line, Paragraph, Text
from shared.messages.registry import message

LEVELS = 5


@message("case.rated", exchange="reviews", sent_by={"intake"})
@dataclass(frozen=True, kw_only=True)
class CaseRated:
    """The applicant has rated a case that is over: 5 very satisfied, 4 satisfied, 3 acceptable,
    2 dissatisfied, 1 very dissatisfied."""

    case: CaseCode
    at: datetime
    item: Key
    region: Line
    title: Text
    lead: Key
    level: Annotated[int, Range(min=1, max=LEVELS)]
    comment: Paragraph = ""
