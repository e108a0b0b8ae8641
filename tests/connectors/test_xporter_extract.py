"""What Xporter's rows become, page by page, change by change, and what is not asked for at all."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from harness_xporter import SCOPES, Host, contact, group, link, staff, student, xporter
from loopback import Asked, Read, Reply, as_json, gather, serving

from connectors.errors import (
    BadAnswer,
    ConnectorError,
    ContradictoryExtract,
    EmptyExtract,
    MisOffline,
    ScopeMissing,
    ShortExtract,
    TooLarge,
)
from connectors.records import (
    ClassKind,
    Contact,
    ContactLink,
    Gone,
    Group,
    GroupKind,
    Mark,
    Membership,
    Part,
    Pupil,
    PupilStatus,
    Report,
    SchoolClass,
    Staff,
    Subject,
)
from connectors.xporter import changes
from connectors.xporter.declaration import DECLARATION

PHOTO = frozenset({"photo_id", "photo_hash"})
NO_PHOTOS = dict.fromkeys((Report.STAFF, Report.STUDENTS, Report.STAFF_FUTURE, Report.STUDENTS_FUTURE), PHOTO)


def read(host: Host, *reports: Report, settings: dict[str, str] | None = None, **more: Any) -> Read:
    more.setdefault("declined", NO_PHOTOS)
    with serving(host) as server, xporter(server, **(settings or {})) as one:
        found = gather(one, *reports, **more)
        found.asked = server.asked  # type: ignore[attr-defined]
    return found


def asked(found: Read, name: str) -> list[dict[str, str]]:
    """The queries put to one collection."""
    return [one.query for one in found.asked if f"/{name}" in one.path]  # type: ignore[attr-defined]


# -- fields ----------------------------------------------------------------------------


def test_G5_G6_G8_a_pupil_field_by_field() -> None:
    row = student(
        "4410", Forename="Nia", Surname="Okonjo-Hale", MiddleName="Oluchi", LegalForename="Adaeze",
        LegalSurname="Okonjo-Hale", FormerUPN="D823401725099", UniqueLearnerNumber="0123456789",
        HouseGroup="Teal", LeavingDate="2026-07-22", WorkEmail="nia@larkmere.example",
    )  # fmt: skip
    found = read(Host({"Students": [row]}), Report.STUDENTS)
    [pupil] = found.of(Pupil)
    assert pupil.updated_at is not None
    assert pupil == Pupil(
        source_id="4410", mis_id="4410", given_name="Nia", family_name="Okonjo-Hale", middle_names="Oluchi",
        legal_given_name="Adaeze", legal_family_name="Okonjo-Hale", date_of_birth=date(2013, 11, 2),
        upn="D823401725011", former_upn="D823401725099", uln="0123456789", admission_number="003318",
        nc_year="Year 7", registration_group="7KES", house="Teal", admission_date=date(2025, 9, 1),
        leaving_date=date(2026, 7, 22), email="nia@larkmere.example", status=PupilStatus.CURRENT,
        updated_at=pupil.updated_at, unknown=PHOTO,
    )  # fmt: skip
    assert found.rejected == []


@pytest.mark.parametrize(("flag", "teaching"), [(1, True), (0, False), (None, None), ("1", True), ("", None)])
def test_F4_Z14_a_member_of_staff_field_by_field(flag: Any, teaching: bool | None) -> None:
    """Roles in the MIS's order, a slash inside one, the same one once; no flag is unknown, not "no"."""
    row = staff(
        "207", IsTeacher=flag, Roles="Head of Art/Design, Teacher,Teacher,,", WorkPhone="01632 960100"
    )
    [one] = read(Host({"Staff": [row]}), Report.STAFF).of(Staff)
    assert one.teaching is teaching
    assert one.roles == ("Head of Art/Design", "Teacher")
    assert (one.title, one.staff_code, one.email, one.phone) == (
        "Dr", "FHA", "f.hale@larkmere.example", "01632 960100",
    )  # fmt: skip
    assert (one.start_date, one.end_date, one.current) == (date(2022, 9, 1), None, True)
    assert one.date_of_birth == date(1981, 5, 23)


@pytest.mark.parametrize("key", ["DateofBirth", "DateOfBirth", "dateofbirth"])
def test_G12_columns_are_found_however_they_are_spelt(key: str) -> None:
    row = student("1")
    row[key] = row.pop("DateofBirth")
    assert read(Host({"Students": [row]}), Report.STUDENTS).of(Pupil)[0].date_of_birth == date(2013, 11, 2)


def test_a_column_no_scope_lets_through_is_unknown_and_an_empty_one_is_not() -> None:
    row = student("1", WorkEmail=None)
    for column in ("DateofBirth", "UPN", "FormerUPN"):
        del row[column]
    found = read(Host({"Students": [row]}), Report.STUDENTS)
    [pupil] = found.of(Pupil)
    assert pupil.unknown == {"date_of_birth", "upn", "former_upn", *PHOTO}
    notice = next(n for n in found.notices if n.code == "details_not_shared")
    assert "StudentExtended, UPN" in notice.message
    assert "Groupcall" in notice.mend


def test_a_preferred_name_that_is_blank_gives_way_to_the_legal_one() -> None:
    row = student("1", Forename=" ", LegalForename="Adaeze")
    assert read(Host({"Students": [row]}), Report.STUDENTS).of(Pupil)[0].given_name == "Adaeze"


def test_a_bad_value_costs_its_field_and_is_told_with_its_place() -> None:
    rows = [
        student("1", DateofBirth="soon"),
        student("2", AdmissionNo={"a": 1}),
        "no row",
        student("", Id=None),
    ]
    found = read(Host({"Students": rows}), Report.STUDENTS)
    assert [p.source_id for p in found.of(Pupil)] == ["1", "2"]
    assert {(r.where, r.field, r.code) for r in found.rejected} == {
        ("pupils[0].dateofbirth", "date_of_birth", "wrong_type"),
        ("pupils[1].admissionno", "admission_number", "wrong_type"),
        ("pupils[2]", None, "wrong_type"), ("pupils[3].id", None, "no_id"),
    }  # fmt: skip


# -- now and later ---------------------------------------------------------------------


LATER = {
    "Students": [student("1"), student("2", StudentStatus="PreAdmission"), student("3", StudentStatus="Odd")],
    "Staff": [staff("7"), staff("8", StaffStatus="Future", EmploymentStart="2026-09-01"),
              staff("9", StaffStatus="Previous")],
}  # fmt: skip


def test_F6_J1_J2_the_status_tells_which_report_somebody_belongs_to() -> None:
    found = read(Host(LATER), Report.STUDENTS, Report.STUDENTS_FUTURE, Report.STAFF, Report.STAFF_FUTURE)
    told = {
        report: [(one.source_id, getattr(one, "status", getattr(one, "current", None))) for one in records]
        for report, records in found.by_report.items()
    }
    assert told == {
        Report.STUDENTS: [("1", PupilStatus.CURRENT), ("3", PupilStatus.OTHER)],
        Report.STUDENTS_FUTURE: [("2", PupilStatus.ACCEPTED)],
        Report.STAFF: [("7", True), ("9", False)], Report.STAFF_FUTURE: [("8", False)],
    }  # fmt: skip
    assert asked(found, "Students")[0]["options"] == "includePreAdmissions"
    assert asked(found, "Staff")[0]["options"] == "includeFuture"


def test_C_who_comes_later_is_not_asked_for_unless_wanted() -> None:
    found = read(Host(LATER), Report.STUDENTS, Report.STAFF)
    assert all("options" not in query for query in asked(found, "St"))
    assert set(found.by_report) == {Report.STUDENTS, Report.STAFF}
    only = read(Host(LATER), Report.STUDENTS_FUTURE)
    assert [p.source_id for p in only.of(Pupil)] == ["2"]


def test_without_a_status_everybody_told_is_here_unless_employment_ended() -> None:
    ended = staff("8", StaffStatus=None, EmploymentEnd="2025-12-31")
    rows = {"Students": [student("1", StudentStatus=None)], "Staff": [staff("7", StaffStatus=None), ended]}
    found = read(Host(rows), Report.STUDENTS, Report.STAFF)
    assert found.of(Pupil)[0].status is PupilStatus.CURRENT
    assert [s.current for s in found.of(Staff)] == [True, False]


# -- what is not asked for -------------------------------------------------------------


def test_X2_C8_only_the_columns_of_accepted_fields_are_asked_for() -> None:
    """Xporter's pupils carry free meals, ethnicity, care: none of it is asked for, ever."""
    declined = {Report.STUDENTS: DECLARATION.offered(Report.STUDENTS) - {"upn", "given_name", "family_name"}}
    found = read(Host({"Students": [student("1")]}), Report.STUDENTS, declined=declined)
    assert asked(found, "Students")[0]["select"].split(",") == [
        "Id", "StudentStatus", "LastUpdated", "Forename", "LegalForename", "Surname", "LegalSurname", "UPN",
    ]  # fmt: skip
    [pupil] = found.of(Pupil)
    assert pupil.upn and pupil.legal_given_name is None and pupil.date_of_birth is None
    assert "date_of_birth" in pupil.unknown
    everything = asked(read(Host({"Students": [student("1")]}), Report.STUDENTS), "Students")[0]["select"]
    assert not {"FSMEligible", "Ethnicity", "InLeaCare", "AddressBlock"} & set(everything.split(","))


def test_where_columns_cannot_be_named_all_come_and_the_rest_is_dropped() -> None:
    def no_select(one: Asked) -> Reply | None:
        return as_json({"ExceptionMessage": "Invalid column in select"}) if "select" in one.query else None

    rows = {"Students": [student(str(n)) for n in range(7)], "Staff": [staff("7")]}
    found = read(Host(rows, hook=no_select, most=3), Report.STUDENTS, Report.STAFF,
                 declined={**NO_PHOTOS, Report.STUDENTS: PHOTO | {"upn"}})  # fmt: skip
    assert len(found.of(Pupil)) == 7
    assert found.codes.count("select_refused") == 1
    assert found.of(Pupil)[0].upn is None
    off = read(Host(rows), Report.STUDENTS, settings={"select": "all"})
    assert "select" not in asked(off, "Students")[0]
    with pytest.raises(BadAnswer):
        read(Host(rows, told={"Students": "Something went wrong"}), Report.STUDENTS)


def test_C14_photos_are_references_and_no_picture_is_asked_for() -> None:
    photos = [
        {"Id": "1", "PersonId": "4410", "PersonType": "Student", "RowHash": "AB" * 20},
        {"Id": "2", "PersonId": "4410", "PersonType": "Staff", "RowHash": "CD" * 20}, "no row", {"Id": "3"},
    ]  # fmt: skip
    rows = {"Students": [student("4410"), student("4411")], "Photos": photos}
    found = read(Host(rows), Report.STUDENTS, declined={})
    assert [(p.photo_id, p.photo_hash) for p in found.of(Pupil)] == [("photo-1", "AB" * 20), (None, None)]
    assert all("Photo" not in query["select"].split(",") for query in asked(found, "Photos"))
    assert {query["PersonType"] for query in asked(found, "Photos")} == {"Student"}
    assert asked(read(Host(rows), Report.STUDENTS), "Photos") == []
    refused = read(Host(rows, told={"Photos": "The scope Photos is required."}), Report.STUDENTS, declined={})
    assert refused.of(Pupil)[0].unknown == PHOTO
    assert any("Photos" in n.message for n in refused.notices if n.code == "details_not_shared")


# -- groups ----------------------------------------------------------------------------


GROUPS = [
    group("31", Type="YearGrp", Code="7", Name="Year  7", IdaasId="GY-31", StudentIds="1,2"),
    group("40", Type="HouseGrp", Code="T", Name="Teal", IdaasId="GH-40", StudentIds="2"),
    group("612", StudentIds="1,2", StaffIds="208,207,209", PrimaryStaffId="207"),
    group("31", Type="TeachingGrp", Code="7X/Ma1", Name="7X/Ma1", IdaasId="GC-31", StudentIds="PL-1, PL-2,",
          StaffIds="PWT-207,208", PrimaryStaffId=None, SubjectLocalId="111", SubjectCode="Ma",
          SubjectName="Mathematics"),
]  # fmt: skip


def test_I5_I6_I7_I8_I10_I11_groups_by_their_type_with_their_members() -> None:
    found = read(Host({"Groups": GROUPS}), Report.GROUPS_CLASSES)
    assert found.of(Group) == [
        Group(source_id="year-31", name="Year 7", code="7", kind=GroupKind.YEAR),
        Group(source_id="house-40", name="Teal", code="T", kind=GroupKind.HOUSE),
    ]
    assert found.of(SchoolClass) == [
        SchoolClass(source_id="reg-612", name="7KES", code="7KES", kind=ClassKind.REGISTRATION),
        SchoolClass(source_id="teaching-31", name="7X/Ma1", code="7X/Ma1", kind=ClassKind.TEACHING,
                    subject_id="111"),
    ]  # fmt: skip
    assert found.of(Subject) == [Subject(source_id="111", code="Ma", name="Mathematics")]
    parts = {(m.container_id, m.person_role, m.person_id): m.part for m in found.of(Membership)}
    assert parts == {
        ("year-31", "pupil", "1"): Part.PUPIL, ("year-31", "pupil", "2"): Part.PUPIL,
        ("house-40", "pupil", "2"): Part.PUPIL,
        ("reg-612", "pupil", "1"): Part.PUPIL, ("reg-612", "pupil", "2"): Part.PUPIL,
        ("reg-612", "staff", "207"): Part.MAIN, ("reg-612", "staff", "208"): Part.SUPERVISOR,
        ("reg-612", "staff", "209"): Part.TEACHER,
        ("teaching-31", "pupil", "1"): Part.PUPIL, ("teaching-31", "pupil", "2"): Part.PUPIL,
        ("teaching-31", "staff", "207"): Part.TEACHER, ("teaching-31", "staff", "208"): Part.TEACHER,
    }  # fmt: skip
    assert Report.GROUPS_CLASSES in found.finished


def test_Z12_without_a_primary_nobody_is_called_the_main_teacher() -> None:
    rows = [group("612", StaffIds="208,207")]
    found = read(Host({"Groups": rows}), Report.GROUPS_CLASSES)
    assert {m.part for m in found.of(Membership)} == {Part.TEACHER}


def test_C15_subjects_come_only_if_asked_for() -> None:
    found = read(Host({"Groups": GROUPS}), Report.GROUPS_CLASSES,
                 declined={Report.GROUPS_CLASSES: frozenset({"subject_id"})})  # fmt: skip
    assert found.of(Subject) == []
    assert {c.subject_id for c in found.of(SchoolClass)} == {None}
    assert {query["options"] for query in asked(found, "Groups")} == {"includeMembersIds"}


def test_groups_without_their_members_leave_everything_as_it_is() -> None:
    rows = [{k: v for k, v in group("612").items() if k != "StudentIds"}]
    found = read(Host({"Groups": rows}), Report.GROUPS_CLASSES)
    assert "members_not_shared" in found.codes
    assert Report.GROUPS_CLASSES not in found.finished


def test_Z20_no_groups_where_some_are_counted_is_a_fault() -> None:
    with pytest.raises(ShortExtract):
        read(Host({}, counts={"Groups": 12}), Report.GROUPS_CLASSES)


def test_E6_E12_teaching_groups_are_not_asked_of_a_mis_that_has_none_by_this_route() -> None:
    meta = {"Id": 1, "MIS": "ScholarPack", "DateTime": "2026-01-15T02:07:21.03"}
    found = read(Host({"Groups": GROUPS}, meta=meta), Report.GROUPS_CLASSES)
    assert {query["Type"] for query in asked(found, "Groups")} == {"YearGrp", "HouseGrp", "RegGrp"}
    assert "no_teaching_groups" in found.codes
    assert Report.GROUPS_CLASSES in found.finished


# -- contacts --------------------------------------------------------------------------


KIN = {
    "StudentContacts": [
        link("1", "91"), link("2", "91", Relationship="Step Father", ParResp=0, Priority=None),
        link("2", "92", Priority="3"),
    ],
    "Contacts": [contact("91"), contact("92", HomeEmail=None, WorkEmail="w@x.example", MobilePhone=None,
                                        HomePhone="01632 960200"), contact("93")],
}  # fmt: skip


def test_H3_H9_contacts_and_their_links_come_from_two_collections() -> None:
    found = read(Host(KIN), Report.CONTACTS)
    assert found.of(ContactLink) == [
        ContactLink(contact_id="91", pupil_id="1", relationship="Father", parental_responsibility=True,
                    priority=1),
        ContactLink(contact_id="91", pupil_id="2", relationship="Step Father", parental_responsibility=False),
        ContactLink(contact_id="92", pupil_id="2", relationship="Father", parental_responsibility=True,
                    priority=3),
    ]  # fmt: skip
    assert [(c.source_id, c.email, c.phone) for c in found.of(Contact)] == [
        ("91", "femi.hale@mail.example", "07700900441"), ("92", "w@x.example", "01632 960200"),
    ]  # fmt: skip
    assert "no_priority" not in found.codes
    assert "AddressBlock" not in asked(found, "Contacts")[0]["select"]


def test_H6_without_any_priority_one_notice_says_so() -> None:
    rows = {**KIN, "StudentContacts": [link("1", "91", Priority=None), link("2", "92", Priority="")]}
    found = read(Host(rows), Report.CONTACTS)
    assert {k.priority for k in found.of(ContactLink)} == {None}
    assert found.codes.count("no_priority") == 1


def test_a_link_that_names_nobody_is_left_out_and_told() -> None:
    rows = {**KIN, "StudentContacts": [link("1", "91"), link("", "92", Id="x"), link("2", "", Id="y"), 7]}
    found = read(Host(rows), Report.CONTACTS)
    assert [r.where for r in found.rejected] == ["links[1]", "links[2]", "links[3]"]
    assert len(found.of(ContactLink)) == 1


def test_Z20_links_without_contacts_contradict_each_other_and_none_where_some_are_counted_is_short() -> None:
    with pytest.raises(ContradictoryExtract):
        read(Host({"StudentContacts": [link("1", "91")]}), Report.CONTACTS)
    with pytest.raises(ShortExtract):
        read(Host({}, counts={"Contacts": 3}), Report.CONTACTS)


def test_H10_the_contacts_of_one_pupil_whose_number_is_also_a_contacts() -> None:
    rows = {
        "StudentContacts": [link("91", "92"), link("1", "91")],
        "Contacts": [contact("91"), contact("92")],
    }
    with serving(Host(rows)) as server, xporter(server) as one:
        found = one.contacts_of("91")
        assert one.contacts_of("4") == ()
        paths = [path for path in server.paths() if "Contacts" in path]
    assert [type(each).__name__ for each in found] == ["Contact", "ContactLink"]
    assert (found[0].source_id, found[1].pupil_id) == ("92", "91")  # type: ignore[union-attr]
    assert paths[:2] == ["/api/v1/School/8234017/StudentContacts/91", "/api/v1/School/8234017/Contacts/92"]
    with (
        serving(Host(told={"StudentContacts": "The scope Contact is required."})) as server,
        xporter(server) as one,
        pytest.raises(ScopeMissing),
    ):
        one.contacts_of("91")


# -- attendance ------------------------------------------------------------------------


def mark(pupil: str, **more: Any) -> dict[str, Any]:
    row = {"Id": f"{pupil}.2026-01-14.AM", "Date": "2026-01-14", "StudentId": pupil, "Mark": "/", "Type": "S",
           "Session": "AM"}  # fmt: skip
    return {**row, **more}


def test_E9_marks_of_whole_weeks() -> None:
    rows = [mark("1"), mark("2", Mark="\\", Session="PM"), mark("3", Mark="-"), mark("4", Date=None)]
    found = read(
        Host({"AttendanceForDateRange": rows}), Report.ATTENDANCE, settings={"attendance_weeks": "2"}
    )
    assert found.of(Mark) == [
        Mark(pupil_id="1", day=date(2026, 1, 14), session="AM", code="/"),
        Mark(pupil_id="2", day=date(2026, 1, 14), session="PM", code="\\"),
    ]
    assert [r.code for r in found.rejected] == ["incomplete"]
    [query] = asked(found, "AttendanceForDateRange")
    assert (query["DateFrom"], query["DateTo"]) == ("2026-01-05", "2026-01-16")


def test_attendance_that_cannot_be_fetched_just_now_leaves_the_others_working() -> None:
    host = Host({"Staff": [staff("7")]}, told={"AttendanceForDateRange": "Unable to connect to the agent."})
    found = read(host, Report.STAFF, Report.ATTENDANCE)
    assert set(found.finished) == {Report.STAFF}
    assert "mis_offline" in found.codes
    with pytest.raises(MisOffline):
        read(host, Report.ATTENDANCE)


# -- pages -----------------------------------------------------------------------------


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("most", [1, 3, 4, 12, 10_000])
def test_everybody_comes_once_however_long_the_pages_are(most: int, plain: bool) -> None:
    """The last page promises another one too; only the numbers count, and without numbers the rows."""
    host = Host({"Students": [student(str(n)) for n in range(12)]}, most=most, plain=plain)
    found = read(host, Report.STUDENTS, settings={"page_size": "7"})
    assert [p.source_id for p in found.of(Pupil)] == [str(n) for n in range(12)]
    pages = -(-12 // min(most, 7))
    assert len(asked(found, "Students")) == pages + plain


def test_pages_travel_at_the_same_time() -> None:
    import threading

    together, lock, most = [0], threading.Lock(), [0]
    met = threading.Barrier(2, timeout=5)

    def count(one: Asked) -> Reply | None:
        if "/Students" in one.path and one.query.get("page") in ("2", "3"):
            with lock:
                together[0] += 1
                most[0] = max(most[0], together[0])
            met.wait()
            with lock:
                together[0] -= 1
        return None

    host = Host({"Students": [student(str(n)) for n in range(12)]}, most=4, hook=count)
    assert len(read(host, Report.STUDENTS).of(Pupil)) == 12
    assert most[0] == 2


def bent(pages: dict[str, str]) -> Any:
    """Another page than the one asked for."""

    def hook(one: Asked) -> Reply | None:
        if "/Students" in one.path and one.query.get("page") in pages:
            one.query["page"] = pages[one.query["page"]]
        return None

    return hook


@pytest.mark.parametrize(("pages", "kind"), [({"2": "1"}, ShortExtract), ({"2": "3"}, ShortExtract)])
def test_Z20_a_page_that_stands_in_for_another_is_noticed(
    pages: dict[str, str], kind: type[ConnectorError]
) -> None:
    rows = [student(str(n)) for n in range(12)]
    with pytest.raises(kind) as caught:
        read(Host({"Students": rows}, most=4, hook=bent(pages)), Report.STUDENTS)
    assert "8 pupils arrived; Xporter counts 12" in caught.value.message


def test_Z20_a_wrong_number_of_rows_is_short_and_pages_without_end_are_too_large() -> None:
    rows = {"Students": [student("1")]}
    told = {"Students": {"__pagination__": [{"PageNumber": 1, "PageCount": 1, "RowCount": 3}]}}
    with pytest.raises(ShortExtract):
        read(Host(rows, extra=told), Report.STUDENTS)
    told = {"Students": {"Students": [student("1")], "__pagination__": [{"PageCount": 10**9}]}}
    with pytest.raises(TooLarge):
        read(Host(rows, extra=told), Report.STUDENTS)


def test_somebody_twice_is_kept_once_and_told() -> None:
    found = read(Host({"Students": [student("1"), student("1"), student("2")]}), Report.STUDENTS)
    assert [p.source_id for p in found.of(Pupil)] == ["1", "2"]
    assert "duplicates" in found.codes


# -- totals, and people held back ------------------------------------------------------


THREE = {"Students": [student("1"), student("2"), student("3")]}


def test_Z20_fewer_than_counted_is_short_and_an_empty_school_is_no_school() -> None:
    with pytest.raises(ShortExtract):
        read(Host(THREE, counts={"Students": 4}), Report.STUDENTS)
    with pytest.raises(EmptyExtract):
        read(Host({"Students": []}), Report.STUDENTS)
    with pytest.raises(EmptyExtract):
        read(Host({"Students": [student("1", StudentStatus="PreAdmission")]}), Report.STUDENTS,
             Report.STUDENTS_FUTURE)  # fmt: skip
    with pytest.raises(ContradictoryExtract):
        read(Host({"Staff": [staff(str(n)) for n in range(30)]}, counts={"Staff": 9}), Report.STAFF)
    assert read(Host({"Students": []}), Report.STUDENTS_FUTURE).finished[Report.STUDENTS_FUTURE]


def test_totals_count_who_is_here_now() -> None:
    rows = {"Students": [*THREE["Students"], student("4", StudentStatus="PreAdmission")]}
    found = read(Host(rows, counts={"Students": 3}), Report.STUDENTS, Report.STUDENTS_FUTURE)
    assert found.finished[Report.STUDENTS].counted == 3
    assert found.finished[Report.STUDENTS_FUTURE].counted is None
    assert "no_totals" not in found.codes
    ignored = read(Host(THREE, counts={"Students": 9}), Report.STUDENTS, settings={"counts": "ignore"})
    assert ignored.finished[Report.STUDENTS].counted is None


def test_totals_that_moved_while_we_read_are_asked_for_once_more() -> None:
    host = Host(THREE, counts={"Students": 4})

    def moved(one: Asked) -> Reply | None:
        if "/Students" in one.path:
            host.counts = {"Students": 3}
        return None

    host.hook = moved
    assert read(host, Report.STUDENTS).finished[Report.STUDENTS].counted == 3


def test_people_the_school_holds_back_are_told_and_are_no_short_extract() -> None:
    host = Host(THREE, counts={"Students": 5}, gdpr={"StudentIds": ["8", "PL-9"]})
    found = read(host, Report.STUDENTS)
    assert "2 people back" in next(n.message for n in found.notices if n.code == "people_held_back")
    assert found.finished[Report.STUDENTS].counted == 3
    only = Host(THREE, counts={"Students": 500}, gdpr={"IsOptIn": True, "StudentIds": ["1", "2", "3"]})
    assert read(only, Report.STUDENTS).finished[Report.STUDENTS].counted is None


# -- changes ---------------------------------------------------------------------------


OLD, NEW = "5c0d" * 8, "91ab" * 8


def changed(requested: str = OLD, following: str = NEW, *, gone: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "Students_deleted": [{"Id": one} for one in gone],
        "__changedRows__": [{
            "PreviousChangedRows": "*", "RequestedChangedRows": requested, "NextChangedRows": following,
            "NextUrl": f"?changedRows={following}&page=1&pageSize=500",
        }],
    }  # fmt: skip


def first_mark(rows: list[Any], *reports: Report) -> dict[Report, str]:
    host = Host({"Students": rows}, extra={"Students": changed("*", OLD)})
    found = read(host, *reports)
    assert {query["changedRows"] for query in asked(found, "Students")} == {"*"}
    return {report: end.high_water or "" for report, end in found.finished.items()}


def test_a_full_read_begins_a_series_and_the_next_one_brings_only_what_changed() -> None:
    rows = [student(str(n)) for n in range(3)]
    since = first_mark(rows, Report.STUDENTS)
    host = Host({"Students": [student("1", Surname="New")]}, extra={"Students": changed(gone=("2", "2"))})
    found = read(host, Report.STUDENTS, since=since)
    assert [(type(r).__name__, r.source_id) for r in found.records] == [("Pupil", "1"), ("Gone", "2")]  # type: ignore[union-attr]
    end = found.finished[Report.STUDENTS]
    assert end.delta
    assert json.loads(end.high_water or "")["rows"] == NEW
    assert {query["changedRows"] for query in asked(found, "Students")} == {OLD}


def test_another_question_means_a_full_read_since_the_rest_would_look_deleted() -> None:
    """Other columns, other options, another size or school: the changes would be nonsense."""
    since = first_mark(THREE["Students"], Report.STUDENTS)
    host = Host(THREE, extra={"Students": changed("*", OLD)})
    for more in (
        {"declined": {Report.STUDENTS: PHOTO | {"upn"}}},
        {"settings": {"page_size": "77"}},
        {"settings": {"select": "all"}},
    ):
        found = read(host, Report.STUDENTS, since=since, **more)  # type: ignore[arg-type]
        assert not found.finished[Report.STUDENTS].delta
        assert "read_whole" in found.codes
    both = read(host, Report.STUDENTS, Report.STUDENTS_FUTURE,
                since={**since, Report.STUDENTS_FUTURE: since[Report.STUDENTS]})  # fmt: skip
    assert not both.finished[Report.STUDENTS].delta


@pytest.mark.parametrize(
    "answer",
    [changed(requested="*"), changed(following=""), {"__changedRows__": []},
     {"ExceptionMessage": "The changedRows value is not known."}],
)  # fmt: skip
def test_an_answer_that_is_no_changeset_of_ours_means_a_full_read(answer: dict[str, Any]) -> None:
    since = first_mark(THREE["Students"], Report.STUDENTS)

    def hook(one: Asked) -> Reply | None:
        if one.query.get("changedRows") == OLD:
            return as_json({"Students": [], "Students_deleted": [{"Id": "1"}], **answer})
        return None

    found = read(Host(THREE, extra={"Students": changed("*", NEW)}, hook=hook), Report.STUDENTS, since=since)
    assert not found.finished[Report.STUDENTS].delta
    assert found.of(Gone) == []
    assert len(found.of(Pupil)) == 3


@pytest.mark.parametrize("mark", ["", "x", "{}", "[]", '{"asked":"a","rows":"*"}', '{"asked":1,"rows":"b"}'])
def test_a_mark_that_is_not_ours_means_a_full_read(mark: str) -> None:
    assert changes.mark_of(mark) is None
    found = read(Host(THREE), Report.STUDENTS, since={Report.STUDENTS: mark})
    assert not found.finished[Report.STUDENTS].delta


def test_pages_of_two_snapshots_give_no_mark() -> None:
    def hook(one: Asked) -> Reply | None:
        host.extra = {"Students": changed("*", f"{one.query.get('page')}" * 32)}
        return None

    host = Host(THREE, most=2, hook=hook)
    assert read(host, Report.STUDENTS).finished[Report.STUDENTS].high_water is None


def test_somebody_the_school_holds_back_lately_is_not_taken_for_a_leaver() -> None:
    since = first_mark(THREE["Students"], Report.STUDENTS)
    host = Host({"Students": []}, extra={"Students": changed(gone=("2", "3"))}, gdpr={"StudentIds": ["3"]})
    found = read(host, Report.STUDENTS, since=since)
    assert [g.source_id for g in found.of(Gone)] == ["2"]
    assert "held_back_lately" in found.codes


def test_Z16_whoever_starts_leaves_the_future_report_when_only_that_is_read() -> None:
    rows = [student("1", StudentStatus="PreAdmission")]
    since = first_mark(rows, Report.STUDENTS_FUTURE)
    host = Host({"Students": [student("1")]}, extra={"Students": changed()})
    found = read(host, Report.STUDENTS_FUTURE, since=since)
    assert [(g.kind, g.source_id) for g in found.of(Gone)] == [("pupil", "1")]


def test_with_photos_or_where_it_is_not_wanted_everything_is_read() -> None:
    since = first_mark(THREE["Students"], Report.STUDENTS)
    host = Host(THREE, extra={"Students": changed("*", OLD)})
    for more in ({"declined": {}}, {"settings": {"changes": "ignore"}}):
        found = read(host, Report.STUDENTS, since=since, **more)  # type: ignore[arg-type]
        assert "changedRows" not in asked(found, "Students")[0]
        assert found.finished[Report.STUDENTS].high_water is None


# -- reports that are not shared -------------------------------------------------------


def test_a_report_that_is_not_shared_leaves_the_others_working() -> None:
    told = {"Staff": "The scope Staff is required.", "SchoolInfo": "The scope School is required.",
            "Counts": "The scope School is required."}  # fmt: skip
    found = read(Host(THREE, told=told, scopes=SCOPES), Report.STUDENTS, Report.STAFF)
    assert set(found.finished) == {Report.STUDENTS}
    assert "scope_missing" in found.codes
    with pytest.raises(ScopeMissing):
        read(Host(THREE, told=told), Report.STAFF)


def test_U_when_the_data_was_taken_is_told_with_every_read() -> None:
    found = read(Host(THREE), Report.STUDENTS)
    assert "from SIMS on 15 January 2026 at 02:07" in next(
        n.message for n in found.notices if n.code == "data_taken"
    )
    for meta in ({}, {"DateTime": "soon"}, {"DateTime": None, "MIS": 7}, {"MIS": "Unheard of"}):
        assert Report.STUDENTS in read(Host(THREE, meta=meta), Report.STUDENTS).finished
