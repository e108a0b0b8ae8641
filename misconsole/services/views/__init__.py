"""What services hand to screens and commands: frozen values, ready to show or to write as JSON.

Text in a view is still as the MIS delivered it; the screen or the plain-text writer cleans it
(``misconsole.text.shown``).  Times are aware UTC; days are ``date``.  A module a topic; all are asked
for here.
"""

from misconsole.services.rows import QUEUES, Lamp, SchoolRow, Waiting
from misconsole.services.views.connection import (
    ConnectionView,
    GuideStep,
    MisView,
    ProbeView,
    ReportField,
    ReportView,
    RouteView,
    SettingView,
)
from misconsole.services.views.decisions import (
    AuditItem,
    BulkPlan,
    DecisionView,
    HistoryItem,
    ImportReport,
    ManyView,
    NoteView,
    RefusedView,
)
from misconsole.services.views.overview import Overview
from misconsole.services.views.people import AccountView, FoundItem, IdentifierView, PersonRecord, PersonView
from misconsole.services.views.queues import (
    CandidateView,
    Evidence,
    ExclusionItem,
    ExclusionPreview,
    LeavingItem,
    NewUserItem,
    NonMisItem,
    ProblemItem,
    UnallocatedItem,
    UnmatchedItem,
)
from misconsole.services.views.runs import (
    Affected,
    MessageView,
    ProgressView,
    RestoreView,
    RunView,
    StageView,
    UndoBlock,
    UndoView,
)
from misconsole.services.views.why import GateView, OfferView, Reason, WhyView

__all__ = [
    "QUEUES",
    "AccountView",
    "Affected",
    "AuditItem",
    "BulkPlan",
    "CandidateView",
    "ConnectionView",
    "DecisionView",
    "Evidence",
    "ExclusionItem",
    "ExclusionPreview",
    "FoundItem",
    "GateView",
    "GuideStep",
    "HistoryItem",
    "IdentifierView",
    "ImportReport",
    "Lamp",
    "LeavingItem",
    "ManyView",
    "MessageView",
    "MisView",
    "NewUserItem",
    "NonMisItem",
    "NoteView",
    "OfferView",
    "Overview",
    "PersonRecord",
    "PersonView",
    "ProbeView",
    "ProblemItem",
    "ProgressView",
    "Reason",
    "RefusedView",
    "ReportField",
    "ReportView",
    "RestoreView",
    "RouteView",
    "RunView",
    "SchoolRow",
    "SettingView",
    "StageView",
    "UnallocatedItem",
    "UndoBlock",
    "UndoView",
    "UnmatchedItem",
    "Waiting",
    "WhyView",
]
