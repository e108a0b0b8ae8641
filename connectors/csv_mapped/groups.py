"""Classes, registration and house groups, and who is in them.

From files of classes and of members where there are any, and from what the pupils' own rows say.  A class is
named by its id, code or name, whichever the file has; the names lead to the one id it gets here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.csv_mapped.fields import CLASSES, MEMBERS, PUPILS
from connectors.csv_mapped.index import Index, people_rows
from connectors.csv_mapped.opening import Mapped
from connectors.csv_mapped.person import Cells
from connectors.findings import Findings
from connectors.records import (
    ClassKind,
    Group,
    GroupKind,
    Membership,
    Part,
    Record,
    Report,
    SchoolClass,
    Subject,
)

GROUPS = Report.GROUPS_CLASSES
_KINDS = {
    "registration": ClassKind.REGISTRATION, "reg": ClassKind.REGISTRATION, "form": ClassKind.REGISTRATION,
    "tutor": ClassKind.REGISTRATION, "registration group": ClassKind.REGISTRATION,
    "tutor group": ClassKind.REGISTRATION, "reg group": ClassKind.REGISTRATION,
    "homeroom": ClassKind.REGISTRATION, "custom": ClassKind.CUSTOM, "custom group": ClassKind.CUSTOM,
    "club": ClassKind.CUSTOM, "activity": ClassKind.CUSTOM, "intervention": ClassKind.CUSTOM,
}  # fmt: skip
_PARTS = {
    "main": Part.MAIN, "main teacher": Part.MAIN, "supervisor": Part.SUPERVISOR, "cover": Part.SUPERVISOR,
    "form tutor": Part.MAIN, "tutor": Part.MAIN,
}  # fmt: skip


@dataclass(slots=True)
class Groups:
    """``known`` maps every way to name a class → its id; ``said`` what was yielded, to yield it once."""

    files: tuple[Mapped, ...]
    findings: Findings
    index: Index
    declined: frozenset[str]
    latest: int
    known: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, ClassKind] = field(default_factory=dict)
    said: set[tuple[str, ...]] = field(default_factory=set)

    def records(self) -> Iterator[Record]:
        for kind in (CLASSES, MEMBERS):
            for mapped in self.files:
                if mapped.kind == kind:
                    for row in mapped.table.rows(self.findings, (GROUPS,)):
                        yield from self._class_row(Cells(mapped, row, GROUPS, self.findings, self.latest))
        yield from self._of_pupils()

    def _class_row(self, row: Cells) -> Iterator[Record]:
        """The class if it is new, then whoever the row puts into it."""
        names = [value for name in ("class_id", "class_code", "class_name") if (value := row.raw(name))]
        if not names:
            self._reject(
                row, "missing_value", "class_name", "No column names the class; the row is left out."
            )
            return
        class_id = next((self.known[name] for name in names if name in self.known), names[0])
        if class_id not in self.kinds:
            yield from self._class(row, class_id, names)
        number = row.raw("pupil") if row.mapped.kind == MEMBERS else None
        if number and (found := self._find(row, Report.STUDENTS, "pupil", number)):
            yield from self._once(class_id, "pupil", found, Part.PUPIL)
        for part in (row.raw("teacher") or "").replace("|", ";").split(";"):
            if part.strip() and (found := self._find(row, Report.STAFF, "teacher", part.strip())):
                yield from self._once(class_id, "staff", found, self._part(row, class_id))

    def _class(self, row: Cells, class_id: str, names: list[str]) -> Iterator[Record]:
        word = (row.raw("class_type") or "").casefold()
        kind = _KINDS.get(word, ClassKind.TEACHING)
        self.kinds[class_id] = kind
        self.known.update(dict.fromkeys(names, class_id))
        subject = None if "subject_id" in self.declined else row.text("subject")
        if subject and ("subject", subject) not in self.said:
            self.said.add(("subject", subject))
            yield Subject(source_id=subject, name=subject)
        code = None if "code" in self.declined else row.text("class_code")
        about = None if "description" in self.declined else row.text("description")
        yield SchoolClass(
            source_id=class_id, name=row.text("class_name") or names[0], code=code, description=about,
            kind=kind, subject_id=subject,
        )  # fmt: skip

    def _part(self, row: Cells, class_id: str) -> Part:
        """The teacher of a registration class is its main one (I7) unless the row says otherwise."""
        told = _PARTS.get((row.raw("part") or "").casefold())
        first = Part.MAIN if self.kinds[class_id] is ClassKind.REGISTRATION else Part.TEACHER
        taken = ("main", class_id) in self.said
        if told is None and first is Part.MAIN:
            self.said.add(("main", class_id))
        return told or (Part.SUPERVISOR if first is Part.MAIN and taken else first)

    def _find(self, row: Cells, report: Report, name: str, number: str) -> str | None:
        found = self.index.find(report, number)
        if found is None and ("missing", report, number) not in self.said:
            self.said.add(("missing", report, number))
            self._reject(
                row, "unknown_reference", name, "Nobody in the files has that number; left out of the class.",
                value=number,
            )  # fmt: skip
        return found

    def _once(self, class_id: str, role: str, person: str, part: Part) -> Iterator[Membership]:
        if ("class", class_id, role, person) not in self.said:
            self.said.add(("class", class_id, role, person))
            yield Membership(
                container="class", container_id=class_id, person_role=role, person_id=person, part=part
            )

    def _of_pupils(self) -> Iterator[Record]:
        """Registration and house groups, and classes named in a pupil's own row (of which there may be
        several for one pupil)."""
        silent = Findings(frozenset())
        for row in people_rows(self.files, Report.STUDENTS, silent, self.latest):
            source_id = row.id()
            if source_id is None:
                continue
            if name := row.text("registration_group"):
                yield from self._named(name, ClassKind.REGISTRATION, source_id)
            if row.mapped.kind == PUPILS and (name := row.text("class_name")):
                yield from self._named(name, ClassKind.TEACHING, source_id)
            if house := row.text("house"):
                yield from self._house(house, source_id)

    def _named(self, name: str, kind: ClassKind, pupil: str) -> Iterator[Record]:
        class_id = self.known.get(name, f"{kind.value}:{name}")
        if class_id not in self.kinds:
            self.kinds[class_id] = kind
            self.known[name] = class_id
            yield SchoolClass(source_id=class_id, name=name, kind=kind)
        yield from self._once(class_id, "pupil", pupil, Part.PUPIL)

    def _house(self, name: str, pupil: str) -> Iterator[Record]:
        if ("house", name) not in self.said:
            self.said.add(("house", name))
            yield Group(source_id=f"house:{name}", name=name, kind=GroupKind.HOUSE)
        if ("house", name, pupil) not in self.said:
            self.said.add(("house", name, pupil))
            yield Membership(
                container="group", container_id=f"house:{name}", person_role="pupil", person_id=pupil,
                part=Part.PUPIL,
            )  # fmt: skip

    def _reject(self, row: Cells, code: str, name: str, message: str, value: str | None = None) -> None:
        self.findings.reject((GROUPS,), row.where(name), code=code, message=message, value=value)
