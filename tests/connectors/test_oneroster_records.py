"""OneRoster over REST, object by object: 1.1 and 1.2, odd values, changes, and what is not shared."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from loopback import Asked, Read, Reply, as_json, gather, serving
from oneroster_service import STAMP, Rows, Service, enrolment, org, ref, roster, school_class, user, user_1_1

from connectors.records import (
    ClassKind,
    Contact,
    ContactLink,
    Gone,
    Membership,
    Part,
    Pupil,
    PupilStatus,
    Report,
    SchoolClass,
    Staff,
    Subject,
)

PUPILS, STAFF, CONTACTS, GROUPS = Report.STUDENTS, Report.STAFF, Report.CONTACTS, Report.GROUPS_CLASSES
ALL = (PUPILS, STAFF, CONTACTS, GROUPS)
UPN = [{"type": "UPN", "identifier": "D823401725011"}, {"type": "ULN", "identifier": 1234567890}]
NIA = {"identifier": "003318", "email": "25n@larkmere.example", "middleName": "Oluchi", "grades": ["07"],
       "userIds": UPN, "agents": [ref("con", "user")]}  # fmt: skip
BORN = [{"sourcedId": "stu", "birthDate": "2014-03-30"}]


def read(rows: Rows, *reports: Report, version: str = "1.2", **more: Any) -> Read:
    request = {key: more.pop(key) for key in ("since", "declined") if key in more}
    settings = {key: more.pop(key) for key in ("grades", "username", "changes", "limit") if key in more}
    with serving(Service(rows, versions=(version,), **more)) as server, roster(server, **settings) as one:
        found = gather(one, *(reports or ALL), **request)
        found.asked = server.asked  # type: ignore[attr-defined]
    return found


def paths(found: Read) -> set[str]:
    return {asked.path.rpartition("/")[2] for asked in found.asked}  # type: ignore[attr-defined]


def rejected(found: Read) -> set[tuple[str, str, str | None]]:
    return {(r.where, r.code, r.field) for r in found.rejected}


def test_G1_G6_a_pupil_of_1_2_has_preferred_and_legal_names_and_dates_of_the_role() -> None:
    held = [{"roleType": "primary", "role": "student", "org": ref("sch"), "beginDate": "2025-09-01",
             "endDate": "2030-07-31"}]  # fmt: skip
    names = {"givenName": "Adaeze", "preferredFirstName": "Nia", "preferredLastName": "Hale"}
    rows: Rows = {"users": [user("stu", roles=held, userMasterIdentifier="8c2b", **NIA, **names)],
                  "demographics": BORN}  # fmt: skip
    (one,) = read(rows).of(Pupil)
    assert (one.given_name, one.family_name) == ("Nia", "Hale")
    assert (one.legal_given_name, one.legal_family_name) == ("Adaeze", "Okonjo-Hale")
    assert (one.upn, one.uln, one.admission_number) == ("D823401725011", "1234567890", "003318")
    assert (one.middle_names, one.email, one.upi) == ("Oluchi", "25n@larkmere.example", "8c2b")
    assert (one.date_of_birth, one.nc_year) == (date(2014, 3, 30), "07")
    assert (one.admission_date, one.leaving_date) == (date(2025, 9, 1), date(2030, 7, 31))
    assert one.status is PupilStatus.CURRENT
    assert one.updated_at == datetime(2026, 1, 9, 7, 31, 12, tzinfo=UTC)
    assert {"title", "house", "photo_id"} <= one.unknown


def test_the_same_pupil_of_1_1_has_one_name_and_no_dates_and_says_so() -> None:
    rows: Rows = {"users": [user_1_1("stu", **NIA)], "demographics": BORN}
    (one,) = read(rows, version="1.1").of(Pupil)
    assert (one.given_name, one.family_name, one.legal_given_name) == ("Nia", "Okonjo-Hale", None)
    assert (one.upn, one.admission_number, one.date_of_birth) == (
        "D823401725011",
        "003318",
        date(2014, 3, 30),
    )
    assert {"legal_given_name", "admission_date", "leaving_date"} <= one.unknown


def test_users_in_the_other_versions_shape_are_read_all_the_same() -> None:
    """A service under the path of 1.1 that gives ``roles``, and the other way round."""
    for version, row in (("1.1", user("stu")), ("1.2", user_1_1("stu"))):
        assert [p.source_id for p in read({"users": [row]}, version=version).of(Pupil)] == ["stu"]


def test_Z16_two_jobs_and_a_role_elsewhere_are_one_person() -> None:
    held = [
        {"roleType": "primary", "role": "teacher", "org": ref("sch")},
        {"roleType": "secondary", "role": "siteAdministrator", "org": ref("sch")},
        {"roleType": "secondary", "role": "parent", "org": ref("sch")},
        {"roleType": "secondary", "role": "principal", "org": ref("other")},
        {"roleType": "secondary", "role": "ext:bursar", "org": ref("sch")},
    ]
    rows: Rows = {"orgs": [org(), org("other", identifier="5")], "users": [user("stf", roles=held)]}
    found = read(rows)
    (one,) = found.of(Staff)
    assert one.roles == ("teacher", "siteAdministrator")
    assert one.teaching is True
    assert [c.source_id for c in found.of(Contact)] == ["stf"]
    twice = user_1_1("stf", "teacher", orgs=[ref("sch"), ref("other")])
    rows = {"orgs": [org(), org("other", identifier="5")], "users": [twice]}
    assert [s.roles for s in read(rows, version="1.1").of(Staff)] == [("teacher",)]


def test_F4_who_is_no_teacher_is_unknown_never_non_teaching() -> None:
    (one,) = read({"users": [user("stf", "aide")]}).of(Staff)
    assert one.teaching is None
    assert one.roles == ("aide",)


@pytest.mark.parametrize("value", [True, "true", "TRUE", 1, "1", False, "false", 0, "False"])
def test_booleans_of_every_spelling_are_understood_and_nobody_is_lost_by_them(value: object) -> None:
    """``enabledUser`` means "may sign in", not "exists" (oneroster.md §4)."""
    rows: Rows = {
        "users": [user("stu", enabledUser=value), user("stf", "teacher")], "classes": [school_class("cls")],
        "enrollments": [
            enrolment("e1", "cls", "stu"), enrolment("e2", "cls", "stf", "teacher", primary=value)
        ],
    }  # fmt: skip
    found = read(rows)
    assert len(found.of(Pupil)) == 1
    assert not found.rejected
    part = next(m.part for m in found.of(Membership) if m.person_role == "staff")
    assert part is (Part.MAIN if value in (True, "true", "TRUE", "1") else Part.SUPERVISOR)


def test_I7_I8_parts_in_forms_and_sets_and_enrolments_that_are_over() -> None:
    teaching = school_class("set", title="7x/Ma2", classType="scheduled", subjects=["Mathematics"],
                            subjectCodes=["Ma"], classCode="7x/Ma2")  # fmt: skip
    rows: Rows = {
        "users": [user("stu"), user("late"), user("t1", "teacher"), user("t2", "teacher"), user("a", "aide")],
        "classes": [school_class("form"), teaching],
        "enrollments": [
            enrolment("1", "form", "stu"), enrolment("2", "form", "t1", "teacher", primary="true"),
            enrolment("3", "form", "t2", "teacher"), enrolment("4", "set", "t2", "teacher"),
            enrolment("5", "set", "stu", endDate="2026-01-15"),  # exclusive: over since this morning
            enrolment("6", "set", "late", beginDate="2026-01-16"),
            enrolment("7", "set", "late", endDate="2026-01-16"), enrolment("8", "set", "a", "aide"),
        ],
    }  # fmt: skip
    found = read(rows)
    members = {(m.container_id, m.person_id, m.part) for m in found.of(Membership)}
    assert members == {
        ("form", "stu", Part.PUPIL), ("form", "t1", Part.MAIN), ("form", "t2", Part.SUPERVISOR),
        ("set", "t2", Part.TEACHER), ("set", "late", Part.PUPIL), ("set", "a", Part.SUPERVISOR),
    }  # fmt: skip
    classes = {c.source_id: c for c in found.of(SchoolClass)}
    assert (classes["form"].kind, classes["set"].kind) == (ClassKind.REGISTRATION, ClassKind.TEACHING)
    assert classes["set"].subject_id == "subject:Ma"
    assert ("Ma", "Mathematics") in {(s.code, s.name) for s in found.of(Subject)}
    assert {p.source_id: p.registration_group for p in found.of(Pupil)} == {"stu": "7KES", "late": None}


def test_H9_parents_are_joined_by_agents_of_either_side_and_H6_have_no_priority() -> None:
    rows: Rows = {"users": [
        user("stu", agents=[ref("mum", "user"), {"href": "x"}, "dad"]), user("sib"),
        user("mum", "parent", sms="07700 900123"), user("dad", "guardian"),
        user("gran", "relative", agents=[ref("sib", "user")]),
    ]}  # fmt: skip
    found = read(rows)
    links = {(r.contact_id, r.pupil_id, r.relationship, r.priority) for r in found.of(ContactLink)}
    assert links == {("mum", "stu", "parent", None), ("dad", "stu", "guardian", None),
                     ("gran", "sib", "relative", None)}  # fmt: skip
    assert next(c.phone for c in found.of(Contact) if c.source_id == "mum") == "07700 900123"
    assert found.codes.count("no_priority") == 1


def test_odd_values_cost_their_field_and_say_where_they_stood() -> None:
    rows: Rows = {
        "users": [
            user("stu", givenName={"x": 1}, email=["a@b.example"], identifier=3318, grades=["07", "08"],
                 userIds=["D823401725011", {"type": "UPN"}], agents="mum", preferredLastName="  "),
            user("st u/ü", middleName=7), "no object", user("stu"), user("", givenName="No"), user("x" * 256),
            user("gone", status="tobedeleted"), user("old", status="inactive"), user("odd", status="paused"),
        ],
        "demographics": [{"sourcedId": "stu", "birthDate": "30/02/2014"}, {"sourcedId": 7, "birthDate": "x"}],
    }  # fmt: skip
    found = read(rows)
    assert {p.source_id for p in found.of(Pupil)} == {"stu", "st u/ü", "odd"}
    stu = next(p for p in found.of(Pupil) if p.source_id == "stu")
    assert (stu.given_name, stu.email, stu.admission_number, stu.nc_year) == (None, None, "3318", None)
    assert stu.family_name == "Okonjo-Hale"
    assert rejected(found) >= {
        ("users[0].givenName", "wrong_type", "given_name"), ("users[0].email", "wrong_type", "email"),
        ("users[0].userIds", "wrong_type", "upn"), ("users[0].grades", "several_grades", "nc_year"),
        ("users[2]", "wrong_type", None), ("users[4].sourcedId", "missing_source_id", None),
        ("users[5].sourcedId", "bad_source_id", None),
        ("demographics[0].birthDate", "bad_date", "date_of_birth"),
    }  # fmt: skip
    assert all(r.mend for r in found.rejected)
    assert {"source_id_unusual", "status_unusual", "duplicates"} <= set(found.codes)


def test_an_agent_who_is_not_there_is_told() -> None:
    found = read({"users": [user("stu", agents=[ref("nobody", "user")])]})
    assert rejected(found) == {("users[0].agents", "unknown_reference", "pupil_id")}
    assert not found.of(ContactLink)


def test_Z20_in_a_full_read_those_marked_for_removal_are_simply_not_there() -> None:
    found = read({"users": [user("stu"), user("gone", status="tobedeleted")]}, PUPILS)
    assert not found.of(Gone)
    assert not found.finished[PUPILS].delta
    assert found.finished[PUPILS].counted == 1


# -- what is asked for -----------------------------------------------------------------


def test_C7_X2_only_what_is_accepted_is_asked_for() -> None:
    rows: Rows = {"users": [user("stu"), user("stf", "teacher")], "classes": [], "enrollments": [],
                  "demographics": []}  # fmt: skip
    assert paths(read(rows, PUPILS)) >= {"students", "demographics", "classes", "enrollments"}
    assert "users" not in paths(read(rows, PUPILS))
    declined = {PUPILS: frozenset({"registration_group"})}
    assert not {"classes", "enrollments", "courses"} & paths(read(rows, PUPILS, declined=declined))
    assert "demographics" not in paths(read(rows, STAFF, declined={STAFF: frozenset({"date_of_birth"})}))
    assert not {"classes", "demographics"} & paths(read(rows, CONTACTS))
    left = {GROUPS: frozenset({"subject_id", "description"})}
    assert "courses" not in paths(read(rows, GROUPS, declined=left))


def test_dates_of_birth_that_are_not_shared_are_unknown_and_told() -> None:
    def hook(asked: Asked) -> Reply | None:
        return as_json({"error": "insufficient_scope"}, 403) if "demographics" in asked.path else None

    found = read({"users": [user("stu")]}, PUPILS, hook=hook)
    (one,) = found.of(Pupil)
    assert one.date_of_birth is None
    assert "date_of_birth" in one.unknown
    assert "demographics_not_shared" in found.codes


@pytest.mark.parametrize("status", [403, 404])
def test_classes_that_are_not_shared_leave_people_working_and_groups_unfinished(status: int) -> None:
    def hook(asked: Asked) -> Reply | None:
        return as_json({"error": "no"}, status) if asked.path.endswith("/enrollments") else None

    rows: Rows = {"users": [user("stu"), user("stf", "teacher")], "classes": [school_class("cls")]}
    found = read(rows, hook=hook)
    assert GROUPS not in found.finished
    assert PUPILS in found.finished
    assert "groups_not_shared" in found.codes
    assert "registration_group" in found.of(Pupil)[0].unknown


def test_passwords_are_never_kept_not_even_for_the_length_of_a_read() -> None:
    from connectors.oneroster.flatten import cells_of

    cells = cells_of("users", user("stu", password="never-read"), lambda *_: None)
    assert "never-read" not in repr(cells)
    assert "password" not in cells


# -- years -----------------------------------------------------------------------------


@pytest.mark.parametrize(("setting", "year"), [("auto", "7"), ("ceds", "7"), ("nc", "06")])
def test_A11_grades_are_american_or_ours_as_dates_of_birth_tell(setting: str, year: str) -> None:
    rows: Rows = {"users": [user("stu", grades=["06"])], "demographics": BORN}
    found = read(rows, PUPILS, grades=setting)
    assert found.of(Pupil)[0].nc_year == year
    told = next((n for n in found.notices if n.code == "grades_mapping"), None)
    assert (told.level if told else "") == {"auto": "info", "ceds": "", "nc": "warning"}[setting]


# -- changes ---------------------------------------------------------------------------

MARK = "2026-01-14T12:00:00.000Z"
NEW = "2026-01-14T18:00:00.000Z"
CHANGED: Rows = {
    "users": [
        user("same"), user("new", dateLastModified=NEW),
        user("left", dateLastModified=NEW, status="tobedeleted"),
        user("stf", "teacher"), user("ex", "teacher", dateLastModified=NEW, status="inactive"),
    ],
    "demographics": [{"sourcedId": "new", "birthDate": "2014-03-30", "dateLastModified": STAMP}],
}  # fmt: skip
SINCE = {PUPILS: MARK, STAFF: MARK}


def test_a_delta_brings_the_changed_their_births_and_the_gone() -> None:
    found = read(CHANGED, PUPILS, STAFF, since=SINCE)
    assert [(p.source_id, p.date_of_birth) for p in found.of(Pupil)] == [("new", date(2014, 3, 30))]
    assert {(g.kind, g.source_id) for g in found.of(Gone)} == {("pupil", "left"), ("staff", "ex")}
    assert all(g.at == datetime(2026, 1, 14, 18, tzinfo=UTC) for g in found.of(Gone))
    assert all(end.delta and end.counted is None for end in found.finished.values())
    assert found.finished[PUPILS].high_water == "2026-01-15T08:55:00.000Z"
    assert not {"classes", "demographics"} & paths(found)
    assert "registration_group" in found.of(Pupil)[0].unknown


def test_many_changed_have_their_births_out_of_the_whole_collection() -> None:
    rows: Rows = {
        "users": [user(f"p{n}", dateLastModified=NEW) for n in range(120)],
        "demographics": [{"sourcedId": f"p{n}", "birthDate": "2014-03-30"} for n in range(200)],
    }
    found = read(rows, PUPILS, since=SINCE)
    assert {p.date_of_birth for p in found.of(Pupil)} == {date(2014, 3, 30)}
    assert "birth_alone" not in found.codes
    assert "demographics" in paths(found)


@pytest.mark.parametrize(
    "since", [{PUPILS: MARK}, {}, {PUPILS: MARK, STAFF: "yesterday"}, {PUPILS: "", STAFF: MARK}]
)
def test_without_a_mark_for_every_report_everything_is_read(since: dict[Report, str]) -> None:
    found = read(CHANGED, PUPILS, STAFF, since=since)
    assert {p.source_id for p in found.of(Pupil)} == {"same", "new"}
    assert not any(end.delta for end in found.finished.values())


def test_changes_set_to_full_never_filters() -> None:
    found = read(CHANGED, PUPILS, STAFF, since=SINCE, changes="full")
    assert not [asked for asked in found.asked if "filter" in asked.query]  # type: ignore[attr-defined]
    assert not any(end.delta for end in found.finished.values())


def test_a_service_that_ignores_the_filter_has_given_everything_and_is_told() -> None:
    found = read(CHANGED, PUPILS, STAFF, since=SINCE, filters=False)
    assert {p.source_id for p in found.of(Pupil)} == {"same", "new"}
    assert not any(end.delta for end in found.finished.values())
    assert "filter_ignored" in found.codes


def test_Z20_one_that_ignores_it_and_tells_no_total_takes_nobody_for_gone() -> None:
    found = read(CHANGED, PUPILS, STAFF, since=SINCE, filters=False, total=False)
    assert all(end.delta for end in found.finished.values())
    assert "filter_ignored" in found.codes


@pytest.mark.parametrize("status", [400, 422])
def test_a_service_that_refuses_the_filter_is_read_in_full(status: int) -> None:
    def hook(asked: Asked) -> Reply | None:
        minor = {"imsx_codeMinorField": [{"imsx_codeMinorFieldValue": "invalid_filter_field"}]}
        told = {"imsx_codeMajor": "failure", "imsx_description": "No such filter", "imsx_CodeMinor": minor}
        return as_json({"imsx_StatusInfo": [told]}, status) if "filter" in asked.query else None

    found = read(CHANGED, PUPILS, STAFF, since=SINCE, hook=hook)
    assert not any(end.delta for end in found.finished.values())
    notice = next(n for n in found.notices if n.code == "filter_refused")
    assert "No such filter" in notice.message


def test_an_empty_delta_is_nobody_changed_not_nobody_there() -> None:
    found = read({"users": [user("same")]}, PUPILS, since=SINCE)
    assert not found.records
    assert found.finished[PUPILS].delta
