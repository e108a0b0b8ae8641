"""The school's accounts as they should stand in a directory: minimum data, names and marks that stay.

What the school declined is taken away here, before any plan sees it (X1); extras go only where the target
was told to take them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from connectors.targets.base import TargetDeclaration, Wanted
from data import export_rows
from data import targets as target_rows
from data.tables import School, Target
from misconsole.rules import year
from misconsole.rules.target_options import TargetOptions, filled
from misconsole.rules.target_parts import Known, Ours, Terms
from misconsole.services.desk import Desk
from misconsole.services.export_roster import FIELDS, allowed

_NAMES = ("year_group", "year_of_entry", "registration_group", "job_title", "staff_code", "admission_number")


@dataclass(frozen=True, slots=True)
class Roster:
    wanted: tuple[Ours, ...]
    known: tuple[Known, ...]
    terms: Terms


def read(
    s: Session, desk: Desk, school: School, target: Target, declared: TargetDeclaration,
    options: TargetOptions,
) -> Roster:  # fmt: skip
    """Everybody whose home the school is, and what was written of them so far."""
    extras = frozenset(options["extras"]) & declared.extras
    reader = _Reader(s, school, options, extras)
    return Roster(
        wanted=tuple(reader.ours(row) for row in target_rows.accounts(s, school.id or 0)),
        known=tuple(
            Known(account_id=row.account_id, remote_id=row.remote_id, written=row.written)
            for row in target_rows.entries(s, target.id or 0)
        ),
        terms=Terms(
            today=desk.today, urn=school.urn, places=declared.places, aliases=declared.aliases,
            username_in_email=declared.username_in_email, extras=declared.extras,
            theirs_wins=options["changed_there"] == "theirs", may_delete=options["leavers"] == "delete",
            delete_after_days=options["delete_after_days"], short_read=options["short_read"],
        ),
    )  # fmt: skip


class _Reader:
    """Reads one school; a query a table, each asked once."""

    def __init__(self, s: Session, school: School, options: TargetOptions, extras: Collection[str]) -> None:
        school_id = school.id or 0
        self.school, self.options, self.extras = school, options, extras
        self.withheld = allowed(s, school).withheld
        self.persons = export_rows.people(s, school_id, present_only=False)
        self.numbers = export_rows.identifiers(s, school_id)
        self.person_of = {account: person for account, person, _ in export_rows.links(s, school_id)}
        self.former = export_rows.aliases(s, school_id)

    def ours(self, row: Any) -> Ours:
        active = row.state == "active"
        template = self.options[f"place_{row.role}" if active else "place_leaver"]
        facts = self._facts(row)
        given = row.preferred_given_name or row.given_name or ""
        family = row.preferred_family_name or row.family_name or ""
        display = row.own_display_name or row.display_name or f"{given} {family}".strip()
        email = self._address(row.email or row.username)
        return Ours(
            account_id=row.id, name=display or row.username, role=row.role, active=active,
            in_scope=row.role in self.options["roles"], placed=bool(template),
            wanted=Wanted(
                anchor=f"{self.school.urn}-{row.id}", username=row.username, email=email, given_name=given,
                family_name=family, display_name=display, aliases=self._aliases(row.id, email),
                place=filled(template, facts), enabled=active, extras=self._extras(row.role, facts),
            ),
        )  # fmt: skip

    def _facts(self, row: Any) -> dict[str, Any]:
        """What places and extras are made of, without what the school declined."""
        person = self.persons.get(self.person_of.get(row.id, 0))
        own = self.numbers.get(person.id, {}) if person else {}
        facts = {
            "year_group": person.year_group if person else None, "year_of_entry": row.year_of_entry,
            "registration_group": person.registration_group if person else None,
            "job_title": person.job_title if person else None,
            "staff_code": row.staff_code or own.get("staff_code"),
            "admission_number": own.get("admission_number"),
        }  # fmt: skip
        declined = self.withheld.get(row.role, frozenset()) if person else frozenset()
        for name in {name for field in declined for name in FIELDS[field]} & set(_NAMES):
            facts[name] = None
        if facts["year_group"]:
            facts["year_group"] = year.label(facts["year_group"], country=self.school.country)
        return {**facts, "role": row.role}

    def _extras(self, role: str, facts: Mapping[str, Any]) -> dict[str, str]:
        pupil = role == "pupil"
        found = {
            "job_title": None if pupil else facts["job_title"],
            "department": facts["year_group"] if pupil else None,
            "employee_id": facts["admission_number"] if pupil else facts["staff_code"],
        }  # fmt: skip
        return {name: str(value) for name, value in found.items() if value and name in self.extras}

    def _aliases(self, account_id: int, email: str) -> frozenset[str]:
        """Former names as addresses that go on leading here (O5, Y3)."""
        found = (self._address(value) for _, value in self.former.get(account_id, []))
        return frozenset(each for each in found if each and each.casefold() != email.casefold())

    def _address(self, name: str) -> str:
        """A name with the mail domain, never with the sign-in scope (M13)."""
        if "@" in name or not self.school.domain:
            return name if "@" in name else ""
        return f"{name}@{self.school.domain}"
