"""The messages that services and departments exchange. The contract of everything else."""

from shared.messages.alerts import AlertRaised
from shared.messages.cases import CaseAccepted, CaseSupplemented, CaseWithdrawn
from shared.messages.directives import ActOnSilence
from shared.messages.items import ItemPublished, TaskOutline
from shared.messages.notices import MessageParked, MessageRefused
from shared.messages.orders import (
    CorrectCase,
    ExtendCase,
    MergeCase,
    MigrateCase,
    TransferTask,
)
from shared.messages.parts import (
    Approval,
    Deferral,
    ExtensionRule,
    FormField,
    HandedMaterial,
    IssueRule,
    Limit,
    Material,
    MaterialRule,
    Opinion,
    Person,
    Procedure,
    Shortcoming,
    Silence,
    Text,
    ToFetch,
)
from shared.messages.progress import CaseProgressed, Change
from shared.messages.ratings import CaseRated
from shared.messages.results import (
    TaskAccepted,
    TaskCompleted,
    TaskDeclined,
    TaskExtensionRequested,
    TaskNoted,
    TaskResumed,
    TaskReturned,
    TaskSuspended,
)
from shared.messages.reviews import (
    CaseReceived,
    CorrectionNotified,
    CorrectionReceived,
    Review,
    ReviewEnded,
    ToCorrect,
)
from shared.messages.tasks import TaskAssigned, TaskCancelled, TaskSupplemented

__all__ = [
    "ActOnSilence",
    "AlertRaised",
    "Approval",
    "CaseAccepted",
    "CaseProgressed",
    "CaseRated",
    "CaseReceived",
    "CaseSupplemented",
    "CaseWithdrawn",
    "Change",
    "CorrectCase",
    "CorrectionNotified",
    "CorrectionReceived",
    "Deferral",
    "ExtendCase",
    "ExtensionRule",
    "FormField",
    "HandedMaterial",
    "IssueRule",
    "ItemPublished",
    "Limit",
    "Material",
    "MaterialRule",
    "MergeCase",
    "MessageParked",
    "MessageRefused",
    "MigrateCase",
    "Opinion",
    "Person",
    "Procedure",
    "Review",
    "ReviewEnded",
    "Shortcoming",
    "Silence",
    "TaskAccepted",
    "TaskAssigned",
    "TaskCancelled",
    "TaskCompleted",
    "TaskDeclined",
    "TaskExtensionRequested",
    "TaskNoted",
    "TaskOutline",
    "TaskResumed",
    "TaskReturned",
    "TaskSupplemented",
    "TaskSuspended",
    "Text",
    "ToCorrect",
    "ToFetch",
    "TransferTask",
]
