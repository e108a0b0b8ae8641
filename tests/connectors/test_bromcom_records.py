"""What rows of Bromcom become, field by field, with the habits its reference names."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from harness_bromcom import Api, bromcom, member, pupil, staff
from hypothesis import given
from hypothesis import strategies as st
from loopback import TODAY, Read, gather, serving

from connectors.bromcom.words import class_name, parted, school_year
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

STUDENTS, STAFF, GROUPS, CONTACTS = (
    Report.STUDENTS, Report.STAFF, Report.GROUPS_CLASSES, Report.CONTACTS,
)  # fmt: skip


def read(
    *reports: Report, settings: dict[str, str] | None = None, denied: frozenset[str] = frozenset(),
    api: Api | None = None, declined: Any = None, **rows: list[Any],
) -> Read:  # fmt: skip
    rows = {"StudentFlatView": [pupil(1)], "Staff": [staff(9)]} | rows
    with serving(api or Api(rows, denied=denied)) as server, bromcom(server, **settings or {}) as one:
        return gather(one, *reports, declined=declined or {})


def one_pupil(**more: Any) -> Pupil:
    found: Pupil = read(STUDENTS, StudentFlatView=[pupil(1, **more)]).of(Pupil)[0]
    return found


# -- pupils ----------------------------------------------------------------------------


def test_the_pupil_of_the_reference_field_by_field() -> None:
    one = one_pupil(
        firstName="Rhiannon", lastName="Pike", preferredFirstName="Rhi", preferredLastName="Pike  ",
        dateOfBirth="2012-02-29T00:00:00", studentEmail="24rpike@ashgrove.example", yearGroup="9",
        tutorGroupName="9DOK", enrolmentEndDate="2028-07-20T00:00:00", enrolmentendDate=None,
    )  # fmt: skip
    assert (one.source_id, one.mis_id, one.status) == ("1", "1", PupilStatus.CURRENT)
    assert (one.given_name, one.family_name) == ("Rhi", "Pike")
    assert (one.legal_given_name, one.legal_family_name) == ("Rhiannon", "Pike")
    assert (one.date_of_birth, one.email) == (date(2012, 2, 29), "24rpike@ashgrove.example")
    assert (one.upn, one.admission_number) == ("K820200124008", "004871")  # G6
    assert (one.nc_year, one.registration_group) == ("9", "9DOK")
    assert one.admission_date == date(2025, 9, 3)
    assert one.unknown == {"house"}


def test_padded_text_blank_text_and_no_tutor_group() -> None:
    one = one_pupil(firstName=" Ada   ", lastName="   ", studentEmail="", tutorGroupName="NoTutorGrp")
    assert (one.given_name, one.family_name, one.email, one.registration_group) == ("Ada", None, None, None)


def test_keys_are_known_in_any_spelling_and_numbers_are_taken_for_text() -> None:
    row = {key.upper(): value for key, value in pupil(1, yearGroup=9).items()}
    one = read(STUDENTS, api=Api({"StudentFlatView": [row]})).of(Pupil)[0]
    assert (one.given_name, one.nc_year) == ("Forename1", "9")


def test_columns_that_do_not_come_are_unknown_and_not_empty() -> None:
    row = {key: value for key, value in pupil(1).items() if key not in ("upn", "dateOfBirth")}
    one = read(STUDENTS, StudentFlatView=[row]).of(Pupil)[0]
    assert one.unknown == {"house", "upn", "date_of_birth"}


def test_C8_declined_fields_are_dropped_and_named_as_not_asked() -> None:
    found = read(STUDENTS, declined={STUDENTS: frozenset({"upn", "date_of_birth", "given_name"})})
    one = found.of(Pupil)[0]
    assert (one.upn, one.date_of_birth, one.given_name) == (None, None, "Forename1")
    assert {"upn", "date_of_birth"} <= one.unknown


@pytest.mark.parametrize("value", ["31/12/2012", 7, "soon", ["2012"]])
def test_a_value_that_is_no_date_costs_only_its_field(value: Any) -> None:
    found = read(STUDENTS, StudentFlatView=[pupil(1, dateOfBirth=value), "x", pupil(None), pupil(2)])
    assert {p.source_id: p.date_of_birth for p in found.of(Pupil)} == {"1": None, "2": date(2013, 11, 2)}
    assert next((r.where, r.code) for r in found.rejected) == (
        "StudentFlatView[0].dateofbirth", "wrong_type",
    )  # fmt: skip
    assert "no_id" in {r.code for r in found.rejected}
    assert all(r.mend for r in found.rejected)


def test_E8_J1_people_to_come_and_lately_gone_are_told_apart() -> None:
    rows = [
        pupil(1), pupil(2, enrolmentstartDate="2026-02-01T00:00:00"),
        pupil(3, enrolmentendDate="2026-01-14T00:00:00"), pupil(4, enrolmentendDate="2025-07-20T00:00:00"),
        pupil(5, enrolmentendDate="2026-01-15T00:00:00"),
        pupil(1, enrolmentstartDate="2026-09-01T00:00:00"),  # on roll, and enrolled again
    ]  # fmt: skip
    found = read(STUDENTS, Report.STUDENTS_FUTURE, StudentFlatView=rows)
    assert {p.source_id: p.status.value for p in found.of(Pupil)} == {
        "1": "current",
        "2": "admitted",
        "3": "leaver",
        "5": "current",
    }
    assert {p.source_id for p in found.by_report[Report.STUDENTS_FUTURE] if isinstance(p, Pupil)} == {"2"}
    only = read(STUDENTS, StudentFlatView=rows, settings={"leavers": "0"})
    assert {p.source_id for p in only.of(Pupil)} == {"1", "5"}


def test_Z20_a_condition_nobody_heeds_makes_no_leaver_a_pupil() -> None:
    """The server sends everybody whatever is asked: the rows' own dates decide."""

    class Deaf(Api):
        def __call__(self, asked: Any) -> Any:
            asked.query["entityFilter"] = "1=1{page:0}"
            return super().__call__(asked)

    rows = [pupil(1), pupil(2, enrolmentstartDate="2026-02-01T00:00:00"),
            pupil(3, enrolmentendDate="2019-07-20T00:00:00"),
            pupil(4, enrolmentendDate="2026-01-10T00:00:00")]  # fmt: skip
    posts = [staff(9), staff(8, endDate="2020-01-01T00:00:00"), staff(7, startDate="2026-04-01T00:00:00")]
    found = read(STUDENTS, Report.STUDENTS_FUTURE, STAFF, Report.STAFF_FUTURE, CONTACTS,
                 api=Deaf({"StudentFlatView": rows, "Staff": posts}))  # fmt: skip
    assert {p.source_id: p.status.value for p in found.of(Pupil)} == {
        "1": "current",
        "2": "admitted",
        "4": "leaver",
    }
    assert {s.source_id for s in found.by_report[STAFF] if isinstance(s, Staff) and s.current} == {"9"}
    assert {s.source_id for s in found.by_report[Report.STAFF_FUTURE] if isinstance(s, Staff)} == {"7"}
    assert "dates_contradict" in found.codes


def test_enrolment_codes_guests_stay_unless_told_otherwise() -> None:
    rows = [pupil(n, enrolmentStateName=code) for n, code in enumerate("CMSGX", 1)]
    found = read(STUDENTS, StudentFlatView=rows)
    assert {p.status for p in found.of(Pupil)} == {PupilStatus.CURRENT}
    assert {"guests", "enrolment_codes"} <= set(found.codes)
    assert "X (1)" in next(n for n in found.notices if n.code == "enrolment_codes").message
    out = read(STUDENTS, StudentFlatView=rows, settings={"guests": "leave-out"})
    assert {p.source_id for p in out.of(Pupil) if p.status is PupilStatus.OTHER} == {"4"}


def test_houses_are_those_the_settings_name() -> None:
    members = [member(1, 7, "Brunel  "), member(1, 8, "Chess"),
               member(2, 7, "Brunel", endDate="2020-07-01T00:00:00")]  # fmt: skip
    rows = {"StudentFlatView": [pupil(1), pupil(2)], "CollectionAssociates": members}
    found = read(STUDENTS, GROUPS, settings={"houses": "brunel, Curie"}, **rows)
    assert {p.source_id: p.house for p in found.of(Pupil)} == {"1": "Brunel", "2": None}
    assert not any("house" in p.unknown for p in found.of(Pupil))
    assert {g.name: g.kind for g in found.of(Group)} == {
        "Year 7": GroupKind.YEAR, "Brunel": GroupKind.HOUSE, "Chess": GroupKind.STUDENT,
    }  # fmt: skip
    api = Api(rows)
    assert read(STUDENTS, api=api).of(Pupil)[0].house is None
    assert "CollectionAssociates" not in api.entities()
    lost = read(STUDENTS, settings={"houses": "Brunel"}, denied=frozenset({"CollectionAssociates"}), **rows)
    assert all("house" in p.unknown for p in lost.of(Pupil))


# -- staff -----------------------------------------------------------------------------


def test_Z14_the_posts_of_one_person_make_one_record_with_roles_in_order() -> None:
    rows = [
        staff(1207, firstName="Delphine", lastName="Okoro   ", preferredFirstName="Del",
              workEmail="D.Okoro@Ashgrove.example", jobTitle="Teacher of Geography"),
        staff(1207, jobTitle="Head of Year 9", startDate="2021-09-01T00:00:00",
              endDate="2026-07-31T00:00:00"),
        staff(1207, jobTitle="Head of Year 9", startDate="2021-09-01T00:00:00"),
        staff(1207, jobTitle="Cover", endDate="2019-07-31T00:00:00"),
        staff(1344, title="Mr", staffCode=" ", jobTitle="Site Assistant", endDate="2026-03-31T00:00:00"),
    ]  # fmt: skip
    one, other = read(STAFF, Staff=rows).of(Staff)
    assert one.roles == ("Teacher of Geography", "Head of Year 9")
    assert (one.given_name, one.family_name, one.legal_given_name) == ("Del", "Okoro", "Delphine")
    assert (one.email, one.staff_code, one.title) == ("D.Okoro@Ashgrove.example", "DOK", "Mrs")
    assert (one.start_date, one.end_date, one.current) == (date(2018, 9, 1), None, True)
    assert (other.staff_code, other.email, other.end_date) == (None, None, date(2026, 3, 31))
    assert {"teaching", "date_of_birth"} <= one.unknown  # F4
    assert (one.teaching, one.date_of_birth) == (None, None)


def test_C14_the_work_e_mail_comes_only_where_it_was_asked_for() -> None:
    offer = next(o for o in read_declaration() if o.report is STAFF)
    assert {f.name for f in offer.fields if f.on_request} == {"email"}
    found = read(STAFF, Staff=[staff(9, workEmail="a@b.example")], declined={STAFF: frozenset({"email"})})
    assert found.of(Staff)[0].email is None


def read_declaration() -> Any:
    from connectors.bromcom import Bromcom

    return Bromcom.declaration.reports


def test_staff_without_a_code_and_who_teaches_are_settings() -> None:
    rows = [staff(1), staff(2, staffCode="  ")]
    assert len(read(STAFF, Staff=rows).of(Staff)) == 2
    kept = read(STAFF, Staff=rows, settings={"no_staff_code": "leave-out"})
    assert [s.source_id for s in kept.of(Staff)] == ["1"]
    assert "no_staff_code" in kept.codes
    told = read(STAFF, Staff=rows, settings={"teaching": "staff-code"}).of(Staff)
    assert {s.source_id: s.teaching for s in told} == {"1": True, "2": False}
    assert not any("teaching" in s.unknown for s in told)


def test_staff_lately_gone_come_as_not_current_and_starters_by_their_own_report() -> None:
    rows = [staff(1), staff(2, endDate="2026-01-02T00:00:00"), staff(3, startDate="2026-02-23T00:00:00"),
            staff(1, startDate="2026-09-01T00:00:00", jobTitle="Head"),
            staff(4, endDate="2024-01-02T00:00:00"),
            staff(1, endDate="2026-01-03T00:00:00", jobTitle="Cover")]  # fmt: skip
    found = read(STAFF, Report.STAFF_FUTURE, Staff=rows)
    assert {s.source_id: s.current for s in found.by_report[STAFF] if isinstance(s, Staff)} == {
        "1": True, "2": False,
    }  # fmt: skip
    assert {s.source_id for s in found.by_report[Report.STAFF_FUTURE] if isinstance(s, Staff)} == {"3"}
    assert next(s for s in found.of(Staff) if s.source_id == "1").roles == ("Teacher",)


@pytest.mark.parametrize(
    ("pairs", "expected", "code"),
    [
        ([(1, 2), (2, 3)], {"1": "2", "2": "3", "3": None}, ""),
        ([(1, 1), (1, 3), (1, 2), (2, None)], {"1": "3", "2": None, "3": None}, "several_managers"),
        ([(901, 902)], {"1": None, "2": None, "3": None}, "managers_unmatched"),
    ],
)
def test_E4_line_managers(pairs: list[Any], expected: dict[str, Any], code: str) -> None:
    rows = [{"employeeId": own, "lineManagerEmployeeId": above} for own, above in pairs]
    people = [staff(n) for n in (1, 2, 3)]
    found = read(STAFF, Staff=people, StaffLineManagers=[*rows, "x"])
    assert {s.source_id: s.reports_to for s in found.of(Staff)} == expected
    assert all(("reports_to" in s.unknown) is (code == "managers_unmatched") for s in found.of(Staff))
    assert code in ["", *found.codes]


def test_C8_line_managers_that_are_declined_are_not_asked_for() -> None:
    api = Api({"Staff": [staff(1)]})
    read(STAFF, api=api, declined={STAFF: frozenset({"reports_to"})})
    assert api.entities() == {"Staff"}
    lost = read(STAFF, denied=frozenset({"StaffLineManagers"}))
    assert "reports_to" in lost.of(Staff)[0].unknown
    assert STAFF in lost.finished


# -- contacts --------------------------------------------------------------------------


def slot(number: int, name: Any, **more: Any) -> dict[str, Any]:
    return {f"contact{number}{key}": value for key, value in {"Name": name, **more}.items()}


def test_H9_slots_become_contacts_with_their_own_ids() -> None:
    row = pupil(88031, lastName="Pike") | slot(
        1, "Ms Carys Pike ", Telephone="07700 900204", Email="carys.pike@post.example", Relationship="Mother",
        ParentalResponsibility="Yes",
    ) | slot(3, "Mr Jan van der Berg", ParentalResponsibility="No")  # fmt: skip
    found = read(CONTACTS, StudentFlatView=[row])
    first, second = found.of(Contact)
    assert (first.source_id, first.title, first.given_name, first.family_name) == (
        "88031-1", "Ms", "Carys", "Pike",
    )  # fmt: skip
    assert (first.phone, first.email) == ("07700 900204", "carys.pike@post.example")
    assert (second.source_id, second.given_name, second.family_name) == ("88031-3", "Jan", "van der Berg")
    links = found.of(ContactLink)
    assert [(k.pupil_id, k.relationship, k.parental_responsibility, k.priority) for k in links] == [
        ("88031", "Mother", True, None), ("88031", None, False, None),
    ]  # fmt: skip
    assert not found.of(Pupil)
    assert found.codes == ["no_priority"]  # H6
    assert set(found.finished) == {CONTACTS}


def test_H8_H9_a_parent_of_brothers_and_sisters_is_one_person_with_a_link_to_each() -> None:
    """Alike in name and in at least one address or number; known by the first child, whatever the order."""
    ola = {"Email": "ola@post.example", "ParentalResponsibility": "Yes"}
    rows = [
        pupil(20) | slot(1, "Ms Ola Hale", Relationship="Mother", **ola) | slot(2, "Mr Bo Hale"),
        pupil(3) | slot(1, "Mr Bo Hale") | slot(2, "Ms Ola Hale ", Relationship="Parent", **ola),
        pupil(21) | slot(1, "Ms Ola Hale", Email="other@post.example") | slot(2, "Ms Ola Hale", **ola)
        | slot(3, "Ms Ola Hale", **ola),
    ]  # fmt: skip
    found = read(CONTACTS, StudentFlatView=rows)
    assert sorted(c.source_id for c in found.of(Contact)) == ["20-2", "21-1", "3-1", "3-2"]
    links = {(k.contact_id, k.pupil_id): k.relationship for k in found.of(ContactLink)}
    assert len(links) == len(found.of(ContactLink)) == 6
    assert (links["3-2", "20"], links["3-2", "3"], links["3-2", "21"]) == ("Mother", "Parent", None)
    assert "contacts_folded" in found.codes


@pytest.mark.parametrize(("told", "is_responsible"), [("yes", True), ("NO", False), ("", None), ("?", None)])
def test_parental_responsibility_is_a_word(told: str, is_responsible: bool | None) -> None:
    row = pupil(1) | slot(1, "Ms A Hale", ParentalResponsibility=told)
    found = read(CONTACTS, StudentFlatView=[row])
    assert found.of(ContactLink)[0].parental_responsibility is is_responsible
    assert len(found.rejected) == (told == "?")


def test_a_slot_without_a_name_is_left_out_and_told_only_if_it_holds_something() -> None:
    row = pupil(1) | slot(1, " ", Telephone="07700 900204") | slot(2, None)
    found = read(CONTACTS, StudentFlatView=[row])
    assert not found.of(Contact)
    assert [(r.code, r.where) for r in found.rejected] == [("no_name", "StudentFlatView[0].contact1Name")]


def test_pupils_without_contact_columns_leave_contacts_as_they_are() -> None:
    row = {key: value for key, value in pupil(1).items() if not key.startswith("contact")}
    found = read(STUDENTS, CONTACTS, StudentFlatView=[row])
    assert set(found.finished) == {STUDENTS}
    assert "contacts_not_shared" in found.codes


def test_C8_declined_contact_fields_do_not_come() -> None:
    row = pupil(1) | slot(1, "Ms A Hale", Email="a@post.example", Relationship="Mother")
    dropped = frozenset({"email", "relationship", "title"})
    found = read(CONTACTS, StudentFlatView=[row], declined={CONTACTS: dropped})
    one = found.of(Contact)[0]
    assert (one.email, one.title, one.family_name) == (None, None, "Hale")
    assert dropped <= one.unknown
    assert found.of(ContactLink)[0].relationship is None


@pytest.mark.parametrize(
    ("name", "family", "expected"),
    [
        ("Mr and Mrs J Bloggs", None, ("Mr and Mrs", "J", "Bloggs")),
        ("Mr & Mrs Okoro", None, ("Mr & Mrs", None, "Okoro")),
        ("Mr J Hale and Mrs K Hale", None, ("Mr", "J", "Hale and Mrs K Hale")),
        ("Jo Hale & Kim Hale", None, (None, "Jo Hale & Kim", "Hale")),
        ("Dr Ana Garcia Lopez", "Garcia Lopez", ("Dr", "Ana", "Garcia Lopez")),
        ("Dr Ana Garcia Lopez", None, ("Dr", "Ana Garcia", "Lopez")),
        ("Mrs", None, (None, None, "Mrs")), ("Suharyanto", "Suharyanto", (None, None, "Suharyanto")),
        ("Rev. Prof. Ada King", None, ("Rev. Prof.", "Ada", "King")),
    ],
)  # fmt: skip
def test_Z13_names_are_parted_and_joint_ones_handed_over_whole(name: str, family: Any, expected: Any) -> None:
    assert parted(name, family=family) == expected


@given(st.text(max_size=60), st.text(max_size=20))
def test_parting_a_name_loses_no_word(name: str, family: str) -> None:
    told = parted(name, family=family)
    assert " ".join(filter(None, told)).split() == name.split()
    assert bool(told[2]) is bool(name.split())


# -- classes ---------------------------------------------------------------------------


def taught(person: Any, name: Any, subject: Any = "English") -> dict[str, Any]:
    return {"studentId": person, "className": name, "subjectDescription": subject}


def lesson(person: Any, name: str, cover: Any = "No") -> dict[str, Any]:
    return {"staffId": person, "className": name, "isCover": cover, "locationName": "UNKNOWN"}


def part(found: Read, own: str, role: str) -> dict[str, Part]:
    return {m.person_id: m.part for m in found.of(Membership)
            if m.container_id == own and m.person_role == role}  # fmt: skip


def test_class_names_with_their_year_are_one_class_and_another_years_is_none() -> None:
    rows = [taught(1, "7x/En1 (25/26)"), taught(2, "7x/En1  "), taught(2, "7x/En1"), taught(3, "7x/En1"),
            taught(1, "6x/En1 (24/25)"), taught(1, " "), "x"]  # fmt: skip
    lessons = [lesson(9, "7x/En1"), lesson(8, "7x/En1 (25/26)"), lesson(7, "7x/En1", "Yes"),
               lesson(6, "7x/En1 (24/25)"), lesson(None, "7x/En1"), "x"]  # fmt: skip
    found = read(GROUPS, StudentFlatView=[pupil(1), pupil(2)], YearGroupSubjectStudents=rows,
                 TimeTable=lessons, declined={GROUPS: frozenset({"subject_id"})})  # fmt: skip
    kinds = {c.source_id: (c.name, c.kind) for c in found.of(SchoolClass)}
    assert kinds == {"tutor-7KES": ("7KES", ClassKind.REGISTRATION),
                     "class-7x/En1": ("7x/En1", ClassKind.TEACHING)}  # fmt: skip
    assert part(found, "class-7x/En1", "pupil").keys() == {"1", "2"}
    assert part(found, "class-7x/En1", "staff") == {"9": Part.TEACHER, "8": Part.TEACHER}
    assert not found.of(Subject)
    assert "other_year" in found.codes


def test_C15_subjects_come_where_they_were_asked_for() -> None:
    found = read(GROUPS, YearGroupSubjectStudents=[taught(1, "7x/En1"), taught(1, "7x/Ma1", None)])
    assert [(s.source_id, s.name) for s in found.of(Subject)] == [("subject-English", "English")]
    links = {c.name: c.subject_id for c in found.of(SchoolClass)}
    assert links == {"7KES": None, "7x/En1": "subject-English", "7x/Ma1": None}


def test_I7_main_and_additional_tutors_and_who_teaches_a_collection() -> None:
    members = [member(1, 3, "7KES"), member(1, 4, "7x/En1"), member(1, 5, "Swimming"), member(1, 6, "Year 7"),
               member(1, 44, "Old (24/25)")]  # fmt: skip
    times = [{"collectionID": 4, "employeeID": 9, "startDate": "2025-09-01T00:00:00", "endDate": None},
             {"collectionID": 3, "employeeID": 9, "startDate": "2025-09-01T00:00:00", "endDate": None},
             {"collectionID": 3, "employeeID": 5, "startDate": "2024-09-01T00:00:00",
              "endDate": "2025-08-31T00:00:00"}]  # fmt: skip
    told = ((9, 3, "Main Tutor"), (8, 3, "Additional Tutor"), (9, 5, "Teacher"), (7, 3, "Head of House"),
            (6, 4, "Main Teacher"))  # fmt: skip
    leaders = [
        {"StaffID": person, "CollectionID": own, "CollectionRoleTypeDescription": role, "EndDate": None}
        for person, own, role in told
    ]
    rows = {"CollectionAssociates": members, "CollectionTimetables": times, "CollectionExecutives": leaders,
            "YearGroupSubjectStudents": [taught(1, "7x/En1")]}  # fmt: skip
    found = read(GROUPS, **rows)
    assert part(found, "tutor-7KES", "staff") == {"9": Part.MAIN, "8": Part.SUPERVISOR}
    assert part(found, "class-7x/En1", "staff") == {"9": Part.TEACHER, "6": Part.MAIN}
    assert {c.name: c.kind for c in found.of(SchoolClass)}["Swimming"] is ClassKind.CUSTOM
    assert {g.name for g in found.of(Group)} == {"Year 7"}
    plain = read(GROUPS, settings={"executives": "ignore", "collections": "ignore"}, **rows)
    assert part(plain, "tutor-7KES", "staff") == {"9": Part.TEACHER}
    assert {c.name for c in plain.of(SchoolClass)} == {"7KES", "7x/En1"}


def test_Z20_classes_that_are_not_granted_leave_groups_as_they_are() -> None:
    found = read(STUDENTS, GROUPS, denied=frozenset({"TimeTable"}))
    assert set(found.finished) == {STUDENTS}
    assert not found.of(SchoolClass)


@given(st.dates(date(2000, 1, 1), date(2098, 12, 31)))
def test_a_class_of_this_year_is_known_on_any_day(day: date) -> None:
    first, second = school_year(day)
    assert class_name(f"7x/En1 ({first:02d}/{second:02d}) ") == ("7x/En1", (first, second))
    assert (first + 1) % 100 == second


def test_the_year_of_the_tests_day() -> None:
    assert school_year(TODAY) == (25, 26)
    assert school_year(date(2026, 8, 31)) == (25, 26)
    assert school_year(date(2026, 9, 1)) == (26, 27)
