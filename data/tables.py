"""What the store remembers: one SQLModel class a table.

Conventions
* Times are UTC, stored naive-free as ISO text by ``UtcTime``; days are ``date``.
* Enumerations are stored as plain words; the words are listed beside each column.
* Foreign text is stored as delivered; only the screen cleans it.
* Nothing secret is ever stored: ``Connection.secret_ref`` is a name to look up elsewhere.
* Every change to a row of a *journalled* table (people, accounts, links, exclusions, reviews, decisions,
  classes, groups, contacts) is written with a ``Journal`` row in the same transaction.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, String, UniqueConstraint, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

OPEN_RUN = "state IN ('queued', 'running', 'held')"
#: Directories and exports know people by these ids: the id of one who was erased is never given to another.
NEVER_AGAIN = {"sqlite_autoincrement": True}
LONG_NAME = "length(search_name) - length(replace(search_name, ' ', '')) >= 2"


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time kept as ISO 8601 text, equal on SQLite and PostgreSQL."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        return None if value is None else datetime.fromisoformat(value)


def _time(*, nullable: bool = True, index: bool = False) -> Any:
    return Field(default=None, sa_column=Column(UtcTime(), nullable=nullable, index=index))


def _json(default: Any) -> Any:
    return Field(default_factory=default, sa_column=Column(JSON, nullable=False))


class School(SQLModel, table=True):
    """``options`` holds criteria, limits, username formats, year mapping (misconsole.rules.options)."""

    id: int | None = Field(default=None, primary_key=True)
    urn: str = Field(unique=True, max_length=32)
    slug: str = Field(unique=True, max_length=64)
    name: str
    la_code: str = ""
    establishment_number: str = ""
    country: str = "england"  # england, scotland, wales, northern-ireland
    phase: str = ""  # primary, secondary, all-through, special, ""
    trust: str = Field(default="", index=True)  # schools of one trust or authority are "local" (K1)
    mode: str = "create"  # create, link, lookup (L)
    domain: str = ""  # e-mail domain, e.g. larkmere.example
    scope: str = ""  # sign-in scope shown after "@" (M13)
    options: dict[str, Any] = _json(dict)
    version: int = 0  # rises with every applied change to the school's people or accounts
    created_at: datetime | None = _time()


class Connection(SQLModel, table=True):
    """How one school is reached. At most one row a school has ``active`` true."""

    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    active: bool = True
    mis: str  # catalogue id
    route: str  # wonde, oneroster-csv, ...
    settings: dict[str, Any] = _json(dict)  # never a secret
    secret_ref: str = ""  # name in the keyring or the secrets file
    remote_id: str = ""
    remote_name: str = ""
    access: str = "not asked"  # connectors.base.AccessState
    access_message: str = ""
    access_checked_at: datetime | None = _time()
    requested_at: datetime | None = _time()
    approved_at: datetime | None = _time()
    guide_done: list[str] = _json(list)  # ids of guide steps ticked
    since: dict[str, Any] = _json(dict)  # report -> high water of the last complete read
    last_full_at: datetime | None = _time()
    created_at: datetime | None = _time()
    created_by: str = ""


class ReportScope(SQLModel, table=True):
    """A report the school accepted or declined, and its declined or requested fields (C)."""

    __table_args__ = (UniqueConstraint("school_id", "report"),)
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    report: str
    accepted: bool = False
    fields_declined: list[str] = _json(list)
    fields_requested: list[str] = _json(list)  # on-request fields the school wants (C14, C15)
    decided_by: str = ""
    decided_at: datetime | None = _time()


class Run(SQLModel, table=True):
    __table_args__ = (
        Index(  # the few that somebody is at or has to look at, among years of runs
            "ix_run_open", "state", sqlite_where=text(OPEN_RUN), postgresql_where=text(OPEN_RUN)
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    kind: str = "sync"  # sync, approval, undo, push
    state: str = "queued"  # queued, running, succeeded, held, failed, cancelled
    dry_run: bool = False
    full: bool = False
    actor: str = ""
    origin: str = ""  # console, command, worker
    pid: int | None = None
    started_at: datetime | None = _time(index=True)
    finished_at: datetime | None = _time()
    heartbeat_at: datetime | None = _time()
    cancel_requested: bool = False
    school_version: int = 0  # School.version the plan was computed from
    reports: dict[str, Any] = _json(dict)  # report -> {extracted, kept, dropped}
    changes: dict[str, Any] = _json(dict)  # created, updated, linked, unallocated, unchanged
    waiting: dict[str, Any] = _json(dict)
    changed_anything: bool = False
    held: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    error: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    resolution: str = ""  # "", approved, rejected, expired (for a held run)
    resolved_by: str = ""
    resolved_at: datetime | None = _time()
    target_id: int | None = Field(default=None, index=True)  # of kind "push": the target written to
    due_at: datetime | None = _time()  # the slot of the schedule this run serves
    source: dict[str, Any] = _json(dict)  # what was read: interface or file, its own date, its size


class RunStage(SQLModel, table=True):
    __table_args__ = (UniqueConstraint("run_id", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="run.id", index=True)
    ordinal: int
    name: str  # authorise, extract, filter, match, plan, limits, apply
    state: str = "waiting"  # waiting, working, ok, attention, problem, skipped
    started_at: datetime | None = _time()
    finished_at: datetime | None = _time()
    detail: str = ""


class RunProgress(SQLModel, table=True):
    """Counters of one report (or of "apply") within a run; written at most twice a second."""

    __table_args__ = (UniqueConstraint("run_id", "report"),)
    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="run.id", index=True)
    report: str
    done: int = 0
    total: int | None = None
    started_at: datetime | None = _time()
    updated_at: datetime | None = _time()
    finished: bool = False


class RunMessage(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="run.id", index=True)
    at: datetime | None = _time()
    level: str = "info"  # info, warning, error
    code: str = ""
    message: str = ""
    mend: str = ""


class HeldPlan(SQLModel, table=True):
    """The plan a limit stopped, as JSON text, so that approval applies exactly what was seen."""

    run_id: int = Field(foreign_key="run.id", primary_key=True)
    plan: str


class Lease(SQLModel, table=True):
    """One run at a time for a school."""

    school_id: int = Field(foreign_key="school.id", primary_key=True)
    run_id: int
    holder: str  # host:pid
    acquired_at: datetime | None = _time(nullable=False)
    expires_at: datetime | None = _time(nullable=False)


class Person(SQLModel, table=True):
    """A pupil or member of staff as last extracted. Journalled.

    ``gate`` is the code of the first gate this person failed in the last run, "" when none.
    ``present`` false: not in the last complete extract.
    """

    __table_args__ = (
        UniqueConstraint("school_id", "role", "source_id"),
        Index("ix_person_queue", "school_id", "role", "present", "gate"),
        Index(  # names of three words and more: where a word may stand that neither leads nor follows
            "ix_person_long_name",
            "search_name",
            sqlite_where=text(LONG_NAME),
            postgresql_where=text(LONG_NAME),
        ),
        NEVER_AGAIN,
    )
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    role: str  # staff, pupil
    source_id: str
    title: str | None = None
    initials: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    legal_given_name: str | None = None
    legal_family_name: str | None = None
    middle_names: str | None = None
    search_name: str = Field(default="", index=True)  # folded "family given legal..." for find and filters
    date_of_birth: date | None = None
    email: str | None = None
    phone: str | None = None
    year_group: str | None = None  # canonical: N1, N2, R, 1..14 (Scotland P1 -> 1, S1 -> 8)
    year_label: str | None = None  # as the MIS wrote it
    year_of_entry: int | None = None
    registration_group: str | None = None
    house: str | None = None
    part_time: bool | None = None
    part_time_rate: float | None = None
    status: str = "current"  # connectors.records.PupilStatus words; staff: current, future, leaver
    start_date: date | None = None  # admission or employment
    end_date: date | None = None  # leaving or employment end
    teaching: bool | None = None
    job_title: str | None = None
    reports_to: str | None = None  # source_id
    room: str | None = None  # typed locally; a sync never writes it (F12)
    photo_id: str | None = None
    photo_hash: str | None = None
    unknown: list[str] = _json(list)
    present: bool = True
    gate: str = ""
    gate_detail: str = ""
    flags: list[str] = _json(list)  # e.g. contradictory-dates
    digest: str = ""  # of the stored content, to tell changed from unchanged
    first_seen_run: int | None = None
    last_changed_run: int | None = None
    gone_run: int | None = None


class Identifier(SQLModel, table=True):
    """Identifiers of a person, with history: ``current`` false once the MIS stopped sending it."""

    __table_args__ = (
        UniqueConstraint("person_id", "kind", "value"),
        Index("ix_identifier_value", "kind", "value"),
    )
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    kind: str  # upn, local_upn, former_upn, uln, admission_number, mis_id, upi, staff_code
    value: str
    current: bool = True
    first_run: int | None = None
    last_run: int | None = None


class Contact(SQLModel, table=True):
    """Stored only where the Contacts report is accepted (X3). Journalled."""

    __table_args__ = (UniqueConstraint("school_id", "source_id"),)
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    source_id: str
    title: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    phone: str | None = None
    present: bool = True
    gate: str = ""
    digest: str = ""


class ContactLink(SQLModel, table=True):
    __tablename__ = "contact_link"
    __table_args__ = (UniqueConstraint("contact_id", "person_id"),)
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    contact_id: int = Field(foreign_key="contact.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    relationship: str | None = None
    parental_responsibility: bool | None = None
    priority: int | None = None


class AttendanceMark(SQLModel, table=True):
    """Stored only where the Attendance report is accepted, and removed with it (C1, E9).

    A copy of the MIS's own report, not a decision: not journalled, replaced day by day as it is read.
    """

    __tablename__ = "attendance_mark"
    __table_args__ = (
        UniqueConstraint("person_id", "day", "session"),
        Index("ix_attendance_mark_school_day", "school_id", "day"),
    )
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id")
    person_id: int = Field(foreign_key="person.id")
    day: date
    session: str  # AM, PM, or as the MIS writes it
    code: str


class Subject(SQLModel, table=True):
    __table_args__ = (UniqueConstraint("school_id", "source_id"),)
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    source_id: str
    code: str | None = None
    name: str | None = None
    present: bool = True
    digest: str = ""


class SchoolClass(SQLModel, table=True):
    __tablename__ = "school_class"
    __table_args__ = (UniqueConstraint("school_id", "source_id"),)
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    source_id: str
    name: str
    code: str | None = None
    description: str | None = None
    kind: str = "class"
    subject_id: str | None = None  # source_id
    present: bool = True
    gate: str = ""
    digest: str = ""


class Group(SQLModel, table=True):
    __tablename__ = "pupil_group"
    __table_args__ = (UniqueConstraint("school_id", "source_id"),)
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    source_id: str
    name: str
    code: str | None = None
    kind: str = "other"
    present: bool = True
    gate: str = ""
    digest: str = ""


class Membership(SQLModel, table=True):
    __table_args__ = (
        UniqueConstraint("school_id", "container", "container_id", "person_role", "person_source_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    container: str  # class, group
    container_id: str  # source_id
    person_role: str  # staff, pupil
    person_source_id: str = Field(index=True)
    part: str


class Account(SQLModel, table=True):
    """An account in the school's directory. Journalled. ``username_key`` is lower case (kolibri trap)."""

    __table_args__ = (
        UniqueConstraint("domain_key", "username_key"),
        Index("ix_account_school_state", "school_id", "state"),
        Index("ix_account_username_key", "username_key"),  # find, over every collision domain
        Index("ix_account_email", "email"),
        NEVER_AGAIN,
    )
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)  # the home school
    domain_key: str = ""  # collision domain (Z8), by default the school's own
    username: str
    username_key: str
    email: str | None = None
    display_name: str = ""
    given_name: str | None = None
    family_name: str | None = None
    preferred_given_name: str | None = None
    preferred_family_name: str | None = None
    date_of_birth: date | None = None
    role: str = "pupil"  # pupil, staff, other
    year_of_entry: int | None = None
    upn: str | None = None
    mis_id: str | None = None
    staff_code: str | None = None
    state: str = "active"  # active, unallocated, let-go, removed
    origin: str = "imported"  # imported, created, manual
    created_at: datetime | None = _time()
    created_run: int | None = None
    handed_out_at: datetime | None = _time()  # None and origin created = waits in New users
    unallocated_at: datetime | None = _time()
    unallocated_run: int | None = None
    unallocated_reason: str = ""
    kept_absent: bool = False  # restored although absent: not unallocated again by itself (Q7)
    version: int = 0
    own_display_name: str | None = None  # a member of staff's own choice; the MIS does not change it (O9)


class Alias(SQLModel, table=True):
    """Earlier usernames and addresses that still lead here (O5)."""

    __table_args__ = (UniqueConstraint("account_id", "kind", "value"),)
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    kind: str  # email, username
    value: str
    since: datetime | None = _time()


class ReservedName(SQLModel, table=True):
    """Every username ever held in a collision domain; never issued to somebody else (Z8)."""

    __tablename__ = "reserved_name"
    __table_args__ = (UniqueConstraint("domain_key", "username_key"),)
    id: int | None = Field(default=None, primary_key=True)
    domain_key: str
    username_key: str
    account_id: int | None = None
    since: datetime | None = _time()


class Link(SQLModel, table=True):
    """Person to account. Journalled. At most one active link a person.

    ``anchors`` are the identifiers and names at linking time, so that links outlive a change of MIS.
    """

    __table_args__ = (
        Index(
            "uq_link_active_person",
            "person_id",
            unique=True,
            sqlite_where=text("active = 1"),
            postgresql_where=text("active"),
        ),
        Index("ix_link_account", "account_id", "active"),
        Index("ix_link_person", "person_id", "active"),  # "has an account" for everybody, not only the linked
    )
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    person_id: int = Field(foreign_key="person.id")
    account_id: int = Field(foreign_key="account.id")
    active: bool = True
    how: str = ""  # identifier, exact, decided, created
    evidence: dict[str, Any] = _json(dict)
    anchors: dict[str, Any] = _json(dict)
    linked_at: datetime | None = _time()
    linked_by: str = ""
    run_id: int | None = None
    ended_at: datetime | None = _time()
    ended_reason: str = ""


class Candidate(SQLModel, table=True):
    """Suggestions of the last run for a person who waits; replaced by every run."""

    __table_args__ = (UniqueConstraint("person_id", "account_id"),)
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    band: str  # likely, possible, many  (of the person; repeated on each row)
    rank: int
    score: float
    margin: float
    evidence: list[dict[str, Any]] = _json(list)


class NotSame(SQLModel, table=True):
    """ "Not the same person": remembered until the record changes (``digest`` of both sides)."""

    __tablename__ = "not_same"
    __table_args__ = (UniqueConstraint("person_id", "account_id"),)
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    digest: str = ""
    by: str = ""
    at: datetime | None = _time()


class Exclusion(SQLModel, table=True):
    """A name, or a person, that must never get an account (R). Journalled."""

    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    role: str = ""  # staff, pupil, "" for both
    person_id: int | None = Field(default=None, foreign_key="person.id")  # set: only that person
    given_name: str = ""
    family_name: str = ""
    reason: str = ""
    author: str = ""
    created_at: datetime | None = _time()
    review_on: date | None = None
    active: bool = True


class Review(SQLModel, table=True):
    """A verdict on a non-MIS account (S). Journalled. Only the newest active one counts."""

    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    verdict: str  # keep
    reason: str = ""
    until: date | None = None
    by: str = ""
    at: datetime | None = _time()
    active: bool = True


class CaseNote(SQLModel, table=True):
    """What somebody wrote on a case for whoever takes it up next; of a person or an account. Journalled.

    ``assigned_to`` the system account that has the case in hand, "" for anybody; ``active`` false: withdrawn.
    """

    __tablename__ = "case_note"
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    text: str = ""
    author: str = ""
    at: datetime | None = _time()
    assigned_to: str = ""
    active: bool = True


class ContactUse(SQLModel, table=True):
    """A contact fetched at the moment it was needed, kept because it was used (H10, X3). Journalled."""

    __tablename__ = "contact_use"
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    source_id: str
    title: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    phone: str | None = None
    relationship: str | None = None
    parental_responsibility: bool | None = None
    priority: int | None = None
    reason: str = ""
    by: str = ""
    at: datetime | None = _time()


class MisMove(SQLModel, table=True):
    """A change of MIS prepared beside the connection in use (B14). ``state``: prepared, applied, abandoned.

    ``result`` is what the last rehearsal found; the connection itself is made when the move is applied.
    """

    __tablename__ = "mis_move"
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    state: str = "prepared"
    mis: str
    route: str
    settings: dict[str, Any] = _json(dict)  # never a secret
    secret_ref: str = ""
    remote_id: str = ""
    remote_name: str = ""
    access: str = "not asked"
    result: dict[str, Any] = _json(dict)
    created_at: datetime | None = _time()
    created_by: str = ""
    rehearsed_at: datetime | None = _time()
    applied_at: datetime | None = _time()
    applied_by: str = ""


class Decision(SQLModel, table=True):
    """What a person decided, in order; undo reverses its journal rows."""

    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    kind: str  # link, create, exclude, not-same, restore, let-go, keep, remove, lift, unlink, rename, ...
    person_id: int | None = None
    account_id: int | None = None
    summary: str = ""
    detail: dict[str, Any] = _json(dict)  # reason, evidence, until ...
    actor: str = ""
    at: datetime | None = _time(index=True)
    undone_at: datetime | None = _time()
    undone_by: str = ""
    origin: str = ""  # console, command, worker
    place: str = ""  # machine, terminal, and the address it was reached from
    seal: str = ""  # digest over this row and the seal before it: shows tampering


class Problem(SQLModel, table=True):
    """A record or field left out by the last run, one row each, with who can mend it."""

    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    run_id: int = Field(foreign_key="run.id", index=True)
    report: str
    subject: str  # the name, or the place when there is no name
    source_id: str | None = None
    role: str = ""
    person_id: int | None = None
    code: str  # gate or rejection code
    field: str | None = None
    message: str = ""
    mend: str = ""
    who: str = ""  # school office, operator, supplier
    where_: str = Field(default="", sa_column=Column("place", String, nullable=False, default=""))


class Handout(SQLModel, table=True):
    """One act of setting initial passwords and writing them (P3): who, when, for whom; never a password."""

    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    at: datetime | None = _time(index=True)
    by: str = ""
    form: str  # csv, slips, or the id of an export format
    file: str = ""  # name of the file, without its folder
    chosen: dict[str, Any] = _json(dict)  # role, registration group, marks: what the act was asked for
    count: int = 0


class HandoutLine(SQLModel, table=True):
    """One account of a hand-out. ``proof`` is a slow salted hash where the school keeps one, else ""."""

    __tablename__ = "handout_line"
    __table_args__ = (UniqueConstraint("handout_id", "account_id"),)
    id: int | None = Field(default=None, primary_key=True)
    handout_id: int = Field(foreign_key="handout.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    username: str
    proof: str = ""


class Target(SQLModel, table=True):
    """A directory that this school's accounts are written to (Y1, Y2)."""

    __table_args__ = (UniqueConstraint("school_id", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    name: str
    kind: str  # ldap, google, graph
    active: bool = True
    settings: dict[str, Any] = _json(dict)  # never a secret
    secret_ref: str = ""
    options: dict[str, Any] = _json(dict)  # limits, roles, whether it may delete
    read_at: datetime | None = _time()  # last complete look at what is there
    pushed_at: datetime | None = _time()  # last push that reached its end
    created_at: datetime | None = _time()
    created_by: str = ""


class TargetAccount(SQLModel, table=True):
    """Which entry of a target is which account, and what was last written there."""

    __tablename__ = "target_account"
    __table_args__ = (
        UniqueConstraint("target_id", "account_id"),
        UniqueConstraint("target_id", "remote_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    target_id: int = Field(foreign_key="target.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    remote_id: str  # the target's own unchanging id
    written: dict[str, Any] = _json(dict)  # attribute -> value, as last written; never a password
    password_set: bool = False  # False: only the temporary one it was made with (P5)
    first_at: datetime | None = _time()
    at: datetime | None = _time()


class TargetChange(SQLModel, table=True):
    """Every change asked of a target, before and after: the journal of what left the house."""

    __tablename__ = "target_change"
    id: int | None = Field(default=None, primary_key=True)
    target_id: int = Field(foreign_key="target.id", index=True)
    run_id: int | None = Field(default=None, index=True)
    account_id: int | None = Field(default=None, index=True)
    remote_id: str = ""
    action: str  # create, adopt, update, rename, move, suspend, resume, password, delete
    before: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    after: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    state: str = "done"  # done, failed
    message: str = ""
    actor: str = ""
    at: datetime | None = _time()


class Erasure(SQLModel, table=True):
    """That somebody's data was erased, when and on what ground; nothing that tells who."""

    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    reference: str = Field(unique=True)  # random, to quote in a letter
    role: str = ""
    ground: str  # retention, request
    gone_on: date | None = None
    rows: dict[str, Any] = _json(dict)  # table -> rows erased
    by: str = ""
    at: datetime | None = _time()


class Slot(SQLModel, table=True):
    """When a school is due next, by its own schedule; computed when it is set and after every run."""

    school_id: int = Field(foreign_key="school.id", primary_key=True)
    due_at: datetime | None = _time(index=True)  # None: nothing is planned
    late_at: datetime | None = _time()  # later than this without a run: overdue
    last_slot: datetime | None = _time()  # the due time last served
    note: str = ""  # why the last slot was left out, "" when it was served


class Worker(SQLModel, table=True):
    """A process that runs what is due. ``holder`` is host:pid."""

    id: int | None = Field(default=None, primary_key=True)
    holder: str
    started_at: datetime | None = _time()
    heartbeat_at: datetime | None = _time()
    stopped_at: datetime | None = _time()


class Told(SQLModel, table=True):
    """A notification: told once for each turn of a lamp. ``state``: waiting, sent, failed, dropped."""

    __table_args__ = (UniqueConstraint("channel", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    school_id: int | None = Field(default=None, foreign_key="school.id", index=True)
    channel: str  # name of the channel in the configuration
    key: str  # what it is about, e.g. "100001:problem:run-17"
    kind: str  # problem, held, recovered, summary
    text: str = ""  # counts and states, nobody's name
    state: str = "waiting"
    tries: int = 0
    error: str = ""
    at: datetime | None = _time()
    sent_at: datetime | None = _time()


class Presence(SQLModel, table=True):
    """Who works where at this moment; rows of consoles long silent are removed."""

    session: str = Field(primary_key=True)
    actor: str
    place: str = ""
    school_id: int | None = Field(default=None, index=True)
    subject: str = ""  # e.g. "person:12", "account:7", "unmatched-pupils"
    since: datetime | None = _time()
    seen_at: datetime | None = _time()


class WeekFigure(SQLModel, table=True):
    """What a week brought, kept when the runs themselves are gone: plots, and what limits expect."""

    __tablename__ = "week_figure"
    __table_args__ = (UniqueConstraint("school_id", "week", "kind"),)
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    week: date  # its Monday
    kind: str  # create, update, link, unallocate, runs, failed, seconds, decisions, roll ...
    count: int = 0


class Journal(SQLModel, table=True):
    """Every change, before and after. ``before`` None: inserted; ``after`` None: deleted."""

    __table_args__ = (Index("ix_journal_row", "table_name", "row_id"),)
    id: int | None = Field(default=None, primary_key=True)
    at: datetime | None = _time()
    actor: str = ""
    school_id: int | None = Field(default=None, index=True)
    run_id: int | None = Field(default=None, index=True)
    decision_id: int | None = Field(default=None, index=True)
    table_name: str
    row_id: int
    before: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    after: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
