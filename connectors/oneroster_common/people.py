"""A user → ``Pupil``, ``Staff`` and ``Contact`` records; one person may be all three.

A value that cannot be used is rejected and left out, the person comes through.  ``enabledUser`` false
means "may not sign in", not "does not exist", so such people come through too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from connectors.oneroster_common import grades, values
from connectors.oneroster_common.findings import Findings
from connectors.oneroster_common.roles import Role
from connectors.oneroster_common.rows import Row
from connectors.oneroster_common.words import PUPIL, STAFF
from connectors.records import Contact, Pupil, PupilStatus, Report, Staff

# userIds types, folded to letters → the identifier they are.
USER_IDS = {
    "upn": "upn", "localupn": "local_upn", "temporaryupn": "local_upn", "temporarilyupn": "local_upn",
    "formerupn": "former_upn", "previousupn": "former_upn", "uln": "uln",
    "admissionnumber": "admission_number", "admissionno": "admission_number", "admno": "admission_number",
    "staffcode": "staff_code", "misid": "mis_id", "mis": "mis_id", "upi": "upi",
}  # fmt: skip
Person = TypeVar("Person", Pupil, Staff, Contact)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

PUPIL_NEVER = frozenset(
    {"title", "initials", "house", "part_time", "part_time_rate", "photo_id", "photo_hash"}
)
STAFF_NEVER = frozenset({"title", "initials", "reports_to", "current", "photo_id", "photo_hash"})
CONTACT_NEVER = frozenset({"title"})
_LEGAL = frozenset({"legal_given_name", "legal_family_name"})
_DATES = {PUPIL: frozenset({"admission_date", "leaving_date"}), STAFF: frozenset({"start_date", "end_date"})}


@dataclass(frozen=True, slots=True)
class Reading:
    """What people are read with.

    ``births`` and ``registration`` are by user; None: that file is not in the package, or is a delta
    in which silence means nothing.
    """

    findings: Findings
    today: date
    version: str
    mapping: str
    births: dict[str, date] | None
    registration: dict[str, str] | None
    births_whole: bool
    username_is_email: bool
    declined: Mapping[Report, frozenset[str]]
    delta: bool
    longest: int | None  # characters of one value
    needs: Callable[[str], bool]  # whether a column must be filled

    def pupil(self, row: Row, roles: list[Role]) -> Pupil:
        values_ = self._person(row, Report.STUDENTS)
        names = values_.pop("names")
        ids = self._identifiers(row, Report.STUDENTS, "admission_number")
        begins, ends, status = _time_here(roles, PUPIL, self.today)
        group = None if self.registration is None else self.registration.get(row.id)
        record = Pupil(
            source_id=row.id, **names, **values_, **ids, nc_year=self._year(row), registration_group=group,
            admission_date=begins, leaving_date=ends, status=status,
            unknown=self._unknown(PUPIL_NEVER, PUPIL, row.id),
        )  # fmt: skip
        return _without(record, self.declined.get(Report.STUDENTS, frozenset()))

    def staff(self, row: Row, roles: list[Role]) -> Staff:
        values_ = self._person(row, Report.STAFF)
        names = values_.pop("names")
        ids = self._identifiers(row, Report.STAFF, "staff_code")
        begins, ends, _ = _time_here(roles, STAFF, self.today)
        words = tuple(dict.fromkeys(r.word for r in roles if r.kind == STAFF and r.here))
        record = Staff(
            source_id=row.id, **names, **values_, **ids, roles=words, phone=self._phone(row, Report.STAFF),
            teaching=True if any(w.lower() == "teacher" for w in words) else None,
            start_date=begins, end_date=ends, unknown=self._unknown(STAFF_NEVER, STAFF, row.id),
        )  # fmt: skip
        return _without(record, self.declined.get(Report.STAFF, frozenset()))

    def contact(self, row: Row) -> Contact:
        values_ = self._person(row, Report.CONTACTS)
        names = values_["names"]
        record = Contact(
            source_id=row.id, given_name=names["given_name"], family_name=names["family_name"],
            email=values_["email"], phone=self._phone(row, Report.CONTACTS), upi=row["userMasterIdentifier"],
            updated_at=values_["updated_at"], unknown=CONTACT_NEVER,
        )  # fmt: skip
        return _without(record, self.declined.get(Report.CONTACTS, frozenset()))

    def _person(self, row: Row, report: Report) -> dict[str, Any]:
        values_: dict[str, Any] = {
            "names": self._names(row, report), "email": self._email(row, report),
            "updated_at": self._updated(row, report),
        }  # fmt: skip
        if report != Report.CONTACTS:
            values_["date_of_birth"] = (self.births or {}).get(row.id)
        self._check_account(row)
        return values_

    def _names(self, row: Row, report: Report) -> dict[str, str | None]:
        text = self._texts(row, report)
        legal_given, legal_family = text("givenName", "given_name"), text("familyName", "family_name")
        for column, field in (("givenName", "given_name"), ("familyName", "family_name")):
            if row[column] is None:
                self._blank(row, report, column, field)
        if self.version == "1.1":
            names = {"given_name": legal_given, "family_name": legal_family}
        else:
            names = {
                "given_name": text("preferredGivenName", "given_name") or legal_given,
                "family_name": text("preferredFamilyName", "family_name") or legal_family,
                "legal_given_name": legal_given, "legal_family_name": legal_family,
            }  # fmt: skip
        if report != Report.CONTACTS:
            names["middle_names"] = text("middleName", "middle_names")
        return names

    def _texts(self, row: Row, report: Report) -> Callable[[str, str], str | None]:
        def text(column: str, field: str) -> str | None:
            value = row[column]
            if value is None or self.longest is None or len(value) <= self.longest:
                return value
            self.findings.reject(
                (report,), row.where(column), code="too_long", field=field, source_id=row.id,
                value=value,
                message=f"{column} has {len(value):,} characters; the limit is {self.longest:,}.",
            )  # fmt: skip
            return None

        return text

    def _email(self, row: Row, report: Report) -> str | None:
        email = self._texts(row, report)("email", "email")
        username = row["username"]
        if email is None and self.username_is_email and username and _EMAIL.fullmatch(username[:500]):
            return username
        return email

    def _phone(self, row: Row, report: Report) -> str | None:
        text = self._texts(row, report)
        return text("phone", "phone") or text("sms", "phone")

    def _updated(self, row: Row, report: Report) -> datetime | None:
        text = row["dateLastModified"]
        moment, oddity = values.instant(text) if text else (None, "")
        if (self.delta and not text) or oddity:
            self.findings.reject(
                (report,), row.where("dateLastModified"), code="bad_instant", field="updated_at",
                source_id=row.id, value=text, message="dateLastModified is not a time in UTC.",
            )  # fmt: skip
        return moment

    def _check_account(self, row: Row) -> None:
        """``enabledUser`` and ``username`` must be filled, though nothing here depends on them."""
        said = row["enabledUser"]
        if said is None:
            self._unused(row, "enabledUser", "is blank.")
        else:
            value, oddity = values.boolean(said)
            if value is None:
                self._unused(row, "enabledUser", f"“{said[:20]}” is neither true nor false.")
            elif oddity:
                self.findings.note(
                    "boolean_case", row.file, line=row.line, column="enabledUser", level="info",
                    message=f"“{said}” is read as {str(value).lower()}.",
                )  # fmt: skip
        if row["username"] is None:
            self._unused(row, "username", "is blank.")

    def _unused(self, row: Row, column: str, message: str) -> None:
        if row[column] is None and not self.needs(column):
            return
        self.findings.note("missing_value", row.file, line=row.line, column=column, message=message)

    def _blank(self, row: Row, report: Report, column: str, field: str) -> None:
        self.findings.reject(
            (report,), row.where(column), code="missing_value", field=field, source_id=row.id,
            name=row["familyName"] or row["givenName"], message=f"{column} is blank.",
        )  # fmt: skip

    def _identifiers(self, row: Row, report: Report, own: str) -> dict[str, Any]:
        """userIds by type; the plain ``identifier`` is the pupil's or the staff's own number."""
        pairs, oddity = row.user_ids()
        if oddity:
            self.findings.reject(
                (report,), row.where("userIds"), code="bad_user_ids", field="upn" if report == Report.STUDENTS
                else "mis_id", source_id=row.id, value=row["userIds"],
                message="userIds is not of the form {type:id},{type:id}; what is not was left out.",
            )  # fmt: skip
        found: dict[str, Any] = {}
        allowed = _PUPIL_IDS if report == Report.STUDENTS else _STAFF_IDS
        for kind, value in pairs:
            name = USER_IDS.get(re.sub(r"[^a-z]", "", kind.casefold()))
            if name in allowed:
                found.setdefault(name, value)
        if found.get(own) is None:
            found[own] = self._texts(row, report)("identifier", own)
        found.setdefault("upi", row["userMasterIdentifier"])
        return found

    def _year(self, row: Row) -> str | None:
        cell = row.words("grades")
        if len(cell) > 1:
            self.findings.reject(
                (Report.STUDENTS,), row.where("grades"), code="several_grades", field="nc_year",
                source_id=row.id, value=", ".join(cell),
                message="The pupil has several grades; none is taken.",
            )  # fmt: skip
        return grades.year_text(cell[0][:60], self.mapping) if len(cell) == 1 else None

    def _unknown(self, never: frozenset[str], kind: int, person: str) -> frozenset[str]:
        unknown = never | (_LEGAL | _DATES[kind] if self.version == "1.1" else frozenset())
        if self.births is None or (not self.births_whole and person not in self.births):
            unknown |= {"date_of_birth"}
        if kind == PUPIL and self.registration is None:
            unknown |= {"registration_group"}
        return unknown


_PUPIL_IDS = frozenset({"upn", "local_upn", "former_upn", "uln", "admission_number", "mis_id", "upi"})
_STAFF_IDS = frozenset({"staff_code", "mis_id", "upi"})


def _time_here(roles: list[Role], kind: int, today: date) -> tuple[date | None, date | None, PupilStatus]:
    """When somebody begins and ends here in that kind of role; the one that is on counts."""
    mine = [role for role in roles if role.kind == kind and role.here]
    on = [r for r in mine if not (r.ends and r.ends < today)]
    if not on:
        ended = max(mine, key=lambda r: r.ends or date.min, default=None)
        return (ended.begins, ended.ends, PupilStatus.LEAVER) if ended else (None, None, PupilStatus.CURRENT)
    begins = None if any(r.begins is None for r in on) else min(r.begins for r in on if r.begins)
    ends = None if any(r.ends is None for r in on) else max(r.ends for r in on if r.ends)
    coming = begins is not None and begins > today
    return begins, ends, PupilStatus.ADMITTED if coming else PupilStatus.CURRENT


def _without(record: Person, declined: frozenset[str]) -> Person:
    """The record without the fields the school declined (X2)."""
    drop: dict[str, Any] = {
        name: () if name == "roles" else None for name in declined if hasattr(record, name)
    }
    drop.pop("source_id", None)
    return replace(record, **drop) if drop else record
