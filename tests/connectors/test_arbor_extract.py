"""Records, fields, pages and permissions of Arbor, one answer at a time."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from harness_arbor import Host, arbor, staff, student
from loopback import Asked, Reply, as_json, gather, serving

from connectors.arbor.entities import plural, root, single
from connectors.arbor.fields import STAFF
from connectors.base import FetchesContacts
from connectors.errors import BadAnswer, EmptyExtract, ScopeMissing, TooLarge
from connectors.records import (
    ClassKind,
    Contact,
    ContactLink,
    Group,
    GroupKind,
    Membership,
    Part,
    Pupil,
    PupilStatus,
    Report,
    SchoolClass,
    Staff,
    Subject,
)

PHOTOS = frozenset({"photo_id", "photo_hash"})


def read(host: Host, *reports: Report, declined: Any = None, **settings: str) -> Any:
    with serving(host) as server, arbor(server, changes="ignore", **settings) as one:
        left = dict.fromkeys(reports, PHOTOS) if declined is None else declined
        return gather(one, *reports, declined=left)


def one_staff(**more: Any) -> Staff:
    rows = {"Staff": [staff("S1", **more)], "StaffContractPost": more.pop("posts", [])}
    found = read(Host(rows), Report.STAFF).of(Staff)[0]
    assert isinstance(found, Staff)
    return found


def one_pupil(**more: Any) -> Pupil:
    found = read(Host({"Student": [student("A1", **more)]}), Report.STUDENTS).of(Pupil)[0]
    assert isinstance(found, Pupil)
    return found


# -- names, identifiers, dates ---------------------------------------------------------


@pytest.mark.parametrize(
    ("entity", "path", "key"),
    [
        ("Staff", "staffs", "staffs"),
        ("TimetableSlotStaff", "timetable-slot-staffs", "timetableSlotStaffs"),
        ("TeachingGroupMembership", "teaching-group-memberships", "teachingGroupMemberships"),
        ("UkDfe_UpnAssignment", "uk-dfe_upn-assignments", "ukDfe_UpnAssignments"),
        ("SenStatus", "sen-statuses", "senStatuses"),
        ("Batch", "batches", "batches"),
        ("BehaviouralCategory", "behavioural-categories", "behaviouralCategories"),
        ("SchoolDay", "school-days", "schoolDays"),
    ],
)
def test_rest_names_follow_arbors_own_rule(entity: str, path: str, key: str) -> None:
    assert (plural(entity), root(entity)) == (path, key)
    assert single("TeachingGroup") == "teachingGroup"


def test_G6_identifiers_stay_text_with_their_zeros() -> None:
    found = one_pupil(upn="A823200012345", studentNumber="004504")
    assert (found.source_id, found.mis_id) == ("A1", "A1")
    assert (found.upn, found.admission_number) == ("A823200012345", "004504")
    assert found.status is PupilStatus.CURRENT


@pytest.mark.parametrize("field", ["studentNumber", "studentId", "legacySystemId"])
def test_the_admission_number_is_the_number_the_school_calls_so(field: str) -> None:
    row = student("A1", **{"studentNumber": None, field: "0077"})
    found = read(Host({"Student": [row]}), Report.STUDENTS, admission_number=field)
    assert found.of(Pupil)[0].admission_number == "0077"


def test_F1_G1_preferred_names_come_before_legal_ones_wherever_they_stand() -> None:
    found = one_staff(preferredFirstName="Kofi", preferredLastName="Adjei", legalLastName="Adjei-Mensah")
    assert (found.given_name, found.family_name) == ("Kofi", "Adjei")
    assert found.legal_family_name == "Adjei-Mensah"
    blank = one_pupil(preferredFirstName="  ", legalFirstName="Ada")
    assert blank.given_name == "Ada"


def test_G5_the_former_upn_is_the_one_that_ended_last() -> None:
    def upn(number: int, value: str, end: str | None) -> dict[str, Any]:
        return {"id": f"U{number}", "student": {"id": "A1"}, "upn": value, "endDatetime": end}

    upns = [upn(1, "A1", "2019-08-31"), upn(2, "A2", "2021-08-31"), upn(3, "A3", None)]
    rows = {"Student": [student("A1", upn="A3")], "UkDfe_UpnAssignment": upns}
    found = read(Host(rows), Report.STUDENTS).of(Pupil)[0]
    assert (found.upn, found.former_upn) == ("A3", "A2")


@pytest.mark.parametrize(
    "born", ["2013-06-15", "2013-06-15 00:00:00", {"entityType": "date", "date": "2013-06-15 00:00:00"}]
)
def test_G8_Z22_a_date_is_read_in_any_of_arbors_spellings(born: Any) -> None:
    assert one_pupil(dateOfBirth=born).date_of_birth == date(2013, 6, 15)


def test_G12_an_empty_date_of_birth_is_none_and_no_fault() -> None:
    found = read(Host({"Student": [student("A1", dateOfBirth=None)]}), Report.STUDENTS)
    assert found.of(Pupil)[0].date_of_birth is None
    assert found.rejected == []


def test_a_value_of_the_wrong_type_costs_its_field_only() -> None:
    rows = {"Student": [student("A1", dateOfBirth="soon", studentNumber=[1]), "no object", student("A2")]}
    found = read(Host(rows), Report.STUDENTS)
    assert [p.source_id for p in found.of(Pupil)] == ["A1", "A2"]
    assert {(r.field, r.code) for r in found.rejected} == {
        ("date_of_birth", "wrong_type"), ("admission_number", "wrong_type"), (None, "wrong_type"),
    }  # fmt: skip


# -- who is here -----------------------------------------------------------------------


def test_F6_not_active_is_not_current_even_without_a_leaving_date() -> None:
    assert one_staff().current is True
    assert one_staff(isActiveInSchool=False).current is False
    assert one_staff(leavingDate="2026-01-14").current is False
    assert one_staff(leavingDate="2026-01-15").current is True


def test_E8_people_before_their_first_day_are_left_out_and_told() -> None:
    rows = {"Staff": [staff("S1"), staff("S2", joiningDate="2026-01-16")],
            "Student": [student("A1"), student("A2", mostRecentEntryDate="2026-09-01")]}  # fmt: skip
    found = read(Host(rows), Report.STAFF, Report.STUDENTS)
    assert [p.source_id for p in (*found.of(Staff), *found.of(Pupil))] == ["S1", "A1"]
    assert found.codes == ["not_started", "not_started"]
    assert "2026-09-01" in found.notices[1].message


def test_leavers_are_told_for_a_while_and_then_not_read() -> None:
    rows = [student("A1"), student("A2", leavingDate="2025-12-19"), student("A3", leavingDate="2024-07-19")]
    found = read(Host({"Student": rows}), Report.STUDENTS)
    assert {p.source_id: p.status for p in found.of(Pupil)} == {
        "A1": PupilStatus.CURRENT, "A2": PupilStatus.LEAVER,
    }  # fmt: skip
    assert found.codes == ["long_gone"]
    longer = read(Host({"Student": rows}), Report.STUDENTS, leavers="1000")
    assert len(longer.of(Pupil)) == 3


@pytest.mark.parametrize("report", [Report.STAFF, Report.STUDENTS])
def test_Z20_a_school_with_nobody_is_an_error(report: Report) -> None:
    with pytest.raises(EmptyExtract) as caught:
        read(Host(), report)
    assert "no account was taken away" in caught.value.mend


# -- staff -----------------------------------------------------------------------------


def test_F2_F4_E2_initials_and_the_teaching_flag() -> None:
    assert one_staff(timetableAbbreviation="OT").initials == "OT"
    assert one_staff(isActiveTeachingInSchool=False).teaching is False
    denied = read(Host({"Staff": [staff("S1")]}, frozenset({"Staff.isActiveTeachingInSchool"})), Report.STAFF)
    assert denied.of(Staff)[0].teaching is None
    assert "teaching" in denied.of(Staff)[0].unknown


def post(staff_id: str, title: str, position: str | None = None, **more: Any) -> dict[str, Any]:
    contract = {"id": f"C{staff_id}", "staff": {"id": staff_id}, **more.pop("contract", {})}
    row = {"id": f"P{staff_id}{title}", "staffContract": contract, "jobTitle": title}
    return {**row, "position": position and {"id": position}, **more}


def test_F3_Z14_job_titles_are_the_current_posts_in_arbors_order() -> None:
    posts = [
        post("S1", "Teacher of Science"),
        post("S1", "Head of Year 8"),
        post("S1", "NQT", endDate="2025-08-31"),
        post("S1", "Cover", contract={"endDate": "2020-01-01"}),
    ]
    rows = {"Staff": [staff("S1"), staff("S2", displayJobTitle="Cook, Driver")], "StaffContractPost": posts}
    found = {s.source_id: s.roles for s in read(Host(rows), Report.STAFF).of(Staff)}
    assert found == {"S1": ("Teacher of Science", "Head of Year 8"), "S2": ("Cook, Driver",)}


def test_E4_F5_the_line_manager_holds_the_next_position_up_that_anybody_holds() -> None:
    """S1 → (vacant) → S2; S2's is held by two; a circle of positions ends."""
    posts = [post("S1", "a", "p1"), post("S2", "b", "p3"), post("S3", "c", "p4"), post("S4", "d", "p4"),
             post("S5", "e", "p5")]  # fmt: skip
    above = {"p1": "p2", "p2": "p3", "p3": "p4", "p4": None, "p5": "p6", "p6": "p5"}
    positions = [{"id": own, "supervisorPosition": up and {"id": up}} for own, up in above.items()]
    people = [staff(f"S{n}") for n in range(1, 6)]
    found = read(Host({"Staff": people, "StaffContractPost": posts, "Position": positions}), Report.STAFF)
    assert {s.source_id: s.reports_to for s in found.of(Staff)} == {
        "S1": "S2", "S2": None, "S3": None, "S4": None, "S5": None,
    }  # fmt: skip
    assert "several_managers" in found.codes


def test_C14_a_work_address_is_one_whose_type_says_so() -> None:
    def address(value: str, kind: Any) -> dict[str, Any]:
        return {"id": value, "displayName": value, "emailAddressType": kind}

    addresses = [address("home@x.example", "Home"), address("w@x.example", {"displayName": "Work (main)"})]
    assert one_staff(emailAddresses=addresses).email == "w@x.example"
    assert one_staff(emailAddresses=addresses[:1]).email is None
    assert one_staff(emailAddresses=[address("x@x.example", None)]).email is None


def test_C14_photos_are_looked_for_only_on_request_and_404_is_none() -> None:
    picture = Reply(200, b"\x89PNG....", {"Content-Type": "image/png"})

    def pictures(asked: Asked) -> Reply | None:
        return picture if asked.path == "/rest-v2/profile-picture/staff/S1" else None

    host = Host({"Staff": [staff("S1"), staff("S2")]}, hook=pictures)
    found = {s.source_id: s for s in read(host, Report.STAFF, declined={}).of(Staff)}
    assert found["S1"].photo_id == "staff/S1"
    assert found["S1"].photo_hash
    assert found["S2"].photo_id is None
    with serving(host) as server, arbor(server, changes="ignore") as one:
        gather(one, Report.STAFF, declined={Report.STAFF: PHOTOS})
        assert not [path for path in server.paths() if "profile-picture" in path]


# -- permissions and fields ------------------------------------------------------------


@pytest.mark.parametrize("partial", [True, False])
def test_a_field_the_app_may_not_read_is_named_and_left_out(partial: bool) -> None:
    denied = frozenset({"Staff.staffNumber", "Staff.timetableAbbreviation", "Person.title"})
    host = Host({"Staff": [staff(f"S{n}") for n in range(12)]}, denied=denied, partial=partial, most=5)
    found = read(host, Report.STAFF)
    assert len(found.of(Staff)) == 12
    assert {"staff_code", "initials", "title"} <= found.of(Staff)[0].unknown
    told = next(n for n in found.notices if n.code == "details_not_shared")
    assert "Staff.staffNumber" in told.message
    assert "Person.title" in told.message
    assert "developer portal" in told.mend


def test_a_report_the_app_may_not_read_leaves_the_others() -> None:
    host = Host({"Staff": [staff("S1")], "Student": [student("A1")]}, denied=frozenset({"Staff"}))
    found = read(host, Report.STAFF, Report.STUDENTS)
    assert set(found.finished) == {Report.STUDENTS}
    assert "scope_missing" in found.codes
    with pytest.raises(ScopeMissing):
        read(host, Report.STAFF)


def test_an_error_that_names_nothing_is_told_in_arbors_words() -> None:
    def broken(asked: Asked) -> Reply | None:
        bad = b"Staff(" in asked.body
        return as_json({"data": None, "errors": [{"message": "The moon is full."}]}) if bad else None

    with pytest.raises(BadAnswer) as caught:
        read(Host(hook=broken), Report.STAFF)
    assert "The moon is full." in caught.value.message


def test_C8_X2_what_is_declined_is_not_even_asked_for() -> None:
    host = Host({"Staff": [staff("S1")], "Student": [student("A1")]})
    optional = frozenset({*STAFF, "roles", "reports_to", "email", "phone", *PHOTOS})
    found = read(host, Report.STAFF, declined={Report.STAFF: optional})
    asked = " ".join(q for q in host.questions if "__" not in q)
    for name in ("dateOfBirth", "staffNumber", "timetableAbbreviation", "displayJobTitle", "emailAddresses",
                 "isActiveTeachingInSchool", "StaffContractPost", "title", "legalMiddleNames"):  # fmt: skip
        assert name not in asked, name
    assert "Student" not in asked
    assert found.of(Staff)[0].date_of_birth is None
    assert "date_of_birth" in found.of(Staff)[0].unknown


def test_dates_that_decide_who_is_here_are_asked_for_but_not_kept() -> None:
    rows = [
        student("A1"),
        student("A2", leavingDate="2020-07-20"),
        student("A3", mostRecentEntryDate="2027-09-01"),
    ]
    dates = PHOTOS | {"admission_date", "leaving_date"}
    found = read(Host({"Student": rows}), Report.STUDENTS, declined={Report.STUDENTS: dates})
    assert [p.source_id for p in found.of(Pupil)] == ["A1"]
    assert found.of(Pupil)[0].admission_date is None


@pytest.mark.parametrize(
    ("report", "hidden", "instead"),
    [
        (Report.STUDENTS, "Student.leavingDate", "EducationalInstitutionEnrolment"),
        (Report.STAFF, "Staff.isActiveInSchool", "StaffContract"),
    ],
)
def test_who_left_is_looked_up_elsewhere_or_the_report_is_refused(
    report: Report, hidden: str, instead: str
) -> None:
    """Ten years of leavers must never count as here because a permission is missing."""
    ended = {"endDate": "2020-07-20", "leavingDate": "2020-07-20"}
    rows = {
        "Student": [student("A1"), student("A2", leavingDate="2020-07-20")],
        "Staff": [staff("A1"), staff("A2", isActiveInSchool=False)],
        "EducationalInstitutionEnrolment": [
            {"id": "1", "student": {"id": "A1"}, "entryDate": "2019-09-01"},
            {"id": "2", "student": {"id": "A2"}, "entryDate": "2015-09-01", **ended},
        ],
        "StaffContract": [
            {"id": "1", "staff": {"id": "A1"}, "startDate": "2019-09-01"},
            {"id": "2", "staff": {"id": "A2"}, "startDate": "2015-09-01", **ended},
        ],
    }
    found = read(Host(rows, denied=frozenset({hidden})), report)
    assert [one.source_id for one in (*found.of(Pupil), *found.of(Staff))] == ["A1"]
    with pytest.raises(ScopeMissing) as caught:
        read(Host(rows, denied=frozenset({hidden, instead})), report)
    assert hidden in caught.value.message


def test_introspection_spares_a_question_that_would_be_refused() -> None:
    host = Host({"Staff": [staff("S1")]}, open=True, lacking=frozenset({"Staff.staffNumber"}))
    found = read(host, Report.STAFF)
    assert "staff_code" in found.of(Staff)[0].unknown
    assert not [q for q in host.questions if "staffNumber" in q]


# -- pages -----------------------------------------------------------------------------


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("most", [1, 4, 10_000])
@pytest.mark.parametrize("setting", ["auto", "same"])
def test_everybody_comes_wherever_pages_begin_and_however_short_they_are(
    first: int, most: int, setting: str
) -> None:
    """A server may give fewer rows a page than asked for: a short page is not the end."""
    host = Host({"Student": [student(f"A{n}") for n in range(9)]}, first=first, most=most)
    told = read(host, Report.STUDENTS, page_size="7", first_page="auto" if setting == "auto" else str(first))
    assert [p.source_id for p in told.of(Pupil)] == [f"A{n}" for n in range(9)]
    assert "duplicates" not in told.codes


def test_a_page_zero_that_is_refused_is_no_end() -> None:
    def picky(asked: Asked) -> Reply | None:
        return as_json({"message": "no such page"}, 422) if b"page_num: 0" in asked.body else None

    host = Host({"Student": [student("A1"), student("A2")]}, first=1, hook=picky)
    assert len(read(host, Report.STUDENTS).of(Pupil)) == 2


def test_pages_without_an_end_are_given_up() -> None:
    class Endless(Host):
        def _page(self, asked: Any) -> list[Any]:
            asked.arguments["page_num"] = 0
            return super()._page(asked)

    with pytest.raises(TooLarge) as caught:
        read(Endless({"Student": [student("A1")]}), Report.STUDENTS)
    assert "do not end" in caught.value.message


# -- classes and groups ----------------------------------------------------------------


def school() -> dict[str, list[Any]]:
    year, last = {"id": "Y26"}, {"id": "Y25"}

    def member(entity: str, link: str, group: str, own: str, **more: Any) -> dict[str, Any]:
        return {"id": f"{entity}{group}{own}", "student": {"id": own}, link: {"id": group}, **more}

    subject = {
        "academicUnitEnrolments": [{"academicUnit": {"subject": {"id": "SU1", "displayName": "Maths"}}}]
    }
    return {
        "Student": [student("A1"), student("A2"), student("A9", leavingDate="2020-07-20")],
        "Staff": [staff("S1"), staff("S2")],
        "AcademicYear": [
            {"id": "Y25", "startDate": "2024-09-01", "endDate": "2025-08-31"},
            {"id": "Y26", "startDate": "2025-09-01", "endDate": "2026-08-31"},
        ],
        "RegistrationForm": [
            {"id": "1", "registrationFormName": "7KES", "shortName": "7K", "academicYear": year,
             "tutors": [{"id": "S2"}, {"id": "S1"}]},
            {"id": "2", "registrationFormName": "6OLD", "academicYear": last},
        ],
        "RegistrationFormMembership": [
            member("R", "registrationForm", "1", "A1"), member("R", "registrationForm", "1", "A9"),
            member("R", "registrationForm", "1", "A2", endDate="2025-12-01"),
        ],
        "TeachingGroup": [
            {"id": "1", "teachingGroupName": "7x/Ma1", "description": "Set 1", "academicYear": year,
             "academicUnitAutomaticEnrolments": [subject]},
        ],
        "TeachingGroupMembership": [member("T", "teachingGroup", "1", "A2")],
        "TeachingGroupTutor": [{"id": "t1", "teachingGroup": {"id": "1"}, "staff": {"id": "S1"}}],
        "AcademicLevel": [{"id": "1", "academicLevelName": "Year 7", "academicYear": year}],
        "AcademicLevelMembership": [member("L", "academicLevel", "1", "A1")],
        "House": [{"id": "1", "houseName": "Curie"}],
        "HouseMembership": [member("H", "house", "1", "A1")],
        "CustomGroup": [{"id": "1", "customGroupName": "Choir"}, {"id": "2", "customGroupName": "Chess"},
                        {"id": "3", "customGroupName": "Briefing"}],
        "CustomGroupMembership": [
            {"id": "c1", "customGroup": {"id": "1"}, "person": {"id": "9A1"}},
            {"id": "c2", "customGroup": {"id": "1"}, "person": {"id": "8S1"}},
            {"id": "c3", "customGroup": {"id": "2"}, "person": {"id": "9A2"}},
            {"id": "c4", "customGroup": {"id": "3"}, "person": {"id": "8S2"}},
        ],
    }  # fmt: skip


def members(found: Any, container_id: str) -> set[tuple[str, Part]]:
    return {(m.person_id, m.part) for m in found.of(Membership) if m.container_id == container_id}


def test_I5_I6_I10_I11_classes_and_groups_of_this_year_by_kind() -> None:
    found = read(Host(school()), Report.GROUPS_CLASSES)
    assert {(c.source_id, c.name, c.kind) for c in found.of(SchoolClass)} == {
        ("form-1", "7KES", ClassKind.REGISTRATION), ("teaching-1", "7x/Ma1", ClassKind.TEACHING),
        ("custom-1", "Choir", ClassKind.CUSTOM),
    }  # fmt: skip
    assert {(g.source_id, g.name, g.kind) for g in found.of(Group)} == {
        ("year-1", "Year 7", GroupKind.YEAR), ("house-1", "Curie", GroupKind.HOUSE),
        ("custom-2", "Chess", GroupKind.STUDENT), ("custom-3", "Briefing", GroupKind.OTHER),
    }  # fmt: skip
    assert members(found, "form-1") == {("A1", Part.PUPIL), ("S2", Part.TEACHER), ("S1", Part.TEACHER)}
    assert members(found, "teaching-1") == {("A2", Part.PUPIL), ("S1", Part.TEACHER)}
    assert members(found, "custom-1") == {("A1", Part.PUPIL), ("S1", Part.TEACHER)}
    assert members(found, "custom-3") == set()
    assert not [m for m in found.of(Membership) if m.container == "group" and m.person_role == "staff"]
    assert Report.GROUPS_CLASSES in found.finished


def test_I7_main_teacher_and_supervisor_where_the_school_says_the_first_is_main() -> None:
    found = read(Host(school()), Report.GROUPS_CLASSES, tutors="first")
    assert members(found, "form-1") >= {("S2", Part.MAIN), ("S1", Part.SUPERVISOR)}
    assert members(found, "teaching-1") >= {("S1", Part.TEACHER)}  # I8


def test_I1_C15_subjects_come_only_on_request() -> None:
    found = read(Host(school()), Report.GROUPS_CLASSES, declined={})
    assert [(s.source_id, s.name) for s in found.of(Subject)] == [("SU1", "Maths")]
    left = {Report.GROUPS_CLASSES: frozenset({"subject_id", "description", "code"})}
    host = Host(school())
    without = read(host, Report.GROUPS_CLASSES, declined=left)
    assert without.of(Subject) == []
    assert {(c.subject_id, c.description, c.code) for c in without.of(SchoolClass)} == {(None, None, None)}
    assert not [q for q in host.questions if "academicUnit" in q]


@pytest.mark.parametrize("hidden", ["TeachingGroupMembership", "RegistrationForm", "AcademicLevel"])
def test_Z20_groups_without_their_members_are_not_finished(hidden: str) -> None:
    found = read(Host(school(), denied=frozenset({hidden})), Report.GROUPS_CLASSES)
    assert Report.GROUPS_CLASSES not in found.finished
    assert hidden in next(n for n in found.notices if n.code == "groups_not_shared").message


def test_houses_may_be_missing() -> None:
    found = read(Host(school(), denied=frozenset({"House"})), Report.GROUPS_CLASSES)
    assert Report.GROUPS_CLASSES in found.finished
    assert not [g for g in found.of(Group) if g.kind is GroupKind.HOUSE]


# -- contacts --------------------------------------------------------------------------


def family(**more: Any) -> dict[str, list[Any]]:
    def tie(own: str, pupil: str, guardian: str, **said: Any) -> dict[str, Any]:
        row = {"id": own, "student": {"id": pupil}, "guardian": {"id": guardian},
               "guardianRelationshipType": {"displayName": "Mother"}, "isLegalGuardian": True,
               "emergencyContactPriority": 1}  # fmt: skip
        return {**row, **said, **more}

    def guardian(own: str, **said: Any) -> dict[str, Any]:
        person = {"id": f"7{own}", "title": {"displayName": "Mr and Mrs"}, "legalFirstName": "Tom and Ann",
                  "legalLastName": "Bloggs"}  # fmt: skip
        return {"id": own, "person": person, **said}

    return {
        "Student": [student("A1"), student("A2"), student("A9", leavingDate="2020-07-20")],
        "StudentGuardianRelationship": [
            tie("1", "A1", "G1"),
            tie("2", "A2", "G1", guardianRelationshipType="Step mother", isLegalGuardian=False,
                emergencyContactPriority=2),
            tie("3", "A9", "G2"),
            {"id": "4", "student": {"id": "A1"}, "guardian": None},
        ],
        "Guardian": [
            guardian("G1", emailAddresses=[{"displayName": "t@home.example", "emailAddressType": "Home"}]),
            guardian("G2"),
        ],
    }  # fmt: skip


def test_H1_H9_contacts_with_relationship_responsibility_and_priority() -> None:
    """A joint record is handed over as it is; who is nobody's contact now is not read (H3)."""
    found = read(Host(family()), Report.CONTACTS)
    assert [(c.source_id, c.title, c.given_name, c.family_name) for c in found.of(Contact)] == [
        ("G1", "Mr and Mrs", "Tom and Ann", "Bloggs")
    ]
    assert set(found.of(ContactLink)) == {
        ContactLink(contact_id="G1", pupil_id="A1", relationship="Mother", parental_responsibility=True,
                    priority=1),
        ContactLink(contact_id="G1", pupil_id="A2", relationship="Step mother", parental_responsibility=False,
                    priority=2),
    }  # fmt: skip
    assert [r.code for r in found.rejected] == ["no_id"]
    assert Report.CONTACTS in found.finished


def test_H6_no_priority_at_all_is_told_once() -> None:
    found = read(Host(family(emergencyContactPriority=None)), Report.CONTACTS)
    assert {link.priority for link in found.of(ContactLink)} == {None}
    assert found.codes.count("no_priority") == 1


def test_H4_addresses_of_contacts_where_the_schema_lists_them() -> None:
    host = Host(family())
    assert read(host, Report.CONTACTS).of(Contact)[0].email is None
    assert "email" in read(host, Report.CONTACTS).of(Contact)[0].unknown


def test_H10_the_contacts_of_one_pupil_when_they_are_needed() -> None:
    with serving(Host(family())) as server, arbor(server) as one:
        assert isinstance(one, FetchesContacts)
        found = one.contacts_of("A2")
        assert [type(each) for each in found] == [Contact, ContactLink]
        assert one.contacts_of("A9")[1].pupil_id == "A9"  # type: ignore[union-attr]
        with pytest.raises(BadAnswer):
            one.contacts_of("nobody")
    hidden = frozenset({"StudentGuardianRelationship"})
    with serving(Host(family(), denied=hidden)) as server, arbor(server) as one, pytest.raises(ScopeMissing):
        one.contacts_of("A2")
