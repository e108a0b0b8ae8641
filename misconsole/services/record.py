"""Everything the MIS told of one person: what a list has no room for, and what only a second look finds.

Line managers are told by id and may come before or after their people, so who reports to whom is found when
it is asked for, over what is stored, in both directions (F5).  Initials tell nobody apart here; those who
share them are named, because the MIS may (F2, Z19).
"""

from __future__ import annotations

from sqlmodel import Session, col, select

from data import people as people_rows
from data.tables import Person
from misconsole.services.present import name_of
from misconsole.services.views import IdentifierView, PersonRecord

TITLES = {
    "upn": "UPN", "local_upn": "local UPN", "former_upn": "former UPN", "uln": "ULN",
    "admission_number": "admission number", "mis_id": "id in the MIS", "upi": "UPI",
    "staff_code": "staff code",
}  # fmt: skip
ALIKE = (
    "initials", "middle_names", "phone", "year_label", "house", "part_time", "part_time_rate", "teaching",
    "job_title", "room",
)  # fmt: skip
MOST = 50  # names in a list


def record_of(s: Session, row: Person) -> PersonRecord:
    """``row`` is a person of the store."""
    manager = _by_source(s, row, row.reports_to) if row.reports_to else None
    return PersonRecord(
        **{name: getattr(row, name) for name in ALIKE},
        identifiers=_identifiers(s, row),
        same_initials=_names(s, row, col(Person.initials) == row.initials) if row.initials else (),
        reports_to=name_of(manager) if manager else row.reports_to,
        reports_to_known=manager is not None,
        reported_to_by=_names(s, row, col(Person.reports_to) == row.source_id) if row.role == "staff" else (),
        photo=bool(row.photo_id or row.photo_hash),
        not_supplied=tuple(sorted(row.unknown)),
    )


def _identifiers(s: Session, row: Person) -> tuple[IdentifierView, ...]:
    """All kinds, those the MIS sends now before those it once sent (G5 to G7)."""
    order = list(TITLES)
    held = people_rows.every_identifier(s, row.id or 0)
    held.sort(
        key=lambda each: (not each.current, order.index(each.kind) if each.kind in order else len(order))
    )
    return tuple(
        IdentifierView(
            kind=each.kind, title=TITLES.get(each.kind, each.kind), value=each.value, current=each.current
        )
        for each in held
    )


def _by_source(s: Session, row: Person, source_id: str) -> Person | None:
    asked = select(Person).where(
        col(Person.school_id) == row.school_id,
        col(Person.role) == "staff",
        col(Person.source_id) == source_id,
    )
    return s.execute(asked).scalars().first()


def _names(s: Session, row: Person, alike: object) -> tuple[str, ...]:
    """Others of the same school and role who are there now."""
    asked = select(Person).where(
        col(Person.school_id) == row.school_id, col(Person.role) == row.role, col(Person.present).is_(True),
        col(Person.id) != row.id, alike,  # type: ignore[arg-type]
    )  # fmt: skip
    found = s.execute(asked.order_by(col(Person.search_name), col(Person.id)).limit(MOST)).scalars()
    return tuple(name_of(each) for each in found)
