"""Whom a run of changes looks at: as few as may be, and everybody as soon as that cannot be told for sure.

A run leaves behind the day it judged on, a fingerprint of what it judged by, and how far the journal was.
The next one, if the MIS tells only changes, takes up whoever may come out differently: the delivered and
the gone, those who wait, those somebody decided about, those whose dates pass, those who share an account.
Everybody else would be judged as before, and is left as stored (a test compares both ways row by row).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlmodel import col

from connectors.records import Report
from data import affected, roster, runs
from data.tables import Person
from misconsole import __version__
from misconsole.rules import digest, standing
from misconsole.rules.options import SchoolOptions
from misconsole.rules.plan_people import NO_ACCOUNT, WAITING
from misconsole.sync.extract import GONE_ROLES, Extract

if TYPE_CHECKING:
    from sqlmodel import Session

    from data.tables import School
    from misconsole.rules.standing import Scope
    from misconsole.sync.job import Job
    from misconsole.sync.reading import Reading

JUDGED, JOURNAL = "@judged", "@journal"  # beside the high water of the reports
RULES = 1  # rises when the rules judge otherwise than before within one version
MOST_ENTRIES = 20_000
MOST_SHARE = 4  # from a quarter of the people on, judging everybody is quicker
CLOCKS_APART = timedelta(minutes=10)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What the last applied run judged by. ``entry`` is the newest journal row of then."""

    day: date
    by: str
    entry: int
    began: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """``only``: ids of the known people to look at, None for everybody. ``mark``: what is judged by now."""

    only: frozenset[int] | None
    mark: str


def find(s: Session, job: Job, read: Reading) -> Range:
    """``s`` is the session in which the run reads the school."""
    school = roster.school(s, job.school_id)
    assert school is not None  # noqa: S101 - the run holds its lease
    options, today = SchoolOptions.from_dict(school.options), job.desk.today
    by = _fingerprint(school, options, read.scope)
    last = _last(s, job.school_id)
    ours = job.run.full or job.anew is not None or options.class_criteria
    found: set[int] | None = None
    alike = last is not None and last.by == by and _soon(last.day, today)
    if last is not None and alike and not ours and _changes_only(read.extract):
        found = _found(s, job.school_id, read.extract, last, options, today)
    return Range(only=None if found is None else frozenset(found), mark=f"{today.isoformat()} {by}")


def _fingerprint(school: School, options: SchoolOptions, scope: Scope) -> str:
    declined = sorted((report, sorted(names)) for report, names in scope.declined.items())
    supplied = None if scope.supplied is None else sorted(scope.supplied)
    ours = (__version__, RULES, sorted(options.to_dict().items(), key=str), school.country, school.mode)
    return digest.of((ours, sorted(scope.accepted), declined, supplied))


def _soon(last: date, today: date) -> bool:
    """Everybody is judged again once a month, a new school year included, and when clocks went back."""
    return last <= today and (last.year, last.month) == (today.year, today.month)


def _changes_only(extract: Extract) -> bool:
    """Every report told its changes, and of no class or group a part of its members alone."""
    return all(
        page.finished is not None
        and page.finished.delta
        and all(i in (page.classes if kind == "class" else page.groups) for kind, i in page.members.places)
        for report, page in extract.pages.items()
        if report is not Report.ATTENDANCE  # nobody's standing hangs on it
    )


def _last(s: Session, school_id: int) -> Mark | None:
    connection, run = roster.connection(s, school_id), runs.last_applied(s, school_id)
    if connection is None or run is None or run.started_at is None:
        return None
    try:
        day, by = str(connection.since[JUDGED]).split(" ")
        entry = int(connection.since[JOURNAL])
        return Mark(day=date.fromisoformat(day), by=by, entry=entry, began=run.started_at)
    except (KeyError, ValueError):
        return None


def _found(
    s: Session, school_id: int, extract: Extract, last: Mark, options: SchoolOptions, today: date
) -> set[int] | None:
    found = _decided(s, school_id, last.entry)
    if found is None:
        return None
    found |= _told(s, school_id, extract)
    found |= _others(s, school_id, options, last, today)
    return None if len(found) * MOST_SHARE > affected.totals(s, school_id)[0] else found


def _told(s: Session, school_id: int, extract: Extract) -> set[int]:
    """Those the MIS speaks of."""
    people = (facts.person_id for page in extract.pages.values() for facts in page.people.values())
    found = {i for i in people if i is not None}
    gone = {
        (GONE_ROLES[kind], source)
        for page in extract.pages.values()
        for kind, source in page.gone
        if kind in GONE_ROLES
    }
    return found | set(affected.known_ids(s, school_id, gone).values())


def _decided(s: Session, school_id: int, entry: int) -> set[int] | None:
    """Those whose records, links or accounts somebody changed since; None when that may concern anybody."""
    entries = affected.entries(s, school_id, entry, most=MOST_ENTRIES)
    if entries is None:
        return None
    found: set[int] = set()
    rows: dict[str, set[int]] = {"link": set(), "identifier": set(), "account": set()}
    for table, row_id, before, after in entries:
        if table == "exclusion" and not _one_person(before, after):
            return None  # a name: whoever bears it
        if table == "person":
            found.add(row_id)
        elif table in rows:
            rows[table].add(row_id)
        found.update(_named(before, after))
    for table, ids in rows.items():
        found |= affected.owners(s, table, ids)
    return found


def _one_person(*sides: dict[str, Any] | None) -> bool:
    """An exclusion of one person says so in its whole row; a change of one that is there does not."""
    return any(side and side.get("person_id") for side in sides)


def _named(*sides: dict[str, Any] | None) -> Iterator[int]:
    for side in sides:
        if side and side.get("person_id"):
            yield int(side["person_id"])


def _others(s: Session, school_id: int, options: SchoolOptions, last: Mark, today: date) -> set[int]:
    """Those who wait, whose dates pass, and whose account hangs on somebody else."""
    waiting = col(Person.gate).in_((WAITING, NO_ACCOUNT))
    late = (col(Person.status) == "accepted") & (
        col(Person.start_date) <= today - timedelta(days=options.arrival_grace) + DAY
    )
    found = affected.people(s, school_id, waiting, late, *_passing(last.day, today))
    by_date = col(Person.end_date) < today
    by_status = col(Person.status).not_in(sorted(standing.TRANSFERRED))
    found |= affected.linked(s, school_id, by_date, by_status)
    found |= affected.sharing(s, school_id)
    return found | affected.unlinked(s, school_id, last.began - CLOCKS_APART)


def _passing(last: date, today: date) -> Iterator[Any]:
    """Days that came since: of starting, of leaving, and birthdays by which a date of birth is judged."""
    for column in (Person.start_date, Person.end_date):
        yield affected.on_days(column, last - DAY, today + DAY)
    for years in {*standing.OLDEST.values(), *standing.YOUNGEST.values()}:
        first, end = (date(day.year - years, day.month, min(day.day, 28)) for day in (last, today))
        yield affected.on_days(Person.date_of_birth, first - 4 * DAY, end + 4 * DAY)


__all__ = ["JOURNAL", "JUDGED", "Range", "find"]
