"""What stands in a cell of a delimited export, by the short names ``csv_dialects`` uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from connectors.simulator.csv_dialects import Dialect
from connectors.simulator.people import ContactRow, PersonRow, PupilRow, Roll, SetRow, StaffRow, Tie

Item = dict[str, str]


@dataclass(slots=True)
class Lists:
    """The lists of one school in one dialect."""

    roll: Roll
    dialect: Dialect

    def items(self, name: str) -> Iterator[Item]:
        makers: dict[str, Callable[[], Iterator[Item]]] = {
            "pupils": self._pupils, "staff": self._staff, "contacts": self._contacts,
            "classes": self._classes, "members": self._members, "people": self._people,
        }  # fmt: skip
        return makers[name]()

    @property
    def pupils(self) -> list[PupilRow]:
        return self.roll.of_status("current")

    @property
    def staff(self) -> list[StaffRow]:
        return [row for row in self.roll.staff.values() if row.current]

    def _people(self) -> Iterator[Item]:
        yield from (
            {**each, "kind": "Student", "mis_id_kind": f"S{each['mis_id']}"} for each in self._pupils()
        )
        yield from ({**each, "kind": "Staff", "mis_id_kind": f"E{each['mis_id']}"} for each in self._staff())

    def _pupils(self) -> Iterator[Item]:
        for row in self.pupils:
            form, house = self.roll.groups.get(row.registration or ""), self.roll.groups.get(row.house or "")
            yield {
                **self._person(row), "admno": row.admission_number or "", "upn": row.upn or "",
                "former_upn": row.former_upn or "", "uln": row.uln or "",
                "year": self._year(row.year_text or ""), "form": form.name if form else "",
                "house": house.name if house else "",
                "admitted": self._day(row.admitted), "leaving": self._day(row.leaving),
                "status": "Current", "on_roll": "Yes", **self._parents(row),
            }  # fmt: skip

    def _parents(self, row: PupilRow) -> Item:
        """Contacts in the pupil's own row."""
        found: Item = {}
        for tie in self.roll.ties.get(row.id, ())[:1]:
            contact = self.roll.contacts[tie.contact]
            found |= {f"c1_{key}": value for key, value in self._person(contact).items()}
            found["c1_relation"] = tie.relationship
            if tie.relationship == "Mother" and contact.forename:
                found |= {"mother": found["c1_full"], "mother_email": found["c1_email"]}
        return found

    def _staff(self) -> Iterator[Item]:
        for row in self.staff:
            boss = self.roll.staff.get(row.manager or "")
            yield {
                **self._person(row), "code": row.staff_code or "", "roles": "; ".join(row.roles),
                "teaching": "Yes" if row.teaching else "No", "support": "No" if row.teaching else "Yes",
                "teacher_word": "Teacher" if row.teaching else "Support Staff", "start": self._day(row.start),
                "end": self._day(row.end), "manager_code": (boss.staff_code or "") if boss else "",
            }  # fmt: skip

    def ties(self) -> Iterator[tuple[PupilRow, Tie, ContactRow]]:
        for pupil in self.pupils:
            for tie in self.roll.ties.get(pupil.id, ()):
                yield pupil, tie, self.roll.contacts[tie.contact]

    def _contacts(self) -> Iterator[Item]:
        for pupil, tie, row in self.ties():
            yield {
                **self._person(row), **self._of(pupil), "relation": tie.relationship,
                "pr": "Yes" if tie.responsible else "No", "pr_digit": str(int(tie.responsible)),
                "priority": str(tie.priority or ""),
            }  # fmt: skip

    def _classes(self) -> Iterator[Item]:
        yield from (self._set(row) for row in self.roll.classes.values())

    def _members(self) -> Iterator[Item]:
        for row in self.roll.classes.values():
            for pupil_id in row.pupils:
                yield {**self._set(row), **self._of(self.roll.pupils[pupil_id])}

    def _set(self, row: SetRow) -> Item:
        subject = self.roll.subjects.get(row.subject or "")
        teacher = next((self.roll.staff[one] for one in row.staff if one in self.roll.staff), None)
        return {
            "class_id": row.mis_id, "class_name": row.name, "subject": subject.name if subject else "",
            "teacher_code": (teacher.staff_code or "") if teacher and teacher.current else "",
        }  # fmt: skip

    def _of(self, pupil: PupilRow) -> Item:
        return {
            "pupil_admno": pupil.admission_number or "",
            "pupil_mis_id": pupil.mis_id,
            "pupil_upn": pupil.upn or "",
        }

    def _person(self, row: PersonRow) -> Item:
        given, family = row.forename or "", row.surname or ""
        return {
            "mis_id": row.mis_id, "forename": given, "surname": family, "title": row.title or "",
            "legal_forename": row.legal_forename or given, "legal_surname": row.legal_surname or family,
            "middle": row.middle or "", "full": f"{family}, {given}" if given else family,
            "born": self._day(row.born), "gender": row.gender[:1].upper(), "email": row.email or "",
            "phone": row.phone or "", "blank": "",
        }  # fmt: skip

    def _year(self, text: str) -> str:
        if not text.isdecimal():
            return {"R": "Reception"}.get(text, text) if self.dialect.years != "{}" else text
        return self.dialect.years.format(text)

    def _day(self, when: date | None) -> str:
        if when is None:
            return ""
        if self.dialect.dates == "serial":
            return str((when - date(1899, 12, 30)).days)
        return when.strftime(self.dialect.dates)
