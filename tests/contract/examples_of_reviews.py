"""One example of every message about a case before it is accepted, and of how it is rated."""

from dataclasses import replace

from shared.messages import (
    CaseRated,
    CaseReceived,
    CorrectionNotified,
    CorrectionReceived,
    Review,
    ReviewEnded,
    ToCorrect,
)
from tests.contract.examples_of_changes import LEADER
from tests.contract.matter import CASE, NOTICE, PROJECT, at

REVIEWED = Review(
    item="investment-project",
    item_version=1,
    region="330100",
    title=PROJECT,
    lead="development-reform",
    limit=NOTICE,
    received_at=at(18, 9, 2),
)
NOTIFIED = replace(REVIEWED, notified_at=at(22, 15))
CORRECTED = replace(NOTIFIED, corrected_at=(at(28, 10, 30),))

OF_REVIEWS = (
    CaseReceived(case=CASE, at=at(18, 9, 2), review=REVIEWED),
    CaseRated(
        case=CASE,
        at=at(30, 9),
        item="investment-project",
        region="330100",
        title=PROJECT,
        lead="development-reform",
        level=2,
        comment="跑了三趟才办成",
    ),
    CorrectionNotified(
        case=CASE,
        at=at(22, 15),
        review=NOTIFIED,
        by=LEADER,
        missing=(
            ToCorrect(subject="site-plan", problem="未加盖公章", remedy="加盖公章后重新扫描上传"),
        ),
    ),
    CorrectionReceived(
        case=CASE,
        at=at(28, 10, 30),
        review=CORRECTED,
        fields=("land_area",),
        materials=("site-plan",),
    ),
    ReviewEnded(
        case=CASE,
        at=at(28, 16),
        review=replace(
            CORRECTED, ended_at=at(28, 16), ending="accepted", accepted_at=at(28, 10, 30)
        ),
        by=LEADER,
        reasons=("申请材料齐全",),
    ),
)
