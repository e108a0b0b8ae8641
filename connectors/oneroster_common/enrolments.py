"""Enrolments → who is in which class today, and the registration groups of pupils.

An enrolment outside its own dates is not a membership (``endDate`` is exclusive).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from connectors.oneroster_common import values
from connectors.oneroster_common.classes import GROUPS, Classes, leave_out
from connectors.oneroster_common.roster import kind_of, read_day
from connectors.oneroster_common.rows import Modes, Row, Table
from connectors.oneroster_common.scan import Scan
from connectors.oneroster_common.words import PUPIL, STAFF
from connectors.records import ClassKind, Membership, Part


@dataclass(frozen=True, slots=True)
class Enrolments:
    """How enrolments are read: against which classes, people and day."""

    table: Table
    classes: Classes
    scan: Scan
    modes: Modes
    today: date

    def memberships(
        self, *, only: Collection[str] | None = None, quiet: bool = False
    ) -> Iterator[Membership]:
        """Who is in a class (of ``only`` these) now. Rows of other schools are passed over in silence."""
        for row in self.table.rows(GROUPS, quiet=quiet):
            if only is not None and row["classSourcedId"] not in only:
                continue
            found = self._membership(row, quiet=quiet)
            if found is not None:
                yield found

    def _membership(self, row: Row, *, quiet: bool) -> Membership | None:
        group, user, role = row["classSourcedId"], row["userSourcedId"], row["role"]
        if group in self.classes.elsewhere or group in self.classes.lost or user in self.scan.gone:
            return None
        if row.removed:
            self._note_removed(row, quiet)
            return None
        if fault := self._fault(row, group, user, role):
            if not quiet:
                leave_out(self.table.findings, row, *fault)
            return None
        if not self._on(row, quiet):
            return None
        pupil = kind_of(role) == PUPIL
        return Membership(
            container="class", container_id=str(group), person_role="pupil" if pupil else "staff",
            person_id=str(user), part=Part.PUPIL if pupil else self._part(row, str(group), quiet),
        )  # fmt: skip

    def _fault(
        self, row: Row, group: str | None, user: str | None, role: str | None
    ) -> tuple[str, str, str] | None:
        """(column, code, what is said) of the first thing that makes the row unusable."""
        for column in ("classSourcedId", "userSourcedId", "role"):
            if row[column] is None:
                return column, "missing_value", "is blank"
        if self.modes.whole("classes") and group not in self.classes.here:
            return "classSourcedId", "unknown_reference", "names a class that is not there"
        if self.modes.whole("users") and user not in self.scan.known:
            return "userSourcedId", "unknown_reference", "names a user who is not there"
        kind = kind_of(role)
        if kind not in (PUPIL, STAFF):
            return "role", "unknown_role", "is no part that anybody has in a class"
        if not self._fits(str(user), kind):
            return "role", "wrong_role", "is not a role this user has at the school"
        return None

    def _fits(self, user: str, kind: int) -> bool:
        here = self.scan.here.get(user)
        if here is None:
            return user not in self.scan.known
        return bool(here & kind)

    def _part(self, row: Row, group: str, quiet: bool) -> Part:
        if (row["role"] or "").lower() != "teacher":
            return Part.SUPERVISOR
        said = row["primary"]
        main, oddity = values.boolean(said) if said else (False, "")
        if oddity and not quiet:
            read = "not understood; taken as false" if main is None else f"read as {str(main).lower()}"
            self.table.findings.note(
                "boolean_case", row.file, line=row.line, column="primary", level="info",
                message=f"“{str(said)[:20]}” is {read}.",
            )  # fmt: skip
        if main:
            return Part.MAIN
        known = self.classes.here.get(group)
        registration = known is not None and known.kind == ClassKind.REGISTRATION
        return Part.SUPERVISOR if registration else Part.TEACHER

    def _on(self, row: Row, quiet: bool) -> bool:
        """Whether today is within the enrolment's dates; a date that is none does not count."""
        begins, ends = self._day(row, "beginDate", quiet), self._day(row, "endDate", quiet)
        return (begins is None or begins <= self.today) and (ends is None or self.today < ends)

    def _day(self, row: Row, column: str, quiet: bool) -> date | None:
        text = row[column]
        if text is None:
            return None
        if quiet:
            return values.day(text)[0]
        return read_day(self.table.findings, row, column, text, GROUPS, source_id=row.id)

    def _note_removed(self, row: Row, quiet: bool) -> None:
        if not quiet and self.table.mode == "delta":
            self.table.findings.note(
                "enrolment_removed", row.file, line=row.line, column="status",
                message="removals of single enrolments wait for the next bulk file.",
            )  # fmt: skip


def registration_groups(enrolments: Enrolments) -> dict[str, str]:
    """pupil → title of the homeroom; the first one where there are several, which is told."""
    rooms = {
        c.source_id: c.name for c in enrolments.classes.here.values() if c.kind == ClassKind.REGISTRATION
    }
    found: dict[str, str] = {}
    for member in enrolments.memberships(only=rooms, quiet=True) if rooms else ():
        if member.part != Part.PUPIL:
            continue
        name = rooms[member.container_id]
        if found.setdefault(member.person_id, name) != name:
            enrolments.table.findings.note(
                "two_homerooms", enrolments.table.file, column=member.person_id,
                message="is in two homerooms; the first is the registration group.",
            )  # fmt: skip
    return found
