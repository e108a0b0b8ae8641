"""Whole records with the includes a reader asked for, and the permissions that may stand in the way.

Not asked means the key is absent; asked without permission means an error for the call or an absent key,
as the school has it (wonde.md §7).  ``relationship`` stands bare; single includes may be null.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.simulator import shapes
from connectors.simulator.people import ContactRow, PupilRow, Roll, SetRow, StaffRow
from connectors.simulator.shapes import Json

Tree = dict[str, "Tree"]
_GROUPED = ("year", "year.employees", "house", "house.employees", "registration", "registration.employees",
            "boarding", "boarding.employees", "campus", "groups", "groups.employees")  # fmt: skip
_EMPTY_LISTS = ("identifiers", "permissions", "sen_needs", "behaviours", "achievements", "medical_conditions",
                "medical_events", "medical_notes", "doctors", "exclusions", "user_defined_fields", "results",
                "in_care_date_ranges", "sen_date_ranges", "fsm_date_ranges")  # fmt: skip
_MEMBERS = ("students", "students.contact_details", "students.education_details", "students.extended_details",
            "students.year", "students.house", "students.registration", "employees",
            "employees.contact_details", "employees.employment_details")  # fmt: skip
_STUDENTS = (
    "classes", "classes.subject", "classes.employees", "education_details", "contact_details",
    "extended_details", "attendance_summary", "contacts", "contacts.contact_details", *_GROUPED, "photo",
    "siblings", *_EMPTY_LISTS,
)  # fmt: skip
INCLUDES: dict[str, tuple[str, ...]] = {
    "students": _STUDENTS,
    "students-pre-admission": _STUDENTS,
    "students-leaver": _STUDENTS,
    "employees": ("contact_details", "employment_details", "classes", "classes.subject", "groups", "photo",
                  "line_manager"),
    "contacts": ("contact_details", "students"),
    "classes": ("subject", *_MEMBERS, "lessons"),
    "groups": _MEMBERS,
    "subjects": (),
    "photos": (),
    "deletions": (),
    "attendance/session": ("student",),
}  # fmt: skip
SCOPE_OF = {
    "contacts": "contacts", "photo": "photos", "classes": "classes", "groups": "groups", "year": "groups",
    "house": "groups", "registration": "groups", "medical_conditions": "medical", "medical_notes": "medical",
    "medical_events": "medical", "doctors": "medical",
}  # fmt: skip


def tree_of(includes: list[str], allowed: tuple[str, ...]) -> Tree:
    """``contacts,contacts.contact_details`` as nested dictionaries; unknown names are ignored."""
    tree: Tree = {}
    for name in includes:
        if name in allowed:
            branch = tree
            for word in name.split("."):
                branch = branch.setdefault(word, {})
    return tree


class Objects:
    """Renders the records of one roll; keeps an index of who is in which set, made anew by the face
    whenever the roll's version moves."""

    def __init__(self, roll: Roll) -> None:
        self.roll, self.school, self.version = roll, roll.school, roll.version
        self.classes: dict[str, list[SetRow]] = {}
        self.groups: dict[str, list[SetRow]] = {}
        self.children: dict[str, list[PupilRow]] = {}
        self.families: dict[int, list[PupilRow]] = {}
        self.listed: dict[tuple[Any, ...], list[Any]] = {}  # collections already filtered (listing.py)
        self._bare: dict[str, Json] = {}  # groups without members, the same under every pupil
        for shelf, index in ((roll.classes, self.classes), (roll.groups, self.groups)):
            for row in shelf.values():
                for person in (*row.pupils, *self.staff_of(row)):
                    index.setdefault(person, []).append(row)
        for pupil in roll.of_status("current"):
            self.families.setdefault(pupil.family, []).append(pupil)
            for tie in roll.ties.get(pupil.id, ()):
                self.children.setdefault(tie.contact, []).append(pupil)

    def staff_of(self, row: SetRow) -> list[str]:
        """Nobody where the MIS does not tell who teaches what by this route (E5)."""
        return row.staff if self.school.supplies("class_staff") else []

    def student(self, row: PupilRow, tree: Tree) -> Json:
        found = shapes.student(self.school, row)
        if "education_details" in tree:
            found["education_details"] = {"data": shapes.education(self.school, row)}
        if "contact_details" in tree:
            found["contact_details"] = {"data": shapes.pupil_contact_details(self.school, row)}
        if "extended_details" in tree:
            found["extended_details"] = {"data": shapes.extended(row)}
        if "contacts" in tree:
            found["contacts"] = {"data": self._contacts_of(row, tree["contacts"])}
        if "classes" in tree:
            rows = self.classes.get(row.id, [])
            found["classes"] = {"data": [self.school_class(one, tree["classes"]) for one in rows]}
        self._groups_of(row, tree, found)
        if "siblings" in tree:
            others = (one for one in self.families.get(row.family, ()) if one is not row)
            found["siblings"] = {"data": [shapes.student(self.school, one) for one in others]}
        found.update({key: {"data": []} for key in _EMPTY_LISTS if key in tree})
        if "attendance_summary" in tree:
            found["attendance_summary"] = shapes.single(self.school, None)
        return found

    def _groups_of(self, row: PupilRow, tree: Tree, found: Json) -> None:
        rows = self.groups.get(row.id, [])
        for key in ("year", "registration", "house", "boarding", "campus"):
            if key in tree:
                one = next((group for group in rows if group.kind == key.upper()), None)
                shown = None if one is None else self.group(one, tree[key])
                found[key] = shapes.single(self.school, shown)
        if "groups" in tree:
            found["groups"] = {"data": [self.group(one, tree["groups"]) for one in rows]}
        if "photo" in tree:
            found["photo"] = shapes.single(self.school, shapes.photo(row))

    def _contacts_of(self, row: PupilRow, tree: Tree) -> list[Json]:
        shown = []
        for tie in self.roll.ties.get(row.id, ()):
            contact = self.roll.contacts.get(tie.contact)
            if contact is not None:
                one = {**shapes.contact(self.school, contact), "relationship": shapes.relationship(tie)}
                if "contact_details" in tree:
                    one["contact_details"] = {"data": shapes.contact_contact_details(self.school, contact)}
                shown.append(one)
        return shown

    def employee(self, row: StaffRow, tree: Tree) -> Json:
        found = shapes.employee(self.school, row)
        if "contact_details" in tree:
            found["contact_details"] = {"data": shapes.staff_contact_details(row)}
        if "employment_details" in tree:
            found["employment_details"] = {"data": shapes.employment(self.school, row)}
        if "classes" in tree:
            rows = self.classes.get(row.id, [])
            found["classes"] = {"data": [self.school_class(one, tree["classes"]) for one in rows]}
        if "groups" in tree:
            found["groups"] = {"data": [self.group(one, {}) for one in self.groups.get(row.id, [])]}
        if "photo" in tree:
            found["photo"] = shapes.single(self.school, shapes.photo(row))
        if "line_manager" in tree:
            found["line_manager"] = shapes.single(self.school, shapes.line_manager(self.roll, row))
        return found

    def contact(self, row: ContactRow, tree: Tree) -> Json:
        found = shapes.contact(self.school, row)
        if "contact_details" in tree:
            found["contact_details"] = {"data": shapes.contact_contact_details(self.school, row)}
        if "students" in tree:
            rows = self.children.get(row.id, [])
            found["students"] = {"data": [shapes.student(self.school, one) for one in rows]}
        return found

    def school_class(self, row: SetRow, tree: Tree) -> Json:
        subject = self.roll.subjects.get(row.subject or "")
        found = shapes.school_class(self.school, row, subject_id=subject.id if subject else None)
        if "subject" in tree:
            shown = shapes.subject(self.school, subject) if subject else None
            found["subject"] = shapes.single(self.school, shown)
        if "lessons" in tree:
            found["lessons"] = {"data": []}
        return self._members(row, tree, found)

    def group(self, row: SetRow, tree: Tree) -> Json:
        if tree:
            return self._members(row, tree, shapes.group(self.school, row))
        found = self._bare.get(row.id)
        if found is None:
            found = self._bare[row.id] = shapes.group(self.school, row)
        return found

    def _members(self, row: SetRow, tree: Tree, found: Json) -> Json:
        if "students" in tree:
            pupils = (self.roll.pupils[one] for one in row.pupils)
            found["students"] = {"data": [self.student(one, tree["students"]) for one in pupils]}
        if "employees" in tree:
            staff = (self.roll.staff.get(one) for one in self.staff_of(row))
            found["employees"] = {"data": [self.employee(one, tree["employees"]) for one in staff if one]}
        return found

    def mark(self, row: tuple[str, str, str, str], _tree: Tree) -> Json:
        mark_id, pupil, day, code = row
        session = "AM" if mark_id.endswith("1") else "PM"
        return {"id": mark_id, "student": pupil, "date": day, "session": session, "attendance_code": code}

    def render(self, resource: str, row: Any, tree: Tree) -> Json:
        """One record of a collection."""
        if resource == "deletions":
            return shapes.deletion(self.school, row)
        if resource == "subjects":
            return shapes.subject(self.school, row)
        if resource == "photos":
            return shapes.photo(row) or {}
        if resource.startswith("students"):
            return self.student(row, tree)
        makers: dict[str, Callable[[Any, Tree], Json]] = {
            "employees": self.employee, "contacts": self.contact, "classes": self.school_class,
            "groups": self.group, "attendance/session": self.mark,
        }  # fmt: skip
        return makers[resource](row, tree)
