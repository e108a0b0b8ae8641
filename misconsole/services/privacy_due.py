"""Which leavers are due for erasure, by the clock of the school, and what keeps anybody from being erased."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session

from data import leavers
from data.leavers import Leaver
from data.tables import Account, Contact, Person, School
from misconsole.rules import retention
from misconsole.rules.options import SchoolOptions
from misconsole.rules.retention import WORDS, Standing
from misconsole.services import permits
from misconsole.services.desk import Desk
from misconsole.services.present import name_of
from misconsole.services.privacy_subject import Found
from misconsole.services.privacy_views import DueList, DueView
from misconsole.services.schools import options_of, resolve

REPORTS = {"pupil": ("students", "students-future"), "staff": ("staff", "staff-future")}
NO_LIMIT = 1_000_000


def due(desk: Desk, school: str) -> DueList:
    """Every leaver with the clock, those who are due first, the longest gone before the others."""
    permits.need(desk, "subject", school)
    with desk.store.read() as s:
        return of_school(s, resolve(s, school), desk)


def count(s: Session, school: School, desk: Desk) -> int:
    """How many are due: a line of the overview, which shows no names."""
    return len(of_school(s, school, desk).due) if options_of(school).retention_days else 0


def of_school(s: Session, school: School, desk: Desk) -> DueList:
    options = options_of(school)
    stand = standings(s, school)
    items = [_item(each, stand(each), options, desk) for each in leavers.of_school(s, school.id or 0)]
    items.sort(key=lambda i: (not i.is_due, i.due is None, i.due, i.name.casefold()))
    return DueList(
        school=school.urn, school_name=school.name, days=options.retention_days, items=tuple(items),
        most=most(options),
    )  # fmt: skip


def most(options: SchoolOptions) -> int:
    """As many as a run may take away before somebody looks: the school's own limit of unallocations."""
    return (options.limit_unallocate_count or NO_LIMIT) - 1


def standings(s: Session, school: School) -> Callable[[Leaver], Standing]:
    people, names = leavers.excluded(s, school.id or 0)
    held = leavers.holds(s, school.id or 0)
    flowing = {role: leavers.accepted(s, school.id or 0, each) for role, each in REPORTS.items()}

    def stand(each: Leaver) -> Standing:
        person, account = each.person, each.account
        row = person or account
        return Standing(
            present=person is not None and person.present and flowing.get(person.role, True),
            end=person.end_date if person else None,
            gone=leavers.day(each.gone),
            taken=leavers.day(each.taken),
            active=account is not None and account.state == "active",
            kept=account is not None and account.kept_absent,
            excluded=(person is not None and person.id in people) or name_of(row).casefold() in names,
            held=held,
        )

    return stand


def of_one(s: Session, school: School, found: Found) -> Standing:
    """The same of a single subject, whoever they are."""
    row = found.row
    if isinstance(row, Contact):
        return Standing(present=row.present and leavers.accepted(s, school.id or 0, ("contacts",)),
                        held=leavers.holds(s, school.id or 0))  # fmt: skip
    if isinstance(row, Person):
        leaver = leavers.of_people(s, [row])[0]
    else:
        assert isinstance(row, Account)  # noqa: S101 - there is no fourth kind
        leaver = Leaver(person=None, account=row, gone=None, taken=leavers.taken_away(s, row))
    return standings(s, school)(leaver)


def _item(each: Leaver, standing: Standing, options: SchoolOptions, desk: Desk) -> DueView:
    row = each.person or each.account
    clock = retention.clock(standing, days=options.retention_days)
    return DueView(
        key=f"id:{each.person.id}" if each.person else f"account:{each.account.id if each.account else 0}",
        name=name_of(row), kind=each.person.role if each.person else "account", left=clock.left,
        why=clock.why, due=clock.due, username=each.account.username if each.account else "",
        is_due=retention.is_due(standing, days=options.retention_days, today=desk.today),
        blocked=tuple(WORDS[code] for code in retention.in_the_way(standing)),
    )  # fmt: skip
