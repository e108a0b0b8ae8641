"""What waits for somebody's decision: one item a row of each list of a workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from misconsole.services.views.people import AccountView, PersonView


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One field compared. ``agreement``: equal, folded, nickname, initial, swapped, similar, differs,
    missing...; ``weight`` in bits, 0 when neutral; ``note`` e.g. "41 called Smith here"."""

    field: str
    person: str
    account: str
    agreement: str
    weight: float
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateView:
    account: AccountView
    score: float
    margin: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedItem:
    person: PersonView
    band: str  # likely, possible, many, none
    candidates: tuple[CandidateView, ...]
    reason: str  # why no account was made by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class UnallocatedItem:
    account: AccountView
    person_name: str
    run: int | None
    at: datetime | None
    reason: str
    still_absent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionItem:
    id: int
    name: str
    role: str
    reason: str
    author: str
    created_at: datetime | None
    review_on: date | None
    due: bool
    active: bool
    clash: AccountView | None  # a live account of that name: asked about, not guessed (Z25)
    pattern: bool = False  # the name has stars


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionPreview:
    """Whom an exclusion would keep out, and the live accounts it would ask about."""

    waiting: tuple[PersonView, ...]
    accounts: tuple[AccountView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NonMisItem:
    account: AccountView
    verdict: str  # "", keep
    reason: str
    until: date | None
    reviewed_by: str
    reviewed_at: datetime | None
    age_days: int | None
    due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUserItem:
    account: AccountView
    created_run: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemItem:
    id: int
    report: str
    subject: str
    role: str
    person_id: int | None
    code: str
    field: str | None
    message: str
    mend: str
    who: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingItem:
    """Somebody with an account who leaves soon, by the date in the MIS."""

    person: PersonView
    account: AccountView
    leaves_on: date
    days: int  # from today; 0 is today
    source: str = ""  # where the day comes from, and when it was read
    then: str = ""  # what happens once the day has passed
