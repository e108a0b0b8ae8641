"""Reading a school through Wonde: what is kept, what is left out, full and delta."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from loopback import (
    NOW,
    QUICK,
    TODAY,
    Asked,
    Reply,
    School,
    as_json,
    connector,
    employee,
    gather,
    pupil,
    serving,
)

from connectors import errors
from connectors.records import (
    ClassKind,
    Contact,
    ContactLink,
    Gone,
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

PUPILS, STAFF, CLASSES = Report.STUDENTS, Report.STAFF, Report.GROUPS_CLASSES
CONTACTS = Report.CONTACTS


def read(school: School, *reports: Report, settings: dict[str, str] | None = None, **more: Any) -> Any:
    with serving(school) as server, connector(server, settings=settings or {}) as one:
        return gather(one, *reports, **more)


def asked_of(school: School, resource: str, *reports: Report, **more: Any) -> list[dict[str, str]]:
    with serving(school) as server, connector(server) as one:
        gather(one, *reports, **more)
        return [asked.query for asked in server.asked if asked.path.endswith(f"/{resource}")]


DETAILS = {
    "education_details": {
        "data": {
            "admission_number": "004504", "upn": "D823401725011", "local_upn": "D823401725012",
            "former_upn": "D823401725013", "learner_number": "1234567890", "current_nc_year": "7",
            "part_time": False, "part_time_rate": 1,
            "admission_date": {"date": "2020-09-01 00:00:00.000000", "timezone_type": 3, "timezone": "UTC"},
            "leaving_date": "2024-07-20",
        }
    },
    "registration": {"data": {"id": "A9", "name": "7KES", "code": "7K"}},
    "house": {"data": None},
    "year": {"data": {"id": "A8", "code": "7", "name": "Year 7"}},
    "contact_details": {"data": {"emails": {"email": "x@home.example", "home": "x@home.example",
                                            "work": "25n@larkmere.example"}}},
}  # fmt: skip


def test_G5_G6_G9_G10_a_pupil_comes_whole_with_identifiers_as_text() -> None:
    one = read(School({"students": [pupil(1, **DETAILS)]}), PUPILS).of(Pupil)[0]
    assert (one.admission_number, one.upn, one.local_upn) == ("004504", "D823401725011", "D823401725012")
    assert (one.former_upn, one.uln, one.nc_year) == ("D823401725013", "1234567890", "7")
    assert (one.part_time, one.part_time_rate) == (False, 1.0)
    assert (one.admission_date, one.leaving_date) == (date(2020, 9, 1), date(2024, 7, 20))
    assert (one.registration_group, one.house, one.email) == ("7KES", None, "25n@larkmere.example")
    assert one.status is PupilStatus.CURRENT
    assert one.updated_at == datetime(2026, 1, 9, 7, 31, 12, tzinfo=UTC)


def london(text: str) -> dict[str, Any]:
    return {"date": text, "timezone_type": 3, "timezone": "Europe/London"}


@pytest.mark.parametrize(
    "born",
    [
        "2013-06-15",
        "2013-06-15 00:00:00",
        london("2013-06-15 00:00:00.000000"),
        {"date": "2013-06-15 00:00:00.000000", "timezone_type": 3, "timezone": "UTC"},
        {"date": "2013-06-15 23:59:59.000000", "timezone_type": 1, "timezone": "+01:00"},
    ],
)
def test_G8_Z22_a_summer_birthday_does_not_move(born: object) -> None:
    one = read(School({"students": [pupil(1, date_of_birth=born)]}), PUPILS).of(Pupil)[0]
    assert one.date_of_birth == date(2013, 6, 15)


@pytest.mark.parametrize("born", [None, "", {"date": None}, {"date": ""}])
def test_an_empty_date_is_no_date_and_no_fault(born: object) -> None:
    result = read(School({"students": [pupil(1, date_of_birth=born)]}), PUPILS)
    assert result.of(Pupil)[0].date_of_birth is None
    assert result.rejected == []


@pytest.mark.parametrize("born", ["15/06/2013", "0000-00-00", 20130615, True, [], {"date": 7}, "2013-13-45"])
def test_an_unreadable_date_costs_the_field_only_and_is_told(born: object) -> None:
    result = read(School({"students": [pupil(1), pupil(2, date_of_birth=born)]}), PUPILS)
    assert [one.date_of_birth for one in result.of(Pupil)] == [date(2013, 11, 2), None]
    (fault,) = result.rejected
    assert (fault.where, fault.field) == ("students[1].date_of_birth", "date_of_birth")
    assert fault.source_id == "A10000002"


def test_wrong_types_in_one_record_leave_the_others_alone() -> None:
    rows = [
        pupil(1),
        "text",
        None,
        7,
        [],
        pupil(2, forename=["x"], education_details="no"),
        pupil(3, id=None),
    ]
    result = read(School({"students": rows}), PUPILS)
    assert [one.source_id for one in result.of(Pupil)] == ["A10000001", "A10000002"]
    assert result.of(Pupil)[1].given_name is None
    assert {fault.where for fault in result.rejected} == {
        "students[1]", "students[2]", "students[3]", "students[4]", "students[5].forename",
        "students[5].education_details", "students[6].id",
    }  # fmt: skip
    assert all(len(fault.value or "") <= 80 and fault.mend for fault in result.rejected)


@pytest.mark.parametrize("body", [{"data": "x"}, {"data": {}}, [], "x", 7, {"rows": []}, None])
def test_a_page_of_the_wrong_type_stops_the_read(body: object) -> None:
    def hook(asked: Asked) -> Reply | None:
        return as_json(body) if asked.path.endswith("/students") else None

    with pytest.raises(errors.BadAnswer):
        read(School({"students": [pupil(1)]}, hook=hook), PUPILS)


def test_a_number_for_mis_id_is_its_digits() -> None:
    assert read(School({"students": [pupil(1, mis_id=10482)]}), PUPILS).of(Pupil)[0].mis_id == "10482"


def test_people_without_upi_are_kept() -> None:
    rows = [pupil(1, upi=None), {k: v for k, v in pupil(2).items() if k != "upi"}]
    one, two = read(School({"students": rows}), PUPILS).of(Pupil)
    assert (one.upi, two.upi) == (None, None)
    assert "upi" not in one.unknown
    assert "upi" in two.unknown


def test_a_missing_key_is_unknown_and_a_null_is_empty() -> None:
    """§12.5: permissions decide which keys exist."""
    details = {"education_details": {"data": {"upn": None}}, "registration": None}
    one = read(School({"students": [pupil(1, **details)]}), PUPILS).of(Pupil)[0]
    assert {"admission_number", "nc_year", "email", "house"} <= one.unknown
    assert not {"upn", "registration_group", "date_of_birth"} & one.unknown


def test_the_year_group_stands_in_for_a_missing_year() -> None:
    """A11: P3 and S1 come as the MIS writes them."""
    row = pupil(1, year={"data": {"id": "A8", "code": "P3", "name": "Primary 3"}})
    one = read(School({"students": [row]}), PUPILS).of(Pupil)[0]
    assert one.nc_year == "P3"
    assert "nc_year" not in one.unknown


def test_a_private_address_is_never_taken_for_the_school_one() -> None:
    emails = {"email": "me@home.example", "primary": "me@home.example", "home": "me@home.example", "work": ""}
    row = pupil(1, contact_details={"data": {"emails": emails}})
    assert read(School({"students": [row]}), PUPILS).of(Pupil)[0].email is None


def test_C7_X2_only_the_includes_that_accepted_fields_need_are_asked() -> None:
    school = School({"students": [pupil(1)]})
    everything = asked_of(school, "students", PUPILS)[0]["include"].split(",")
    assert set(everything) == {
        "education_details", "year", "registration", "house", "contact_details", "photo",
    }  # fmt: skip
    declined = {PUPILS: frozenset({"email", "house", "photo_id", "photo_hash", "given_name"})}
    less = asked_of(school, "students", PUPILS, declined=declined)[0]["include"].split(",")
    assert set(less) == {"education_details", "year", "registration"}


def test_C8_a_declined_field_is_dropped_even_if_it_comes() -> None:
    declined = {PUPILS: frozenset({"date_of_birth", "upn", "email", "given_name"})}
    one = read(School({"students": [pupil(1, **DETAILS)]}), PUPILS, declined=declined).of(Pupil)[0]
    assert (one.date_of_birth, one.upn, one.email) == (None, None, None)
    assert {"date_of_birth", "upn", "email"} <= one.unknown
    assert one.given_name == "Forename1"  # mandatory: can't be declined (C6)


def test_photos_are_told_of_but_never_kept() -> None:
    photo = {"data": {"id": "A8", "hash": "abc", "content": "c2VjcmV0IHBpY3R1cmU="}}
    one = read(School({"students": [pupil(1, photo=photo)]}), PUPILS).of(Pupil)[0]
    assert (one.photo_id, one.photo_hash) == ("A8", "abc")
    assert "c2VjcmV0" not in repr(one)


def test_F3_F8_staff_come_with_role_and_dates() -> None:
    emails = {"work": "f.hale@larkmere.example"}
    row = employee(
        1,
        title="Dr",
        employment={"role_text": "Teacher, Head of Year"},
        contact_details={"data": {"emails": emails, "phones": {"work": "01632 960118", "home": "1"}}},
    )
    one = read(School({"employees": [row]}), STAFF).of(Staff)[0]
    assert (one.title, one.roles, one.teaching) == ("Dr", ("Teacher, Head of Year",), True)
    assert (one.email, one.phone, one.staff_code) == (
        "f.hale@larkmere.example",
        "01632 960118",
        "S1",
    )
    assert (one.current, one.start_date, one.end_date) == (True, date(2022, 9, 1), None)


@pytest.mark.parametrize(
    ("mis", "teaching"), [("SIMS", False), ("Arbor", False), ("Bromcom", None), ("?", False)]
)
def test_E2_F4_where_the_flag_is_not_supplied_it_is_unknown_never_non_teaching(
    mis: str, teaching: bool | None
) -> None:
    rows = [employee(1, employment={"teaching_staff": False})]
    one = read(School({"employees": rows}, mis=mis), STAFF).of(Staff)[0]
    assert one.teaching is teaching
    assert ("teaching" in one.unknown) is (teaching is None)


def test_E1_a_job_title_the_mis_does_not_send_is_unknown() -> None:
    rows = [employee(1, employment={"role_text": None})]
    assert "roles" in read(School({"employees": rows}, mis="RM Integris"), STAFF).of(Staff)[0].unknown
    assert "roles" not in read(School({"employees": rows}, mis="SIMS"), STAFF).of(Staff)[0].unknown


def test_E4_F5_the_line_manager_is_asked_for_only_where_wonde_lists_it() -> None:
    rows = [employee(1, line_manager={"data": {"id": "A20000002"}}), employee(2)]
    school = School({"employees": rows}, includes={"employees": ["employment_details", "line_manager"]})
    assert read(school, STAFF).of(Staff)[0].reports_to == "A20000002"
    assert "line_manager" in asked_of(school, "employees", STAFF)[-1]["include"]
    silent = asked_of(School({"employees": [employee(1)]}), "employees", STAFF)
    assert all("line_manager" not in query.get("include", "") for query in silent)


def test_F6_J2_future_staff_belong_to_the_future_report() -> None:
    rows = [
        employee(1),
        employee(2, employment={"employment_start_date": "2026-02-01", "current": False}),
        employee(3, employment={"employment_start_date": TODAY.isoformat()}),
        employee(4, employment={"current": False, "employment_end_date": "2025-12-31"}),
    ]
    result = read(School({"employees": rows}), STAFF, Report.STAFF_FUTURE)
    ids = {report: [one.source_id[-1] for one in found] for report, found in result.by_report.items()}
    assert ids == {STAFF: ["1", "3", "4"], Report.STAFF_FUTURE: ["2"]}
    assert set(result.finished) == {STAFF, Report.STAFF_FUTURE}
    leaver = result.by_report[STAFF][2]
    assert leaver.current is False  # named, so that the rules can say "no longer employed" (W10)
    only = read(School({"employees": rows}), STAFF)
    assert {one.source_id[-1] for one in only.of(Staff)} == {"1", "3", "4"}


def test_C9_pupils_before_admission_come_as_accepted_and_once_only() -> None:
    """Z16: somebody in both collections is current."""
    school = School({"students": [pupil(1)], "students-pre-admission": [pupil(1), pupil(2)]})
    result = read(school, PUPILS, Report.STUDENTS_FUTURE)
    future = result.by_report[Report.STUDENTS_FUTURE]
    assert [(one.source_id, one.status) for one in future] == [("A10000002", PupilStatus.ACCEPTED)]
    assert "already_admitted" in result.codes


def contact(number: int, relationship: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": f"A3{number}", "upi": None, "title": "Dr", "forename": "Femi", "surname": "Hale",
        "relationship": relationship,
        "contact_details": {
            "data": {"emails": {"primary": "f@mail.example"}, "phones": {"mobile": "07700900441"}}
        },
        **more,
    }  # fmt: skip


def test_H9_a_contact_of_siblings_comes_once_with_a_link_to_each() -> None:
    """§12.2, §7: the relationship is a bare object, and differs from child to child."""
    father = {"parental_responsibility": True, "priority": 1, "relationship": "Father"}
    friend = {"parental_responsibility": False, "priority": None, "relationship": "Family friend"}
    rows = [
        pupil(1, contacts={"data": [contact(7, father)]}),
        pupil(2, contacts={"data": [contact(7, {"data": friend}), contact(7, friend)]}),
    ]
    result = read(School({"students": rows}), PUPILS, CONTACTS)
    (one,) = result.of(Contact)
    assert (one.source_id, one.given_name, one.email) == ("A37", "Femi", "f@mail.example")
    assert one.phone == "07700900441"
    links = [
        (x.pupil_id, x.relationship, x.parental_responsibility, x.priority) for x in result.of(ContactLink)
    ]
    assert links == [("A10000001", "Father", True, 1), ("A10000002", "Family friend", False, None)]
    assert CONTACTS in result.finished


def test_contacts_alone_bring_no_pupils() -> None:
    rows = [pupil(1, contacts={"data": [contact(7, {"priority": 1})]})]
    result = read(School({"students": rows}), CONTACTS)
    assert not result.of(Pupil)
    assert len(result.of(Contact)) == len(result.of(ContactLink)) == 1
    assert set(result.finished) == {CONTACTS}


def test_contacts_not_delivered_are_not_read_as_none() -> None:
    result = read(School({"students": [pupil(1)]}), PUPILS, CONTACTS)
    assert CONTACTS not in result.finished
    assert PUPILS in result.finished
    assert "contacts_not_shared" in result.codes


def member(key: str, *ids: str) -> dict[str, Any]:
    return {key: {"data": [{"id": one, "surname": "x"} for one in ids]}}


def test_I1_C15_classes_come_with_subject_and_members() -> None:
    subject = {"data": {"id": "A4", "code": "Ma", "name": "Mathematics"}}
    row = {
        "id": "A5", "name": "7x/Ma2", "code": "7x/Ma2", "description": "Set 2", "subject": subject,
        "alternative": "false", **member("students", "A11", "A12", "A11"), **member("employees", "A21"),
    }  # fmt: skip
    result = read(School({"classes": [row, {**row, "id": "A6", "subject": "A4"}]}), CLASSES)
    one, two = result.of(SchoolClass)
    assert (one.name, one.kind, one.subject_id, two.subject_id) == ("7x/Ma2", ClassKind.TEACHING, "A4", "A4")
    assert [(s.code, s.name) for s in result.of(Subject)] == [("Ma", "Mathematics")]
    here = [(m.person_role, m.person_id, m.part) for m in result.of(Membership) if m.container_id == "A5"]
    assert here == [
        ("pupil", "A11", Part.PUPIL), ("pupil", "A12", Part.PUPIL), ("staff", "A21", Part.TEACHER),
    ]  # fmt: skip
    declined = {CLASSES: frozenset({"subject_id"})}
    assert not read(School({"classes": [row]}), CLASSES, declined=declined).of(Subject)


def test_I6_at_a_primary_registration_groups_stand_in_for_classes() -> None:
    """§12.1"""
    both = {**member("students", "A1"), **member("employees", "A2")}
    groups = [
        {"id": "A71", "name": "4 Willow", "type": "REGISTRATION", **both},
        {"id": "A72", "name": "Year 4", "type": "YEAR", **both},
        {"id": "A73", "name": "Otters", "type": "HOUSE", **member("students", "A1")},
        {"id": "A74", "name": "Choir", "type": "USER", **member("students", "A1")},
        {"id": "A75", "name": "Dept", "type": "DEPARTMENT", **member("students", "A1")},
    ]  # fmt: skip
    result = read(School({"groups": groups}), CLASSES)
    (form,) = result.of(SchoolClass)
    assert (form.source_id, form.kind) == ("A71", ClassKind.REGISTRATION)
    assert [g.kind for g in result.of(Group)] == [
        GroupKind.YEAR, GroupKind.HOUSE, GroupKind.STUDENT, GroupKind.OTHER,
    ]  # fmt: skip
    staffed = {m.container_id for m in result.of(Membership) if m.person_role == "staff"}
    assert staffed == {"A71"}  # I11: groups never have teachers
    assert "A75" not in {m.container_id for m in result.of(Membership)}
    assert "no_classes" in result.codes


def test_members_not_delivered_leave_classes_as_they_are() -> None:
    result = read(School({"classes": [{"id": "A5", "name": "7x"}]}), CLASSES)
    assert CLASSES not in result.finished
    assert "members_not_shared" in result.codes


def test_a_report_that_is_not_shared_leaves_the_others_working() -> None:
    """§10: a 403 for one resource."""

    def hook(asked: Asked) -> Reply | None:
        return as_json({"error": "no"}, 403) if asked.path.endswith("/employees") else None

    school = School({"students": [pupil(1)]}, hook=hook)
    result = read(school, PUPILS, STAFF)
    assert set(result.finished) == {PUPILS}
    assert "scope_missing" in result.codes
    with pytest.raises(errors.ScopeMissing):
        read(school, STAFF)


@pytest.mark.parametrize("status", [403, 422])
def test_one_refused_include_costs_its_fields_only(status: int) -> None:
    def hook(asked: Asked) -> Reply | None:
        refused = asked.path.endswith("/students") and "contact_details" in asked.query.get("include", "")
        return as_json({"error": "contact_details is not approved"}, status) if refused else None

    result = read(School({"students": [pupil(1, **DETAILS)]}, hook=hook), PUPILS)
    assert result.of(Pupil)[0].upn
    assert "details_not_shared" in result.codes
    assert PUPILS in result.finished


def test_people_held_back_by_the_school_are_told_of_and_not_called_short() -> None:
    """§3 acl: a missing person is not necessarily a leaver."""
    school = School({"students": [pupil(1)]}, counts={"students": 3}, acl=["A1", "A2"])
    result = read(school, PUPILS)
    assert "people_held_back" in result.codes
    assert result.finished[PUPILS].counted == 1


# -- delta ------------------------------------------------------------------------

SINCE = "2026-01-10 09:00:00"


def deleted(kind: str, id_: str, at: str, restored: str | None = None) -> dict[str, Any]:
    def stamp(text: str) -> dict[str, Any]:
        return {"date": f"{text}.000000", "timezone_type": 3, "timezone": "UTC"}

    return {"type": kind, "id": id_, "deleted_at": stamp(at), "restored_at": restored and stamp(restored)}


def test_a_delta_asks_for_changes_and_says_so() -> None:
    school = School({"students": [pupil(1)]}, counts={"students": 900})
    result = read(school, PUPILS, since={PUPILS: SINCE})
    assert result.finished[PUPILS].delta
    assert asked_of(school, "students", PUPILS, since={PUPILS: SINCE})[0]["updated_after"] == SINCE


def test_an_empty_delta_is_no_empty_school() -> None:
    result = read(School({}), PUPILS, STAFF, CLASSES, since=dict.fromkeys((PUPILS, STAFF, CLASSES), SINCE))
    assert set(result.finished) == {PUPILS, STAFF, CLASSES}
    assert result.records == []


def test_deletions_are_taken_in_order_and_a_restored_one_is_none() -> None:
    rows = [
        deleted("student", "A1", "2026-01-11 07:00:00"),
        deleted("student", "A2", "2026-01-11 07:00:00", "2026-01-12 07:00:00"),
        deleted("student", "A3", "2026-01-11 07:00:00"),
        deleted("student", "A3", "2026-01-11 07:00:00", "2026-01-12 07:00:00"),
        deleted("student", "A4", "2026-01-11 07:00:00", "2026-01-12 07:00:00"),
        deleted("student", "A4", "2026-01-13 07:00:00"),
        deleted("employee", "A9", "2026-01-13 07:00:00"),
    ]
    gone = read(School({"deletions": rows}), PUPILS, since={PUPILS: SINCE}).of(Gone)
    assert [(g.kind, g.source_id) for g in gone] == [("pupil", "A1"), ("pupil", "A4")]
    assert gone[0].at == datetime(2026, 1, 11, 7, tzinfo=UTC)


def test_somebody_delivered_after_the_deletion_is_not_gone() -> None:
    back = pupil(1, updated_at="2026-01-12 07:00:00")
    stale = pupil(2, updated_at="2026-01-10 07:00:00")
    rows = [deleted("student", one["id"], "2026-01-11 07:00:00") for one in (back, stale)]
    school = School({"students": [back, stale], "deletions": rows})
    gone = read(school, PUPILS, since={PUPILS: SINCE}).of(Gone)
    assert [g.source_id for g in gone] == [stale["id"]]


def test_a_deleted_group_is_gone_as_group_and_as_class() -> None:
    rows = [deleted("group", "A71", "2026-01-11 07:00:00"), deleted("class", "A5", "2026-01-11 07:00:00")]
    gone = read(School({"deletions": rows}), CLASSES, since={CLASSES: SINCE}).of(Gone)
    assert {(g.kind, g.source_id) for g in gone} == {("group", "A71"), ("class", "A71"), ("class", "A5")}


def test_contacts_in_a_delta_come_from_their_own_collection_too() -> None:
    person = {"id": "A37", "forename": "Femi", "surname": "Hale-New", "contact_details": {"data": None}}
    rows = {"contacts": [person], "deletions": [deleted("contact", "A38", "2026-01-11 07:00:00")]}
    result = read(School(rows), PUPILS, CONTACTS, since={PUPILS: SINCE, CONTACTS: SINCE})
    assert [c.family_name for c in result.of(Contact)] == ["Hale-New"]
    assert [(g.kind, g.source_id) for g in result.of(Gone)] == [("contact", "A38")]
    assert result.finished[CONTACTS].delta


def test_whoever_started_work_meanwhile_comes_without_a_change() -> None:
    """A date that passes changes no record, so a delta alone would never deliver the starter."""
    starter = employee(1, employment={"employment_start_date": "2026-01-14"})

    def hook(asked: Asked) -> Reply | None:
        if asked.path.endswith("/employees") and "updated_after" in asked.query:
            return as_json({"data": []})
        return None

    school = School({"employees": [starter]}, hook=hook)
    result = read(school, STAFF, since={STAFF: SINCE})
    assert [one.source_id for one in result.of(Staff)] == ["A20000001"]
    asked = asked_of(school, "employees", STAFF, since={STAFF: SINCE})[-1]
    assert (asked["employment_start_after"], asked["employment_start_before"]) == ("2026-01-09", "2026-01-16")


@pytest.mark.parametrize("mark", ["", "yesterday", "2026-01-10", "2026-01-10 09:00:00; DROP"])
def test_an_unreadable_mark_means_a_full_read(mark: str) -> None:
    result = read(School({"students": [pupil(1)]}), PUPILS, since={PUPILS: mark})
    assert not result.finished[PUPILS].delta


def test_reports_read_together_are_full_unless_all_have_a_mark() -> None:
    rows = [pupil(1, contacts={"data": []})]
    result = read(School({"students": rows}), PUPILS, CONTACTS, since={PUPILS: SINCE})
    assert not result.finished[PUPILS].delta
    assert not result.finished[CONTACTS].delta


def test_the_next_delta_begins_before_this_read_by_the_slower_clock() -> None:
    result = read(School({"students": [pupil(1)]}), PUPILS)
    assert result.finished[PUPILS].high_water == (NOW - timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M:%S")
    early = datetime(2020, 1, 1, tzinfo=UTC)
    with serving(School({"students": [pupil(1)]})) as server:
        with connector(server, now=lambda: early) as one:
            assert gather(one, PUPILS).finished[PUPILS].high_water == "2019-12-31 23:55:00"
        ahead = datetime.now(UTC) + timedelta(days=400)
        with connector(server, now=lambda: ahead) as one:
            mark = gather(one, PUPILS).finished[PUPILS].high_water or ""
    assert mark < datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")


# -- paging -----------------------------------------------------------------------


@pytest.mark.parametrize("paging", ["cursor", "page"])
@pytest.mark.parametrize("many", [1, 9, 10, 11, 57])
def test_every_page_is_read_in_order(paging: str, many: int) -> None:
    school = School({"students": [pupil(n) for n in range(many)]}, page=10)
    result = read(school, PUPILS, settings={"paging": paging})
    assert [one.source_id for one in result.of(Pupil)] == [f"A1{n:07}" for n in range(many)]
    assert result.finished[PUPILS].counted == many


def test_page_mode_without_totals_goes_on_one_page_at_a_time() -> None:
    def hook(asked: Asked) -> Reply | None:
        return as_json({"error": "x"}, 403) if asked.path.endswith("/counts") else None

    school = School({"students": [pupil(n) for n in range(25)]}, page=10, hook=hook)
    result = read(school, PUPILS, settings={"paging": "page"})
    assert len(result.of(Pupil)) == 25
    assert "no_totals" in result.codes
    assert result.finished[PUPILS].counted is None


def test_page_mode_has_several_pages_under_way() -> None:
    """Pages 2 to 5 must all be asked for before any of them is answered."""
    import threading

    together = threading.Barrier(4, timeout=5)

    def hook(asked: Asked) -> Reply | None:
        if asked.path.endswith("/students") and asked.query.get("page") in ("2", "3", "4", "5"):
            together.wait()
        return None

    school = School({"students": [pupil(n) for n in range(50)]}, page=10, hook=hook)
    assert len(read(school, PUPILS, settings={"paging": "page"}).of(Pupil)) == 50


def test_the_next_page_travels_while_this_one_is_worked_on() -> None:
    import threading

    second = threading.Event()

    def hook(asked: Asked) -> Reply | None:
        if asked.query.get("from") == "10":
            second.set()
        return None

    school = School({"students": [pupil(n) for n in range(20)]}, page=10, hook=hook)
    from connectors.records import Batch, ExtractRequest

    with serving(school) as server, connector(server) as one:
        stream = one.extract(ExtractRequest(reports=frozenset({PUPILS}), today=TODAY))
        next(item for item in stream if isinstance(item, Batch))
        assert second.wait(5)
        assert sum(isinstance(item, Batch) for item in stream) == 1


def test_closing_the_stream_early_leaves_nothing_running() -> None:
    from connectors.records import Batch, ExtractRequest

    school = School({"students": [pupil(n) for n in range(600)]}, page=10)
    with serving(school) as server, connector(server, settings={"paging": "page"}) as one:
        stream = one.extract(ExtractRequest(reports=frozenset({PUPILS}), today=TODAY))
        batches = (item for item in stream if isinstance(item, Batch))
        next(batches)
        next(batches)
        stream.close()  # type: ignore[attr-defined]
        one.close()
        assert not [each for each in threading.enumerate() if each.name == "connector-http"]
        seen = [each.query.get("page") for each in server.asked if each.path.endswith("/students")]
    assert 2 < len(seen) <= 2 + QUICK.parallel  # of sixty pages
    assert len(seen) == sum(each.path.endswith("/students") for each in server.asked)
