"""Classes and groups and who is in them: one row for each member, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.delimited.cells import yes_no
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
from connectors.sims_files.fold import LONGEST_ID
from connectors.sims_files.known import Known
from connectors.sims_files.layout import plain
from connectors.sims_files.opened import Opened
from connectors.sims_files.sheet import Row

GROUPS = Report.GROUPS_CLASSES
_REGISTRATION = "registration registrationgroup reg reggroup form tutor tutorgroup"
KINDS: dict[str, ClassKind | GroupKind] = {
    **dict.fromkeys(_REGISTRATION.split(), ClassKind.REGISTRATION),
    **dict.fromkeys(["class", "teachingclass", "teachinggroup", "teachingset"], ClassKind.TEACHING),
    **dict.fromkeys(["userdefined", "userdefinedgroup", "customgroup", "custom"], GroupKind.STUDENT),
    **dict.fromkeys(["year", "yeargroup"], GroupKind.YEAR),
    **dict.fromkeys(["house", "housegroup"], GroupKind.HOUSE),
}  # fmt: skip


@dataclass(slots=True)
class Sets:
    """``kinds``: id of a class or group → what it is; ``said`` what was yielded, to yield it once."""

    file: Opened
    known: Known
    findings: Findings
    declined: frozenset[str]
    kinds: dict[str, ClassKind | GroupKind] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    mains: set[str] = field(default_factory=set)
    said: set[tuple[str, str, str]] = field(default_factory=set)

    def records(self) -> Iterator[Record]:
        wanted = frozenset(column.field for column in self.file.layout.columns) - self.declined
        for line, row in self.file.sheet.rows(self.file.only(wanted), self.findings, (GROUPS,)):
            source_id, name = row.get(self.file.key, ""), row.get("name")
            if not source_id or name is None or len(source_id) > LONGEST_ID:
                told = "no name" if source_id and name is None else "no id that can be used"
                self._reject(line, self.file.key, "missing_source_id", f"The group has {told}; left out.")
                continue
            if source_id not in self.kinds:
                yield from self._new(source_id, name, row, line)
            elif self.names[source_id] != name:
                self._tell(line, "name", "conflicting_values", "the group has another name than before.")
            yield from self._members(source_id, row, line)
        self._same_names()

    def _new(self, source_id: str, name: str, row: Row, line: int) -> Iterator[Record]:
        word = row.get("kind")
        kind = KINDS.get(plain(word)) if word else ClassKind.TEACHING
        if kind is None:
            kind = GroupKind.OTHER
            self._tell(line, "kind", "unknown_kind", f"“{(word or '')[:30]}” is no type that comes through.")
        self.kinds[source_id], self.names[source_id] = kind, name
        if isinstance(kind, GroupKind):
            yield Group(source_id=source_id, name=name, kind=kind)
            return
        subject = row.get("subject_id")
        if subject and ("subject", subject, "") not in self.said:
            self.said.add(("subject", subject, ""))
            yield Subject(source_id=subject, name=subject)
        yield SchoolClass(
            source_id=source_id, name=name, description=row.get("description"), kind=kind, subject_id=subject
        )

    def _members(self, source_id: str, row: Row, line: int) -> Iterator[Record]:
        if number := row.get("pupil"):
            pupil = self.known.pupil(number)
            yield from self._member(source_id, "pupil", pupil, Part.PUPIL, line)
        if number := row.get("staff"):
            staff = self.known.staff(number)
            if staff is None or ("staff", source_id, staff) not in self.said:
                part = self._part(source_id, row.get("main")) if staff else Part.TEACHER
                yield from self._member(source_id, "staff", staff, part, line)

    def _part(self, source_id: str, main: str | None) -> Part:
        """I7: a registration group has one main teacher; I8: in a set all are equal unless SIMS says."""
        registration = self.kinds[source_id] is ClassKind.REGISTRATION
        told = yes_no(main) if main else None
        is_main = told if told is not None else registration and source_id not in self.mains
        if is_main:
            self.mains.add(source_id)
            return Part.MAIN
        return Part.SUPERVISOR if registration else Part.TEACHER

    def _member(
        self, source_id: str, role: str, person: str | None, part: Part, line: int
    ) -> Iterator[Membership]:
        if person is None:
            self._tell(line, role, "unknown_person", "nobody in the files has that number; left out.")
        elif (role, source_id, person) not in self.said:
            self.said.add((role, source_id, person))
            container = "group" if isinstance(self.kinds[source_id], GroupKind) else "class"
            yield Membership(
                container=container, container_id=source_id, person_role=role, person_id=person, part=part
            )

    def _same_names(self) -> None:
        """Two classes of one name: the column that holds it may be too short (``Da10`` beside ``Day1``)."""
        first: dict[tuple[str, str], str] = {}
        for source_id, name in self.names.items():
            if first.setdefault((name, self.kinds[source_id]), source_id) != source_id:
                self.findings.note(
                    "same_name", self.file.sheet.file, column=self.file.names["name"],
                    message=f"two classes or groups are called “{name[:40]}”; the column may cut names.",
                    mend="Make the column wider in the report in SIMS, if they are not the same there.",
                )  # fmt: skip

    def _tell(self, line: int, name: str, code: str, message: str) -> None:
        column = self.file.names.get(name, "")
        self.findings.note(code, self.file.sheet.label, line=line, column=column, message=message)

    def _reject(self, line: int, name: str, code: str, message: str) -> None:
        self.findings.reject((GROUPS,), self.file.where(line, name), code=code, message=message)
