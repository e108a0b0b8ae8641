"""The store's rows as the plain values that formats are made from: minimum data, ids that stay.

What the school declined is taken away here, before any format sees it: a field of a report that is not
accepted, or that was declined by itself, is None for everybody whom the MIS names (X1, X2).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlmodel import Session

from connectors.records import Report
from data import export_rows
from data import people as people_rows
from data import schools as school_rows
from data.accounts import shown_name
from data.tables import School
from misconsole.exports.roster import (
    Child,
    ClassFacts,
    ContactFacts,
    Holder,
    Member,
    PersonFacts,
    Roster,
    SchoolFacts,
)
from misconsole.exports.shapes import Format

REPORTS = {
    "pupil": (Report.STUDENTS, Report.STUDENTS_FUTURE),
    "staff": (Report.STAFF, Report.STAFF_FUTURE),
    "contact": (Report.CONTACTS,),
    "class": (Report.GROUPS_CLASSES,),
}  # fmt: skip
FIELDS = {
    "date_of_birth": ("date_of_birth",), "nc_year": ("year_group", "year_of_entry"), "upn": ("upn",),
    "registration_group": ("registration_group",), "admission_number": ("admission_number",),
    "mis_id": ("mis_id",), "staff_code": ("staff_code",), "job_title": ("job_title",),
    "roles": ("job_title",), "teaching": ("teaching",),
}  # fmt: skip
CONTACT_FIELDS = {
    "title": ("title",), "email": ("email",), "phone": ("phone",), "relationship": ("relationship",),
    "parental_responsibility": ("parental_responsibility",), "priority": ("priority",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Allowed:
    """Which kinds may flow at all, and which fields of each may not."""

    accepted: frozenset[str]
    withheld: Mapping[str, frozenset[str]]


def allowed(s: Session, school: School) -> Allowed:
    """By what the school accepts now, as ``misconsole reports`` shows it."""
    from misconsole.services.reports import consents

    connection = school_rows.active_connection(s, school.id or 0)
    if connection is not None:
        told = {str(c.report): (c.accepted, c.dropped) for c in consents(s, connection)}
    else:
        rows = people_rows.scopes(s, school.id or 0)
        told = {row.report: (row.accepted, frozenset(row.fields_declined)) for row in rows}
    accepted, withheld = set(), {}
    for kind, reports in REPORTS.items():
        names = CONTACT_FIELDS if kind == "contact" else FIELDS
        flowing = [told[r] for r in reports if told.get(r, (False, frozenset()))[0]]
        if flowing:
            accepted.add(kind)
        dropped = frozenset[str]().union(*(fields for _, fields in flowing)) if flowing else frozenset(names)
        withheld[kind] = frozenset(name for name in names if name in dropped)
    return Allowed(frozenset(accepted), withheld)


def roster(
    s: Session, school: School, chosen: Format, *, today: date, roles: Collection[str] = (),
    fresh_only: bool = False, leavers: bool = False, addresses: Mapping[str, str],
    options: Mapping[str, str],
) -> Roster:  # fmt: skip
    """Everything the format needs, and nothing else."""
    loader = _Loader(s, school, allowed(s, school))
    holders = tuple(
        holder
        for holder in loader.holders(("active", "unallocated") if leavers else ("active",))
        if (not roles or holder.role in roles) and (holder.fresh or not fresh_only)
    )
    needs = chosen.needs
    wants_contacts = "contacts" in needs and options.get("contacts") != "no"
    return Roster(
        school=loader.facts, today=today, holders=holders, addresses=addresses, options=options,
        classes=loader.classes() if "classes" in needs else (),
        contacts=loader.contacts(holders) if wants_contacts else (),
        people=loader.people(roles) if "people" in needs else (),
    )  # fmt: skip


class _Loader:
    """Reads one school; a query a table, each asked once."""

    def __init__(self, s: Session, school: School, may: Allowed) -> None:
        self.s, self.school, self.may = s, school, may
        self.id = school.id or 0
        self.facts = SchoolFacts(
            urn=school.urn, name=school.name, la_code=school.la_code, country=school.country,
            establishment_number=school.establishment_number, domain=school.domain,
        )  # fmt: skip
        self.persons = export_rows.people(s, self.id, present_only=False)
        self.numbers = export_rows.identifiers(s, self.id)
        self.urns = export_rows.urns(s)
        found = export_rows.links(s, self.id)
        self.person_of = {account: person for account, person, _ in found}
        self.account_of = {person: account for account, person, active in found if active}
        self.number_of: dict[int, str] = {}  # account id -> Holder.number, of those that are read
        self.username_of: dict[int, str] = {}

    def holders(self, states: Collection[str]) -> list[Holder]:
        former = export_rows.aliases(self.s, self.id)
        found = []
        for row in export_rows.accounts(self.s, self.id, states):
            number = f"{self.urns[row.school_id]}-{row.id}"
            self.number_of[row.id], self.username_of[row.id] = number, row.username
            found.append(self._holder(row, number, former.get(row.id, [])))
        return found

    def _holder(self, row: Any, number: str, former: list[tuple[str, str]]) -> Holder:
        person = self.persons.get(self.person_of.get(row.id, 0))
        own = self.numbers.get(person.id, {}) if person else {}
        given = row.preferred_given_name or row.given_name or ""
        family = row.preferred_family_name or row.family_name or ""
        holder = Holder(
            number=number, role=row.role, username=row.username, given=given, family=family,
            address=self._address(row.email or row.username),
            display=shown_name(row) or f"{given} {family}".strip(),
            state=row.state, fresh=row.origin != "imported" and row.handed_out_at is None,
            aliases=tuple(filter(None, (self._address(value) for _, value in former))),
            preferred_given=row.preferred_given_name, preferred_family=row.preferred_family_name,
            directory_given=row.given_name, directory_family=row.family_name, email=row.email,
            date_of_birth=row.date_of_birth, upn=row.upn or own.get("upn"), mis_id=row.mis_id,
            year_of_entry=row.year_of_entry, staff_code=row.staff_code or own.get("staff_code"),
            admission_number=own.get("admission_number"),
            year_group=person.year_group if person else None,
            registration_group=person.registration_group if person else None,
            job_title=person.job_title if person else None, teaching=person.teaching if person else None,
        )  # fmt: skip
        return self._without(holder, row.role) if person else holder

    def _address(self, name: str) -> str:
        """A name with the mail domain, never with the sign-in scope (M13)."""
        if "@" in name or not self.school.domain:
            return name if "@" in name else ""
        return f"{name}@{self.school.domain}"

    def _without(self, values: Any, role: str) -> Any:
        held = self.may.withheld.get(role, frozenset())
        known = {name for field in held for name in FIELDS[field] if hasattr(values, name)}
        return replace(values, **dict.fromkeys(known)) if known else values

    def people(self, roles: Collection[str]) -> tuple[PersonFacts, ...]:
        """Those of the last extract, of the reports that are accepted."""
        present = export_rows.people(self.s, self.id, present_only=True)
        return tuple(
            self._without(self._person(row), row.role)
            for row in present.values()
            if row.role in self.may.accepted and (not roles or row.role in roles)
        )

    def _person(self, row: Any) -> PersonFacts:
        own = self.numbers.get(row.id, {})
        return PersonFacts(
            number=f"{self.school.urn}-{row.id}", role=row.role, source_id=row.source_id,
            given=row.given_name or row.legal_given_name or "",
            family=row.family_name or row.legal_family_name or "", date_of_birth=row.date_of_birth,
            year_group=row.year_group, registration_group=row.registration_group, upn=own.get("upn"),
            admission_number=own.get("admission_number"), staff_code=own.get("staff_code"),
            status=row.status, gate=row.gate,
            username=self.username_of.get(self.account_of.get(row.id, 0), ""),
        )  # fmt: skip

    def classes(self) -> tuple[ClassFacts, ...]:
        """None where the report Groups & Classes is not accepted."""
        if "class" not in self.may.accepted:
            return ()
        by_source = {(row.role, row.source_id): row.id for row in self.persons.values()}
        members: dict[str, list[Member]] = {}
        unknown: dict[str, int] = {}
        for container, role, source, part in export_rows.memberships(self.s, self.id):
            account = self.account_of.get(by_source.get((role, source), 0), 0)
            if account in self.number_of:
                members.setdefault(container, []).append(Member(self.number_of[account], part))
            else:
                unknown[container] = unknown.get(container, 0) + 1
        subjects = export_rows.subjects(self.s, self.id)
        return tuple(
            self._class(row, subjects.get(row.subject_id or ""), members.get(row.source_id, []),
                        unknown.get(row.source_id, 0))
            for row in export_rows.classes(self.s, self.id)
        )  # fmt: skip

    def _class(
        self, row: Any, subject: tuple[int, str] | None, members: list[Member], unknown: int
    ) -> ClassFacts:
        return ClassFacts(
            number=f"{self.school.urn}-{row.id}", name=row.name, code=row.code or "", kind=row.kind,
            description=row.description or "", subject=subject[1] if subject else "",
            subject_number=f"{self.school.urn}-{subject[0]}" if subject and subject[1] else "",
            members=tuple(members), unknown=unknown,
        )  # fmt: skip

    def contacts(self, holders: Collection[Holder]) -> tuple[ContactFacts, ...]:
        """Those of pupils with an account; none where the report Contacts is not accepted."""
        if "contact" not in self.may.accepted:
            return ()
        known = {holder.number: holder for holder in holders}
        children: dict[int, list[Child]] = {}
        for link in export_rows.contact_links(self.s, self.id):
            number = self.number_of.get(self.account_of.get(link.person_id, 0), "")
            if number in known:
                children.setdefault(link.contact_id, []).append(self._child(link, known[number]))
        return tuple(
            self._contact(row, tuple(children[row.id]))
            for row in export_rows.contacts(self.s, self.id)
            if row.id in children
        )

    def _may(self, field: str, value: Any) -> Any:
        return None if field in self.may.withheld["contact"] else value

    def _child(self, link: Any, holder: Holder) -> Child:
        return Child(
            holder=holder.number, username=holder.username, name=holder.display,
            relationship=self._may("relationship", link.relationship) or "",
            responsible=self._may("parental_responsibility", link.parental_responsibility),
            priority=self._may("priority", link.priority),
        )  # fmt: skip

    def _contact(self, row: Any, children: tuple[Child, ...]) -> ContactFacts:
        return ContactFacts(
            number=f"{self.school.urn}-{row.id}", title=self._may("title", row.title) or "",
            given=row.given_name or "", family=row.family_name or "", children=children,
            email=self._may("email", row.email) or "", phone=self._may("phone", row.phone) or "",
        )  # fmt: skip
