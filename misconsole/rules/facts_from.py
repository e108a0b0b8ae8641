"""Records of any connector, and rows of the store, as the one shape the rules reason about.

``from_record`` settles what a MIS leaves open (status of staff, year group, job title); ``from_row`` reads
facts back from the row that ``sync.apply`` wrote of them, without loss, so that *why* sees what the run saw.

Decisions
  * Names stay apart as preferred and legal; ``PersonFacts.first`` and ``.last`` choose, each for itself (O1).
  * Job title: the roles in alphabetical order, each once whatever its case, joined by ", " (F3).  The order
    of the MIS is not kept, because some send another order every night, which would change the title
    every night; a comma inside a role becomes a semicolon, so that commas only ever part roles (Z14).
  * ``teaching`` stays unknown where the MIS does not tell; only what is known is inverted (F4).
  * Staff who are not current are leavers, unless they are to start: then they are future (F6, J2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any

from connectors.records import Pupil, Staff
from misconsole.rules import names, year
from misconsole.rules.delivered import Delivered
from misconsole.rules.facts import PersonFacts
from misconsole.rules.options import SchoolOptions
from misconsole.rules.setting import Pairs

Identifiers = dict[str, tuple[str, ...]]

#: Columns of the store that carry facts under the same name.
SAME = (
    "role", "source_id", "title", "initials", "given_name", "family_name", "legal_given_name",
    "legal_family_name", "middle_names", "date_of_birth", "email", "phone", "year_group", "year_of_entry",
    "registration_group", "house", "part_time", "part_time_rate", "status", "start_date", "end_date",
    "teaching", "job_title", "reports_to", "photo_id", "photo_hash",
)  # fmt: skip
_SHARED = (
    "source_id", "title", "initials", "given_name", "family_name", "legal_given_name", "legal_family_name",
    "middle_names", "date_of_birth", "email", "photo_id", "photo_hash",
)  # fmt: skip
#: Of these, what many people have alike.
_REPEATED = (
    "title", "initials", "given_name", "family_name", "legal_given_name", "legal_family_name", "middle_names",
    "date_of_birth",
)  # fmt: skip
_shared = attrgetter(*_SHARED)
_PUPIL_KINDS = ("upn", "local_upn", "former_upn", "uln", "admission_number", "mis_id", "upi")
_STAFF_KINDS = ("mis_id", "upi", "staff_code")
#: Text with its leading zeros (G6).
_pupil_numbers, _staff_numbers = attrgetter(*_PUPIL_KINDS), attrgetter(*_STAFF_KINDS)
_DATES = {"admission_date": "start_date", "leaving_date": "end_date"}


def from_record(
    record: Pupil | Staff,
    *,
    options: SchoolOptions,
    country: str,
    today: date,
    person_id: int | None = None,
    shared: dict[Any, Any] | None = None,
) -> PersonFacts:
    """The facts of one extracted record. ``country`` and ``today`` settle the year of entry (N8).

    ``shared`` keeps one copy of each value that many people have, where one dictionary is given for all.
    """
    one = _one_copy(shared)
    if isinstance(record, Pupil):
        return _pupil(record, options, country, today, person_id, one)
    return _staff(record, today, person_id, one)


Copy = Callable[[Any], Any]


def _one_copy(shared: dict[Any, Any] | None) -> Copy:
    return (lambda value: value) if shared is None else (lambda value: shared.setdefault(value, value))


def _common(record: Pupil | Staff, one: Copy) -> dict[str, Any]:
    values = dict(zip(_SHARED, _shared(record), strict=True))
    for name in _REPEATED:
        values[name] = one(values[name])
    return values


def _pupil(
    record: Pupil, options: SchoolOptions, country: str, today: date, person_id: int | None, one: Copy
) -> PersonFacts:
    group = year_group(record.nc_year, options=options, country=country)
    entry = _year_of_entry(group, on=today, country=country, starts=record.admission_date)
    return PersonFacts(
        role="pupil",
        person_id=person_id,
        **_common(record, one),
        nc_year=one(record.nc_year),
        year_group=group,
        year_of_entry=entry,
        registration_group=one(record.registration_group),
        house=one(record.house),
        part_time=record.part_time,
        part_time_rate=record.part_time_rate,
        status=record.status.value,
        start_date=one(record.admission_date),
        end_date=one(record.leaving_date),
        identifiers=Delivered(_PUPIL_KINDS, _pupil_numbers(record)),
        unknown=_our_names(record.unknown),
    )


def _staff(record: Staff, today: date, person_id: int | None, one: Copy) -> PersonFacts:
    roles = tidy_roles(record.roles)
    status = staff_status(record, today)
    return PersonFacts(
        role="staff",
        person_id=person_id,
        **_common(record, one),
        phone=record.phone,
        status=status,
        current=status == "current",
        start_date=record.start_date,
        end_date=record.end_date,
        teaching=record.teaching,
        roles=roles,
        job_title=job_title(roles),
        reports_to=record.reports_to,
        identifiers=Delivered(_STAFF_KINDS, _staff_numbers(record)),
        unknown=record.unknown,
    )


def year_group(nc_year: str | None, *, options: SchoolOptions, country: str) -> str | None:
    """The canonical year group; the school's own words (``grades``) come before the common ones."""
    return _year_group(nc_year, options.grades, country)


@lru_cache(maxsize=4096)  # a school has a few dozen spellings of its years and thousands of pupils
def _year_group(nc_year: str | None, grades: Pairs, country: str) -> str | None:
    if nc_year and grades:
        own = {word.casefold(): to for word, to in grades}
        nc_year = own.get(nc_year.strip().casefold(), nc_year)
    return year.parse(nc_year, country=country)


_year_of_entry = lru_cache(maxsize=4096)(year.year_of_entry)


def staff_status(record: Staff, today: date) -> str:
    """``current``, ``future`` or ``leaver``; an unknown flag is read as current (F6)."""
    if record.start_date is not None and record.start_date > today:
        return "future"
    return "leaver" if record.current is False else "current"


def tidy_roles(roles: Iterable[str]) -> tuple[str, ...]:
    """The roles once each, in an order that does not depend on the MIS, without commas inside (Z14)."""
    kept: dict[str, str] = {}
    for role in sorted(roles):
        clean = "; ".join(part for part in (" ".join(p.split()) for p in role.split(",")) if part)
        if clean:
            kept.setdefault(clean.casefold(), clean)
    return tuple(kept[key] for key in sorted(kept))


def job_title(roles: Iterable[str]) -> str | None:
    """The tidy roles as one text (F3), None for none."""
    return ", ".join(roles) or None


def non_teaching(facts: PersonFacts) -> bool | None:
    """The inverted flag (F4): True, False, or None where the MIS does not tell."""
    return None if facts.teaching is None else not facts.teaching


@lru_cache(maxsize=256)
def _our_names(unknown: frozenset[str]) -> frozenset[str]:
    return frozenset(_DATES.get(name, name) for name in unknown)


def remember(facts: PersonFacts, earlier: Iterable[tuple[str, str]]) -> PersonFacts:
    """``facts`` with identifiers (kind, value) of earlier extracts behind the present ones (G7)."""
    known = dict(facts.identifiers)
    for kind, value in earlier:
        if value not in known.get(kind, ()):
            known[kind] = (*known.get(kind, ()), value)
    return facts if known == facts.identifiers else replace(facts, identifiers=known)


def flags(facts: PersonFacts, *, today: date) -> tuple[str, ...]:
    """What is odd about a record without stopping it, in alphabetical order.

    ``contradictory-dates``      on roll by its status, though the end date has passed (G9)
    ``contradictory-part-time``  part-time at a full rate, or full-time at less (G10: full-time at 1 is fine)
    ``rejoined``                 the end date belongs to an earlier stay
    ``year-unknown``             the MIS gives a year group that means none here (Z10)
    """
    found = []
    start, end = facts.start_date, facts.end_date
    if start and end and end < start:
        found.append("rejoined")
    elif end and end < today and facts.status != "leaver":
        found.append("contradictory-dates")
    if _part_time_apart(facts):
        found.append("contradictory-part-time")
    if facts.nc_year and facts.year_group is None:
        found.append("year-unknown")
    return tuple(sorted(found))


def _part_time_apart(facts: PersonFacts) -> bool:
    rate = facts.part_time_rate
    if facts.part_time is None or rate is None:
        return False
    return rate >= 1 if facts.part_time else 0 < rate < 1


def search_name(facts: PersonFacts) -> str:
    """Folded words to find the person by: family, given, then the legal ones, each once."""
    parts = (facts.last, facts.first, facts.legal_family_name, facts.legal_given_name, facts.middle_names)
    text = " ".join(names.fold(part) for part in dict.fromkeys(parts) if part)
    return " ".join(dict.fromkeys(text.split()))


def from_row(row: Mapping[str, Any], identifiers: Iterable[tuple[str, str]] = ()) -> PersonFacts:
    """Facts from a row of ``Person`` as a dictionary and its identifiers (kind, value), newest first."""
    known: Identifiers = {}
    for kind, value in identifiers:
        known[kind] = (*known.get(kind, ()), value)
    title = row.get("job_title")
    return PersonFacts(
        person_id=row.get("id"),
        **{name: row[name] for name in SAME},
        nc_year=row.get("year_label"),
        current=row["status"] == "current" if row["role"] == "staff" else None,
        roles=tuple(title.split(", ")) if title else (),
        identifiers=known,
        unknown=frozenset(row.get("unknown") or ()),
    )
