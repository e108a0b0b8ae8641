"""The filter stage: who is at the school, and the first gate each of them fails.

The very rules that *why* asks later run here.  What it protects: only a roll that was read whole, and that
did not shrink beyond belief, says that somebody is absent (Z20); everybody else stays as stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from connectors.records import Rejected, Report
from data import roster
from misconsole.rules import criteria, digest, facts_from, gates, standing
from misconsole.rules.contacts import priority_note, sift
from misconsole.rules.facts import PersonFacts
from misconsole.rules.gates import GateContext
from misconsole.rules.known import Judged, KnownPerson, Roll
from misconsole.rules.plan_accounts import display_name
from misconsole.rules.plan_parts import Item, Key, Trouble
from misconsole.rules.plan_people import NO_ACCOUNT, WAITING
from misconsole.rules.standing import Scope
from misconsole.sync import belongings, neighbours
from misconsole.sync.extract import CURRENT, GONE_ROLES, PEOPLE, Extract, Page
from misconsole.sync.marks import since
from misconsole.sync.progress import Recorder
from misconsole.sync.snapshot import Here, stored_facts

if TYPE_CHECKING:
    from sqlmodel import Session

STAGE = "filter"
TROUBLING = frozenset({"report_accepted", "field_present", "criteria"})
NAMING_A_FIELD = ("missing_", "declined_", "wrong_", "not_supplied_")
NO_PRIORITY = "no_priority"  # H6, told by a connector that knows its route gives none: said once is enough
FLAGS = {
    "contradictory-dates": ("The leaving date has passed, but the MIS still has this person on roll.",
                            "Correct the leaving date or the status in the MIS."),
    "year-unknown": ("The MIS gives a year group that means none here.",
                     "Correct it in the MIS, or say what it means with the option grades."),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """``counts``: report -> extracted, kept, dropped; ``context`` the gates' own, for the record."""

    roll: Roll
    counts: dict[str, dict[str, int]]


def run(extract: Extract, here: Here, s: Session, *, scope: Scope, today: date, recorder: Recorder) -> Sifted:
    """Judge everybody. ``s`` is the session ``here`` was read in."""
    delivered = extract.people
    rolls = _rolls(extract, delivered, here, recorder)
    gone = _named_gone(extract, delivered)
    carried = _carried(extract, delivered, here, rolls, gone, s)
    everybody = {**carried, **delivered} if carried else delivered
    ctx = GateContext(
        options=here.options, today=today, scope=scope, mode=here.known.mode, exclusions=here.exclusions
    )
    if here.only is None:
        table = belongings.timetable(extract, s, here.known.school_id)
        result = _criteria(table, everybody, ctx)
    else:
        table, result = neighbours.timetable(extract, s, here, everybody, ctx)
    ctx = GateContext(
        options=here.options, today=today, scope=scope, mode=here.known.mode, exclusions=here.exclusions,
        criteria=result,
    )  # fmt: skip
    troubles: list[Trouble] = [*_rejections(extract)]
    people = {
        key: _judge(facts, ctx, here, troubles, fresh=key in delivered) for key, facts in everybody.items()
    }
    items, whole, gone_items = _items(extract, table, result, here, people, troubles, recorder, s)
    roll = Roll(
        people=people, rolls=rolls, named_gone=gone, items=tuple(items), whole_items=whole,
        gone_items=gone_items, troubles=tuple(troubles), since=_since(extract), full=extract.full,
        classes=extract.of(Report.GROUPS_CLASSES) is not None,
    )  # fmt: skip
    passing = items if here.only is None else neighbours.everything(here, roll)
    return Sifted(
        roll=roll, counts=_counts(extract, people, passing, marks=_kept_marks(extract, here, s, today))
    )


def _since(extract: Extract) -> dict[str, str]:
    """Attendance has its own, written together with the marks (``sync.marks``)."""
    pages = extract.pages.items()
    finished = ((report, page.finished) for report, page in pages if report is not Report.ATTENDANCE)
    return {report.value: end.high_water for report, end in finished if end is not None and end.high_water}


def _rolls(
    extract: Extract, delivered: Mapping[Key, PersonFacts], here: Here, recorder: Recorder
) -> frozenset[str]:
    """Roles whose whole roll arrived: every report asked for read fully, no record left out that says not
    whom it was about, and not much shorter than before."""
    whole = set()
    for current in CURRENT:
        role = PEOPLE[current]
        pages = [page for report, page in extract.pages.items() if PEOPLE.get(report) == role]
        if current not in extract.asked or not pages or not all(page.full for page in pages):
            continue
        if nameless := sum(page.nameless for page in pages):
            recorder.attention(STAGE)
            recorder.message(
                "warning", "records_without_id",
                f"{nameless} {role} records could not be read and do not say whom they are about: "
                "nobody counts as gone.",
                "The Problems tab names each one; once it is mended, the next run goes on as usual.",
            )  # fmt: skip
            continue
        before = sum(1 for key, p in here.known.people.items() if p.present and key[0] == role)
        now = sum(1 for key in delivered if key[0] == role) + sum(page.lost for page in pages)
        if before and now * 100 < before * here.options.short_extract:
            recorder.attention(STAGE)
            recorder.message(
                "warning", "short_extract",
                f"Only {now} {role} records arrived, where there were {before}: nobody counts as gone.",
                "Check the MIS; if so many really left, lower the option short_extract for one run.",
            )  # fmt: skip
            continue
        whole.add(role)
    return frozenset(whole)


def _named_gone(extract: Extract, delivered: Mapping[Key, PersonFacts]) -> frozenset[Key]:
    """People a finished report says were deleted, unless another report still has them."""
    named = {
        (GONE_ROLES[kind], source)
        for page in extract.pages.values()
        if page.whole
        for kind, source in page.gone
        if kind in GONE_ROLES
    }
    return frozenset(named - delivered.keys())


def _carried(
    extract: Extract, delivered: Mapping[Key, PersonFacts], here: Here, rolls: frozenset[str],
    gone: frozenset[Key], s: Session,
) -> dict[Key, PersonFacts]:  # fmt: skip
    """Present people whom this extract does not speak of, or only in a record that could not be read: they
    stay as they are stored.  A record left out is no departure (Z20)."""
    unread = {
        (PEOPLE[report], source_id)
        for report, page in extract.pages.items()
        if report in PEOPLE
        for source_id in page.left_out
    }
    keys = {
        key
        for key, person in here.known.people.items()
        if person.present
        and key not in delivered
        and key not in gone
        and (key[0] not in rolls or key in unread)
    }
    if not keys:
        return {}
    only = None if here.only is None else [here.known.people[key].person_id for key in keys]
    stored = stored_facts(s, here.known.school_id, only)
    return {key: facts for key, facts in stored.items() if key in keys}


def _criteria(
    table: belongings.Timetable, everybody: Mapping[Key, PersonFacts], ctx: GateContext
) -> criteria.CriteriaResult:
    if not (table.classes or table.groups or ctx.options.class_criteria):
        return criteria.CriteriaResult()
    pupils, staff = gates.counts_for_classes(everybody.values(), ctx)
    members = table.members if ctx.options.class_criteria else table.members.groups()
    return criteria.fixed_point(
        members, pupils=pupils, staff=staff, classes=table.classes, groups=table.groups,
        options=ctx.options,
    )  # fmt: skip


def _judge(
    facts: PersonFacts, ctx: GateContext, here: Here, troubles: list[Trouble], *, fresh: bool
) -> Judged:
    flags = facts_from.flags(facts, today=ctx.today)
    mark = _same(digest.person(facts, flags), here.known.people.get(facts.key)) if fresh else None
    if facts.person_id is not None and (former := here.former.get(facts.person_id)):
        facts = facts_from.remember(facts, former)
    failed = gates.first_failure(facts, ctx)
    for flag in flags:
        if flag in FLAGS:
            troubles.append(_trouble(facts, flag.replace("-", "_"), *FLAGS[flag], "school office"))
    if failed is None:
        return Judged(facts, flags=flags, digest=mark)
    if failed.gate in TROUBLING:
        troubles.append(_trouble(facts, failed.code, failed.detail, failed.mend, failed.who_can))
    left = _left(facts, ctx, failed.code)
    return Judged(facts, failed.code, failed.detail, flags, mark, left)


def _same(mark: str, stored: KnownPerson | None) -> str:
    """The stored fingerprint where nothing changed: one in memory instead of two for each person."""
    return stored.digest if stored is not None and stored.digest == mark else mark


def _left(facts: PersonFacts, ctx: GateContext, code: str) -> str:
    """The code of having left, even where an earlier gate fails first."""
    if code in gates.LEAVER_CODES:
        return code
    failure = standing.date_failure(facts, options=ctx.options, scope=ctx.scope, today=ctx.today)
    return failure.code if failure is not None and failure.code in gates.LEAVER_CODES else ""


def _trouble(facts: PersonFacts, code: str, message: str, mend: str, who: str) -> Trouble:
    named = next((code.removeprefix(p) for p in NAMING_A_FIELD if code.startswith(p)), None)
    return Trouble(
        report="staff" if facts.role == "staff" else "students", subject=display_name(facts), code=code,
        message=message, mend=mend, who=who, role=facts.role, source_id=facts.source_id, field=named,
    )  # fmt: skip


def _rejections(extract: Extract) -> Iterator[Trouble]:
    """What the connector itself left out; only of reports that count."""
    for page in extract.pages.values():
        if page.whole:
            yield from (_rejection(page, rejected) for rejected in page.rejected)


def _rejection(page: Page, rejected: Rejected) -> Trouble:
    return Trouble(
        report=page.report.value, subject=rejected.name or rejected.source_id or rejected.where,
        code=rejected.code, message=rejected.message, mend=rejected.mend, who="school office",
        role=PEOPLE.get(page.report, ""), source_id=rejected.source_id, field=rejected.field,
        place=rejected.where,
    )  # fmt: skip


def _items(
    extract: Extract,
    table: belongings.Timetable,
    result: criteria.CriteriaResult,
    here: Here,
    people: Mapping[Key, Judged],
    troubles: list[Trouble],
    recorder: Recorder,
    s: Session,
) -> tuple[list[Item], frozenset[str], frozenset[tuple[str, str]]]:
    """Items to store, the kinds that were read whole, and the items a delta says are gone."""
    items: list[Item] = []
    whole: set[str] = set()
    gone: set[tuple[str, str]] = set()
    if (page := extract.of(Report.GROUPS_CLASSES)) is not None:
        items += belongings.timetable_items(table, result)
        gone |= {place for place in page.gone if place[0] in ("class", "group")}
        whole |= {"class", "group", "subject"} if page.full and page.size else set()
        troubles += _left_out(items)
    if (page := extract.of(Report.CONTACTS)) is not None:
        pupils = {key[1] for key, j in people.items() if key[0] == "pupil" and j.gate in ("", "excluded")}
        if here.only is not None:
            pupils |= neighbours.pupils(s, here, neighbours.ELIGIBLE)
        sifted = sift(page.contacts.values(), page.links.values(), options=here.options, pupils=pupils)
        if NO_PRIORITY not in extract.told and (note := priority_note(sifted, mis="The MIS")):
            recorder.message("info", "assumed_priority", note)
        made = belongings.contact_items(sifted.contacts, sifted.links, sifted.left_out)
        troubles += sifted.troubles
        items += made
        gone |= {place for place in page.gone if place[0] == "contact"}
        whole |= {"contact"} if page.full and page.size else set()
    return items, frozenset(whole), frozenset(gone)


def _left_out(items: Iterable[Item]) -> Iterator[Trouble]:
    """Classes and groups that do not come through (W8)."""
    for item in items:
        if item.gate:
            detail, mend = criteria.REASONS[item.gate]
            yield Trouble(
                report=Report.GROUPS_CLASSES.value, subject=item.values.get("name") or item.source_id,
                code=item.gate, message=detail, mend=mend, who="school office", source_id=item.source_id,
            )  # fmt: skip


def _kept_marks(extract: Extract, here: Here, s: Session, today: date) -> int:
    """Marks of pupils who are known here, now or from before, and that are not too old."""
    page = extract.of(Report.ATTENDANCE)
    if page is None:
        return 0
    pupils = set(roster.person_ids(s, here.known.school_id, "pupil"))
    pupils |= {source for role, source in extract.people if role == "pupil"}
    return page.marks.of_pupils(pupils, since=since(today, here.options.attendance_days))


def _counts(
    extract: Extract, people: Mapping[Key, Judged], items: Iterable[Item | neighbours.Place], *, marks: int
) -> dict[str, dict[str, int]]:
    counts = {}
    passing = tuple(items)
    for report, page in extract.pages.items():
        if not page.whole:
            continue
        extracted = page.size + page.lost
        if role := PEOPLE.get(report):
            kept = sum(1 for source in page.people if _passes(people.get((role, source))))
        elif report is Report.ATTENDANCE:
            kept = marks
        else:
            kinds = ("contact",) if report is Report.CONTACTS else ("class", "group")
            kept = sum(1 for item in passing if item.kind in kinds and not item.gate)
        kept = min(kept, extracted)
        counts[report.value] = {"extracted": extracted, "kept": kept, "dropped": extracted - kept}
    return counts


def _passes(judged: Judged | None) -> bool:
    return judged is not None and judged.gate in ("", WAITING, NO_ACCOUNT)
