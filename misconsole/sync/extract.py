"""The extract stage: stream the accepted reports, keep only what the school lets through, judge if whole.

What it protects: a report counts only when it was read to its end (``Finished``); one that is empty where
there were people, shorter than the MIS itself counts, or whose totals contradict each other, ends the run
(Z20); a declined or undeclared field is gone before anybody could store it (X2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from connectors.base import Declaration
from connectors.errors import BadAnswer, EmptyExtract, ShortExtract
from connectors.records import (
    Batch,
    Contact,
    ContactLink,
    ExtractRequest,
    Finished,
    Gone,
    Group,
    Mark,
    Membership,
    Notice,
    Pupil,
    Record,
    Rejected,
    Report,
    SchoolClass,
    Staff,
    Subject,
)
from misconsole.rules.facts import PersonFacts
from misconsole.rules.plan_parts import Key
from misconsole.sync.fields import Sieve
from misconsole.sync.marks import Marks
from misconsole.sync.members import Members
from misconsole.sync.progress import Recorder

PEOPLE = {
    Report.STAFF: "staff", Report.STAFF_FUTURE: "staff",
    Report.STUDENTS: "pupil", Report.STUDENTS_FUTURE: "pupil",
}  # fmt: skip
CURRENT = (Report.STAFF, Report.STUDENTS)
BELONGS: dict[Report, tuple[type, ...]] = {
    Report.STAFF: (Staff,), Report.STAFF_FUTURE: (Staff,), Report.STUDENTS: (Pupil,),
    Report.STUDENTS_FUTURE: (Pupil,), Report.GROUPS_CLASSES: (Subject, SchoolClass, Group, Membership),
    Report.CONTACTS: (Contact, ContactLink), Report.ATTENDANCE: (Mark,),
}  # fmt: skip
GONE_ROLES = {"pupil": "pupil", "staff": "staff"}
MOST_REJECTED = 5_000  # rows kept for the operator; the rest is counted


class Contradiction(BadAnswer):
    """The totals the MIS gives for one report do not agree with each other (Z20)."""

    code = "contradictory_totals"
    default_mend = "Nothing was changed and no account was taken away. Run again later."


class Unfinished(BadAnswer):
    """No report was read to its end."""

    code = "incomplete_extract"
    default_mend = "Nothing was changed and no account was taken away. Run again."


Convert = Callable[[Pupil | Staff], PersonFacts]


@dataclass(slots=True)
class Page:
    """What one report brought, by source id; of a record delivered twice the later one counts."""

    report: Report
    people: dict[str, PersonFacts] = field(default_factory=dict)
    subjects: dict[str, Subject] = field(default_factory=dict)
    classes: dict[str, SchoolClass] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    members: Members = field(default_factory=Members)
    contacts: dict[str, Contact] = field(default_factory=dict)
    links: dict[tuple[str, str], ContactLink] = field(default_factory=dict)
    marks: Marks = field(default_factory=Marks)
    gone: set[tuple[str, str]] = field(default_factory=set)
    rejected: list[Rejected] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)  # records rejected whole
    nameless: int = 0  # rejected whole, without an id
    received: int = 0
    total: int | None = None
    finished: Finished | None = None

    @property
    def size(self) -> int:
        """Records of the kind the report is about."""
        if self.report in PEOPLE:
            return len(self.people)
        if self.report is Report.ATTENDANCE:
            return len(self.marks)
        return len(self.contacts) if self.report is Report.CONTACTS else len(self.classes) + len(self.groups)

    @property
    def lost(self) -> int:
        return len(self.left_out - self.people.keys()) + self.nameless

    @property
    def whole(self) -> bool:
        return self.finished is not None

    @property
    def full(self) -> bool:
        return self.finished is not None and not self.finished.delta


@dataclass(slots=True)
class Extract:
    """All reports of a run, what was asked for, and the codes of what the connector itself told."""

    asked: frozenset[Report]
    pages: dict[Report, Page]
    told: set[str] = field(default_factory=set)

    def of(self, report: Report) -> Page | None:
        """The report, if it was read to its end."""
        page = self.pages.get(report)
        return page if page is not None and page.whole else None

    @property
    def people(self) -> dict[Key, PersonFacts]:
        """Everybody delivered; of somebody in a current and a future report the current one counts (Z16)."""
        found: dict[Key, PersonFacts] = {}
        for report in (Report.STAFF_FUTURE, Report.STUDENTS_FUTURE, *CURRENT):
            if page := self.of(report):
                found.update((facts.key, facts) for facts in page.people.values())
        return found

    def forget(self) -> None:
        """Let go of what is in the plan by now; attendance, which is in none, stays."""
        for page in self.pages.values():
            page.members = Members()
            for kept in (page.people, page.subjects, page.classes, page.groups, page.contacts, page.links):
                kept.clear()

    def same(self, source_id: str) -> str:
        """The copy of an id that somebody delivered has already, so that it is in memory once."""
        people = (self.pages[report].people for report in CURRENT if report in self.pages)
        return next((found.source_id for of in people if (found := of.get(source_id))), source_id)

    @property
    def full(self) -> bool:
        """Everything that may decide on anybody was told in full; attendance decides nothing."""
        return all(page.full for report, page in self.pages.items() if report is not Report.ATTENDANCE)


def run(
    answers: Iterable[Batch | Finished | Notice],
    *,
    request: ExtractRequest,
    declaration: Declaration,
    convert: Convert,
    recorder: Recorder,
) -> Extract:
    """Read the stream to its end. Raises ConnectorError, also for totals that contradict each other."""
    sieve = Sieve(declaration, request.declined)
    extract = Extract(asked=request.reports, pages={r: Page(report=r) for r in sorted(request.reports)})
    for report in extract.pages:
        extract.pages[report].members = Members(same=extract.same)
    for answer in answers:
        recorder.check()
        if isinstance(answer, Notice):
            extract.told.add(answer.code)
            recorder.message(answer.level, answer.code, answer.message, answer.mend)
            continue
        page = extract.pages.get(answer.report)
        if page is None:
            continue  # never asked for
        if isinstance(answer, Finished):
            page.finished = answer
            recorder.count(page.report, page.received, total=page.total or page.received, finished=True)
        else:
            _take(page, answer, sieve, convert)
            recorder.count(page.report, page.received, total=page.total)
    for page in extract.pages.values():
        check_counts(page)
    return extract


def _take(page: Page, batch: Batch, sieve: Sieve, convert: Convert) -> None:
    if batch.total is not None:
        if page.total not in (None, batch.total):
            raise Contradiction(
                f"The MIS first counted {page.total} records of the report {page.report}, then {batch.total}."
            )
        page.total = batch.total
    page.received += len(batch.records)
    for record in batch.records:
        if isinstance(record, Gone):
            page.gone.add((record.kind, record.source_id))
        elif isinstance(record, BELONGS[page.report]):
            _keep(page, sieve.clean(page.report, record), convert)
    for rejected in batch.rejected:
        _reject(page, rejected)


def _keep(page: Page, record: Record, convert: Convert) -> None:
    match record:
        case Pupil() | Staff():
            page.people[record.source_id] = convert(record)
        case Membership():
            page.members.add(record)
        case SchoolClass():
            page.classes[record.source_id] = record
        case Group():
            page.groups[record.source_id] = record
        case Subject():
            page.subjects[record.source_id] = record
        case Contact():
            page.contacts[record.source_id] = record
        case ContactLink():
            page.links[record.contact_id, record.pupil_id] = record
        case Mark():
            page.marks.add(record)


def _reject(page: Page, rejected: Rejected) -> None:
    if rejected.field is None:
        if rejected.source_id:
            page.left_out.add(rejected.source_id)
        else:
            page.nameless += 1
    if len(page.rejected) < MOST_REJECTED:
        page.rejected.append(rejected)


def check_counts(page: Page) -> None:
    """Fewer people than the MIS counts is a short extract, never a departure (Z20)."""
    finished = page.finished
    if finished is None or finished.delta or page.report not in PEOPLE:
        return
    arrived = page.size + page.lost
    counted = page.total if finished.counted is None else finished.counted
    if counted is not None and arrived < counted:
        raise ShortExtract(
            f"The MIS counts {counted} records of the report {page.report}, but {arrived} arrived."
        )


def check_present(extract: Extract, before: Mapping[str, int], earlier: Mapping[str, int]) -> None:
    """An empty current report, where there were people, is a fault and not an empty school (Z20).

    ``before`` maps a role to the people present in the store, ``earlier`` a report to what the last
    applied run extracted.
    """
    for report in CURRENT:
        page = extract.of(report)
        if page is None or not page.full or page.size:
            continue
        role = PEOPLE[report]
        known = earlier.get(report, before.get(role, 0))
        if known and before.get(role, 0):
            raise EmptyExtract(f"The report {report} arrived empty, where there were {known} people before.")
    asked = [page for report, page in extract.pages.items() if report in CURRENT and page.full]
    if asked and not any(page.size or page.lost for page in extract.pages.values() if page.report in PEOPLE):
        raise EmptyExtract("The MIS answered, but with nobody in it.")
