"""What services hand to screens and commands: frozen values, ready to show or to write as JSON.

Text in a view is still as the MIS delivered it; the screen or the plain-text writer cleans it
(``misconsole.text.shown``).  Times are aware UTC; days are ``date``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from misconsole.services.rows import QUEUES as QUEUES
from misconsole.services.rows import Lamp as Lamp
from misconsole.services.rows import SchoolRow as SchoolRow
from misconsole.services.rows import Waiting as Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportField:
    name: str
    title: str
    state: str  # mandatory, uploaded, not uploaded (C6-C8)
    on_request: bool
    reason: str = ""  # why it does not reach us by this route, if so


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    report: str
    title: str
    purpose: str
    state: str  # accepted, available, not available (C3)
    reason: str  # why not available, or what is lost without it (C12, C13)
    accept_by: str  # any, headteacher (C11)
    fields: tuple[ReportField, ...]
    removes: int = 0  # records that go when it is declined: attendance marks


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideStep:
    """One numbered step of connecting. ``kind``: read (do something elsewhere), input, reports,
    request, wait, test, sync.  ``state``: done, now, later, problem."""

    id: str
    number: int
    title: str
    text: str
    kind: str
    state: str
    link: str = ""
    fields: tuple[str, ...] = ()  # names of settings to type here
    message: str = ""
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingView:
    name: str
    title: str
    secret: bool
    required: bool
    value: str  # "" for secrets; see ``present``
    present: bool
    pattern: str = ""
    hint: str = ""
    help: str = ""
    once: bool = False  # used up by authorising, so needed until access is approved


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionView:
    school: str  # urn
    school_name: str
    mis: str
    mis_title: str
    route: str
    access: str
    message: str
    mend: str
    steps: tuple[GuideStep, ...]
    settings: tuple[SettingView, ...]
    reports: tuple[ReportView, ...]
    problem: str = ""  # code of the connector's error, when the call that gave this view met one


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeView:
    name: str
    ok: bool
    message: str
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageView:
    name: str
    lamp: Lamp
    state: str  # waiting, working, ok, attention, problem, skipped
    seconds: float | None
    finished_at: datetime | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressView:
    """``rate`` records a second, ``left`` seconds, both None while unknown."""

    report: str
    title: str
    done: int
    total: int | None
    rate: float | None
    left: float | None
    finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    at: datetime
    level: str
    code: str
    message: str
    mend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """Somebody a held or planned change would touch."""

    change: str  # create, update, link, unallocate
    name: str
    role: str
    username: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    id: int
    school: str
    school_name: str
    state: str  # queued, running, succeeded, held, failed, cancelled
    lamp: Lamp
    kind: str
    dry_run: bool
    full: bool
    actor: str
    origin: str
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float | None
    cancelling: bool
    stages: tuple[StageView, ...]
    progress: tuple[ProgressView, ...]
    messages: tuple[MessageView, ...]  # the newest ones, oldest first
    reports: dict[str, dict[str, int]]
    changes: dict[str, int]
    waiting: dict[str, int]
    held: dict[str, object] | None
    error: dict[str, object] | None
    resolution: str
    due_at: datetime | None = None  # the slot of the schedule it serves
    source: dict[str, object] = field(default_factory=dict)  # what was read (U6)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreView:
    """One kind of what an undo brings back. ``names`` are the first twenty."""

    kind: str  # accounts-removed, accounts-given-back, links-restored, ... (services.undo.TITLES)
    title: str
    count: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoBlock:
    """Something that came after and stands in the way of an undo; ``decision`` its id, where it is one."""

    message: str
    mend: str
    decision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoView:
    """What undoing a run would bring back, what it cannot, and what stands in its way (nothing: it can)."""

    run: int
    school: str
    school_name: str
    restores: tuple[RestoreView, ...]
    cannot: tuple[str, ...]
    blocked: tuple[UndoBlock, ...]

    @property
    def possible(self) -> bool:
        return not self.blocked


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    id: int
    school: str
    source_id: str
    role: str
    title: str | None
    given_name: str | None  # the one that counts (preferred else legal)
    family_name: str | None
    legal_given_name: str | None
    legal_family_name: str | None
    date_of_birth: date | None
    year_group: str | None
    year_of_entry: int | None
    registration_group: str | None
    staff_code: str | None
    upn: str | None
    admission_number: str | None
    email: str | None
    job_title: str | None
    start_date: date | None
    end_date: date | None
    status: str
    gate: str
    gate_detail: str
    room: str | None = None  # of staff, typed in here (F12)
    notes: int = 0  # notes on the case
    last_note: str = ""  # the newest of them
    assigned_to: str = ""  # who has the case in hand, by the newest note

    @property
    def name(self) -> str:
        return " ".join(p for p in (self.given_name, self.family_name) if p) or self.source_id


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    id: int
    username: str
    email: str | None
    display_name: str
    given_name: str | None
    family_name: str | None
    role: str
    state: str
    origin: str
    date_of_birth: date | None
    year_of_entry: int | None
    upn: str | None
    mis_id: str | None
    staff_code: str | None
    created_at: datetime | None
    handed_out_at: datetime | None
    aliases: tuple[str, ...] = ()
    person: PersonView | None = None
    linked_at: datetime | None = None  # when it came to the person who has it now
    notes: int = 0
    last_note: str = ""
    assigned_to: str = ""
    own_display_name: str | None = None  # the holder's own choice; then it is display_name, too (O9)
    mis_display_name: str = ""  # without that choice
    awaited: bool = False  # made by hand and expected in the MIS, which has not brought the person yet (J8)
    starts_on: date | None = None  # as it was asked for by hand

    @property
    def moved(self) -> bool:
        """Whether it came to somebody after it was made (Q6)."""
        return self.linked_at is not None and (self.created_at is None or self.linked_at > self.created_at)

    @property
    def latest(self) -> datetime | None:
        """The latest move or creation, by which recent accounts are found (Q6)."""
        return self.linked_at if self.moved else self.created_at


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
class HistoryItem:
    """A run or a decision in one list, newest first. ``kind``: run or decision."""

    kind: str
    id: int
    at: datetime
    who: str
    summary: str
    state: str
    undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """What a decision did; what ``u`` would take back."""

    id: int
    kind: str
    summary: str
    actor: str
    at: datetime
    undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedView:
    """One of many that a decision left out. ``id`` as it was named, ``other`` the account of a pair."""

    id: int
    reason: str
    mend: str = ""
    name: str = ""
    other: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyView:
    """Many decided at once: one decision to undo; ``done`` of them, and those left out."""

    decision: DecisionView
    done: int
    refused: tuple[RefusedView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPlan:
    """What accepting the likely ones would do. ``pairs`` (person id, account id); ``sample`` to look at."""

    role: str
    total: int
    sample: tuple[UnmatchedItem, ...]
    pairs: tuple[tuple[int, int], ...]
    refused: tuple[RefusedView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteView:
    """A note on a case: of a person, or of an account."""

    id: int
    school: str
    person_id: int | None
    account_id: int | None
    about: str  # the person's name, or the username
    text: str
    author: str
    at: datetime
    assigned_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingItem:
    """Somebody with an account who leaves soon, by the date in the MIS."""

    person: PersonView
    account: AccountView
    leaves_on: date
    days: int  # from today; 0 is today
    source: str = ""  # where the day comes from, and when it was read
    then: str = ""  # what happens once the day has passed


@dataclass(frozen=True, slots=True, kw_only=True)
class GateView:
    gate: str
    title: str
    state: str  # passed, failed, not_reached
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    code: str
    message: str
    mend: str
    who_can: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """Something the console can do about a reason. ``does`` is a key of ``services.mend.DOERS``.

    ``asks`` is what to be sure of first, "" where undo is enough; ``command`` the same without a screen.
    """

    does: str
    title: str
    command: str
    asks: str = ""
    target: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierView:
    """``current`` false: the MIS sent it once, and does not any more."""

    kind: str
    title: str
    value: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """The rest of what the MIS told of a person.

    ``teaching``       None: not told, which is not the same as non-teaching (F4)
    ``job_title``      the roles, joined by commas (F3)
    ``reports_to``     the manager's name, or the id where nobody here has it (``reports_to_known`` false)
    ``same_initials``  others of that role with the same initials (Z19)
    ``photo``          a reference or checksum is kept; the picture never is
    ``not_supplied``   fields that do not reach us at all, so that blank is not read as empty
    """

    identifiers: tuple[IdentifierView, ...]
    initials: str | None
    same_initials: tuple[str, ...]
    middle_names: str | None
    phone: str | None
    year_label: str | None
    house: str | None
    part_time: bool | None
    part_time_rate: float | None
    teaching: bool | None
    job_title: str | None
    room: str | None
    reports_to: str | None
    reports_to_known: bool
    reported_to_by: tuple[str, ...]
    photo: bool
    not_supplied: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyView:
    school: str
    school_name: str
    who: str
    person: PersonView | None
    account: AccountView | None
    gates: tuple[GateView, ...]
    reason: Reason | None  # None: the person has an account and nothing is wrong
    support_text: str  # ready to paste into a case (W9, V6)
    offers: tuple[OfferView, ...] = ()  # what mends it and can be done from here, the surest first
    subject: str = ""  # what was meant, where it is no person: "contact Ms Ada Quill", "class 7A"
    record: PersonRecord | None = None  # of a person, everything else the MIS told


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundItem:
    school: str
    school_name: str
    person: PersonView
    account: str | None  # username


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The first tab of a workspace."""

    school: SchoolRow
    people: dict[str, int]  # staff, pupils present; eligible; linked
    accounts: dict[str, int]  # active, unallocated, non-mis, new
    last_runs: tuple[RunView, ...]
    messages: tuple[MessageView, ...]
    hints: tuple[str, ...]  # what to do next, one sentence each


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """Account import: good rows went in, bad rows are named with line and reason."""

    read: int
    imported: int
    updated: int
    unchanged: int
    rejected: tuple[tuple[int, str, str], ...]  # line, field, reason
    columns_left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditItem:
    """One decision in the trail of who decided what; ``reason`` as typed.  ``evidence`` of a link is what was
    shown when it was decided: band, score, margin and fields as in the queue; empty where nothing was.
    ``decided_by`` names whose decision ``actor`` typed, where that is somebody else (C11).  ``origin`` is
    console, command or worker, ``place`` the machine, terminal and address, as far as they were known."""

    id: int
    school: str  # urn
    school_name: str
    at: datetime
    actor: str
    kind: str
    summary: str
    reason: str
    undone_at: datetime | None
    undone_by: str
    evidence: dict[str, object]
    decided_by: str = ""
    origin: str = ""
    place: str = ""
    sealed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteView:
    """One way to a MIS. ``available``: this console has a connector for it, else ``reason`` says why not.

    ``reports`` report -> yes, no, maybe or greyed, ``report_reasons`` why it is not yes;
    ``limits`` field -> why it does not reach us by this route;
    ``force_run`` yes, no, in-mis or on-site, with ``force_text`` to explain it (T15).
    """

    route: str
    title: str
    kind: str
    available: bool
    reason: str
    reports: dict[str, str]
    report_reasons: dict[str, str]
    limits: dict[str, str]
    schedule: str
    force_run: str
    force_text: str
    accept_by: str  # any, headteacher
    steps: tuple[GuideStep, ...]
    settings: tuple[SettingView, ...]
    notes: tuple[tuple[str, str], ...]  # situation, what to tell


@dataclass(frozen=True, slots=True, kw_only=True)
class MisView:
    """A MIS of the catalogue; ``names`` are the title and every other name it goes by (A4-A6)."""

    id: str
    title: str
    names: tuple[str, ...]
    shown_as: str
    kind: str
    installs: bool
    on_site_software: str
    dated: date
    routes: tuple[RouteView, ...]
    notes: tuple[tuple[str, str], ...]
