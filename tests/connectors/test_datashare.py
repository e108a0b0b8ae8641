"""The Datashare file set, list by list: what is kept, what is dropped, what is left out and told."""

from __future__ import annotations

import io
import json
import os
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from harness import Person
from harness_datashare import files_of, rows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.base import AccessState, SchoolRef, Setup
from connectors.catalogue import entry
from connectors.datashare import Datashare
from connectors.datashare.columns import FIELDS, parse
from connectors.errors import BadFile, BadSettings, ConnectorError, EmptyExtract
from connectors.records import (
    Batch,
    ClassKind,
    Contact,
    ContactLink,
    ExtractRequest,
    Finished,
    Mark,
    Membership,
    Notice,
    Part,
    Pupil,
    Rejected,
    Report,
    SchoolClass,
    Staff,
)

TODAY = date(2026, 1, 15)
SET: dict[str, Any] = {
    "students": [
        {"studentId": "51007", "knownName": "Aled", "surname": "Morse", "yearGroup": "Year 4",
         "className": "4 Willow", "dateOfBirth": "2017-01-22"},
    ],
    "contacts": [
        {"contactId": "77120", "title": "Mr and Mrs", "firstName": "J & P", "surname": "Morse",
         "email": "morse.home@post.example", "phone": "01632 960155", "relationship": "Parent"},
    ],
    "contactLinks": [{"studentId": "51007", "contactId": "77120", "relationship": "Parent"}],
    "teachers": [
        {"staffId": "9003", "title": "Miss", "forename": "Una", "surname": "Kessell",
         "email": "u.kessell@willowbank.example"},
    ],
    "classes": [
        {"classId": "R41", "classCode": "4W", "description": "4 Willow", "type": "Registration",
         "staffId1": "9003", "staffId2": "9011", "studentIds": ["51007"]},
        {"classId": "T88", "classCode": "Y4Ma2", "description": "Maths set 2", "type": "Teaching set",
         "staffIds": ["9003", "9020", "9021"], "studentIds": ["51007"]},
    ],
    "groups": [{"groupId": "H2", "description": "Otters", "type": "House", "studentIds": ["51007"]}],
}  # fmt: skip
FOLDER = files_of([Person(id="A1"), Person(id="S1", role="staff")])


def connector(path: Path, **more: str) -> Datashare:
    setup = Setup(
        school=SchoolRef(urn="990005", name="Holmwick"), settings={"path": str(path), **more},
        now=lambda: datetime(2026, 1, 20, 6, tzinfo=UTC),
    )  # fmt: skip
    return Datashare(setup)


def as_json(folder: Path, **changed: Any) -> Path:
    path = folder / "holmwick.json"
    path.write_text(json.dumps({**SET, **changed}), encoding="utf-8")
    return path


def in_folder(folder: Path, **changed: bytes) -> Path:
    for name, content in {**FOLDER, **{f"{name}.csv": each for name, each in changed.items()}}.items():
        (folder / name).write_bytes(content)
    return folder


def read(path: Path, *, reports: frozenset[Report] = frozenset(Report), **more: Any) -> list[Any]:
    request = {name: more.pop(name) for name in ("declined", "last") if name in more}
    return list(connector(path, **more).extract(ExtractRequest(reports=reports, today=TODAY, **request)))


def records(items: list[Any], kind: type) -> list[Any]:
    return [r for item in items if isinstance(item, Batch) for r in item.records if isinstance(r, kind)]


def rejected(items: list[Any]) -> list[Rejected]:
    return [r for item in items if isinstance(item, Batch) for r in item.rejected]


def notices(items: list[Any]) -> dict[str, Notice]:
    return {item.code: item for item in items if isinstance(item, Notice)}


# -- access ------------------------------------------------------------------------


def test_B9_until_the_set_is_there_the_operator_is_asked_and_does_not_wait(tmp_path: Path) -> None:
    """Integris tells nobody that access was granted."""
    assert not Datashare.declaration.tells_approval
    told = connector(tmp_path).access()
    assert told.state is AccessState.NOT_ASKED
    assert "Grant Access" in told.mend
    assert "tell the supplier" in told.mend
    as_json(tmp_path)
    told = connector(tmp_path).access()
    assert told.state is AccessState.APPROVED
    assert told.granted == frozenset(Report) & {
        Report.STUDENTS, Report.STAFF, Report.CONTACTS, Report.GROUPS_CLASSES,
    }  # fmt: skip
    assert told.withheld == {Report.ATTENDANCE}


def test_B9_the_guide_goes_from_datashare_to_the_reports_without_a_wait() -> None:
    route = entry("integris").route("datashare")
    assert route is not None
    assert [step.id for step in route.steps] == [
        "datashare", "review", "grant", "tell", "path", "test", "reports", "sync",
    ]  # fmt: skip
    assert not {"wait", "request"} & {step.kind for step in route.steps}
    test = next(step for step in route.steps if step.kind == "test")
    assert test.title == "I have granted access: test now"


def test_the_guide_lists_every_column(tmp_path: Path) -> None:
    route = entry("integris").route("datashare")
    assert route is not None
    text = next(step.text for step in route.steps if step.id == "path")
    for name, fields in FIELDS.items():
        assert name in text
        assert all(field in text for field in fields)


def test_B23_no_method_writes_anything(tmp_path: Path) -> None:
    path = as_json(tmp_path)
    before = (path.read_bytes(), path.stat().st_mtime_ns, sorted(tmp_path.iterdir()))
    one = connector(tmp_path)
    one.request_access()
    one.probe()
    list(one.extract(ExtractRequest(reports=frozenset(Report), today=TODAY)))
    one.contacts_of("51007")
    assert (path.read_bytes(), path.stat().st_mtime_ns, sorted(tmp_path.iterdir())) == before


def test_D10_a_place_that_is_away_and_a_set_that_is_wrong_are_told_apart(tmp_path: Path) -> None:
    away = connector(tmp_path / "gone")
    assert [probe.ok for probe in away.probe()] == [False, False]
    assert away.access().state is AccessState.REFUSED
    as_json(tmp_path, students={})
    assert [probe.ok for probe in connector(tmp_path).probe()] == [True, False]


# -- fields -------------------------------------------------------------------------


def test_G1_H1_F8_I2_the_example_comes_as_it_stands(tmp_path: Path) -> None:
    items = read(as_json(tmp_path))
    (pupil,), (staff,), (contact,) = (records(items, kind) for kind in (Pupil, Staff, Contact))
    assert (pupil.source_id, pupil.given_name, pupil.family_name) == ("51007", "Aled", "Morse")
    assert (pupil.nc_year, pupil.registration_group) == ("Year 4", "4 Willow")
    assert pupil.date_of_birth == date(2017, 1, 22)
    assert (staff.title, staff.given_name, staff.email) == ("Miss", "Una", "u.kessell@willowbank.example")
    assert (contact.title, contact.given_name, contact.family_name) == ("Mr and Mrs", "J & P", "Morse")
    assert (contact.email, contact.phone) == ("morse.home@post.example", "01632 960155")
    assert records(items, ContactLink) == [
        ContactLink(contact_id="77120", pupil_id="51007", relationship="Parent")
    ]
    assert rejected(items) == []


def test_E1_to_E4_what_the_route_never_carries_is_unknown_and_not_empty(tmp_path: Path) -> None:
    items = read(as_json(tmp_path))
    (pupil,), (staff,) = records(items, Pupil), records(items, Staff)
    assert {"upn", "admission_number", "email", "photo_id", "admission_date"} <= pupil.unknown
    assert {"roles", "teaching", "photo_id", "reports_to", "phone"} <= staff.unknown
    assert not {"given_name", "nc_year"} & pupil.unknown


@pytest.mark.parametrize("shape", ["json", "rows"])
def test_C16_anything_but_the_listed_fields_is_dropped_and_told(tmp_path: Path, shape: str) -> None:
    secret = "Penicillin"
    if shape == "json":
        extra = [{**SET["students"][0], "allergies": secret, "upn": secret}]
        path = as_json(tmp_path, students=extra, behaviour=[{"studentId": "51007", "note": secret}])
    else:
        path = in_folder(tmp_path, students=(
            b"Student ID,Known Name,Surname,Current Year Group,Current Class,Date of Birth,Allergies,UPN\n"
            b"A1,Nia,Hale,Year 4,4W,22/01/2017,Penicillin,Penicillin\n"
        ))  # fmt: skip
        (tmp_path / "behaviour.csv").write_text(f"studentId,note\nA1,{secret}\n")
    items = read(path)
    assert len(records(items, Pupil)) == 1
    assert secret not in repr(items)
    assert "llergies" in notices(items)["columns_dropped"].message


def test_C14_the_work_address_of_staff_comes_only_on_request(tmp_path: Path) -> None:
    offer = Datashare.declaration.offer(Report.STAFF)
    assert offer is not None
    assert [field.name for field in offer.fields if field.on_request] == ["email"]
    (staff,) = records(read(as_json(tmp_path), declined={Report.STAFF: frozenset({"email"})}), Staff)
    assert staff.email is None
    assert "email" in staff.unknown


def test_other_names_of_columns_are_a_setting(tmp_path: Path) -> None:
    content = b"Pupil No;Preferred;Surname;DOB\n1;Nia;Hale;22/01/2017\n"
    path = in_folder(tmp_path, students=content)
    with pytest.raises(BadFile) as caught:
        read(path)
    assert "studentId" in caught.value.message
    assert "--set columns=students.studentId=" in caught.value.mend
    typed = "students.studentId=Pupil No; students.knownName=preferred; students.dateOfBirth=DOB"
    (pupil,) = records(read(path, columns=typed), Pupil)
    assert (pupil.source_id, pupil.given_name, pupil.date_of_birth) == ("1", "Nia", date(2017, 1, 22))
    assert {"nc_year", "registration_group"} <= pupil.unknown


@pytest.mark.parametrize("text", ["pupils.id=Id", "students.upn=UPN", "students.studentId=", "nonsense"])
def test_a_setting_that_names_no_field_is_refused_with_those_there_are(text: str) -> None:
    with pytest.raises(BadSettings) as caught:
        parse(text)
    assert "known: " in caught.value.message


# -- people ---------------------------------------------------------------------------


@pytest.mark.parametrize(("field", "code"), [
    ("title", "missing_title"), ("forename", "missing_given_name"), ("surname", "missing_family_name"),
])  # fmt: skip
def test_F9_a_teacher_with_a_blank_name_part_is_left_out_with_the_mend(
    tmp_path: Path, field: str, code: str
) -> None:
    blank = {"staffId": "9011", "title": "Mr", "forename": "Ivo", "surname": "Raine", field: " "}
    items = read(as_json(tmp_path, teachers=[*SET["teachers"], blank]))
    assert [s.source_id for s in records(items, Staff)] == ["9003"]
    (told,) = rejected(items)
    assert (told.code, told.source_id, told.field) == (code, "9011", None)
    assert told.where == f"holmwick.json:teachers[1].{field}"
    assert "Integris" in told.mend
    assert Report.STAFF in {item.report for item in items if isinstance(item, Finished)}


def test_F11_H4_no_address_is_needed(tmp_path: Path) -> None:
    teacher = {**SET["teachers"][0], "email": ""}
    contact = {**SET["contacts"][0], "email": None, "phone": ""}
    items = read(as_json(tmp_path, teachers=[teacher], contacts=[contact]))
    assert [s.email for s in records(items, Staff)] == [None]
    assert [(c.email, c.phone) for c in records(items, Contact)] == [(None, None)]


def test_G3_a_new_name_on_the_same_id_is_the_same_pupil(tmp_path: Path) -> None:
    before = records(read(as_json(tmp_path)), Pupil)
    married = {**SET["students"][0], "surname": "Hale", "className": "4 Oak"}
    after = records(read(as_json(tmp_path, students=[married])), Pupil)
    assert [p.source_id for p in before] == [p.source_id for p in after]
    assert [p.family_name for p in after] == ["Hale"]


def test_an_id_for_two_people_is_told_and_the_first_counts(tmp_path: Path) -> None:
    twin = {**SET["students"][0], "knownName": "Bryn"}
    items = read(as_json(tmp_path, students=[SET["students"][0], twin]))
    assert [p.given_name for p in records(items, Pupil)] == ["Aled"]
    assert [r.code for r in rejected(items)] == ["duplicate_source_id"]


def test_H5_Z13_a_joint_record_is_handed_over_as_it_stands(tmp_path: Path) -> None:
    from misconsole.rules.joint_contacts import split_all

    items = read(as_json(tmp_path))
    apart = split_all(records(items, Contact), links=records(items, ContactLink))
    assert [(c.source_id, c.title, c.given_name) for c in apart.contacts] == [
        ("77120", "Mr", "J"), ("77120#2", "Mrs", "P"),
    ]  # fmt: skip
    assert {(link.contact_id, link.priority) for link in apart.links} == {("77120", 1), ("77120#2", 1)}


def test_H6_E11_no_priority_is_made_up_and_one_notice_says_so(tmp_path: Path) -> None:
    items = read(as_json(tmp_path))
    assert [link.priority for link in records(items, ContactLink)] == [None]
    told = [item for item in items if isinstance(item, Notice) and item.code == "no_priority"]
    assert len(told) == 1
    assert "priority 1" in told[0].message
    assert "no_priority" not in notices(read(as_json(tmp_path), reports=frozenset({Report.STUDENTS})))


def test_H9_a_link_to_nobody_is_left_out_and_what_it_does_not_say_the_contact_may(tmp_path: Path) -> None:
    links = [
        {"studentId": "51007", "contactId": "77120", "parentalResponsibility": True},
        {"studentId": "51007", "contactId": "404"},
        {"studentId": "", "contactId": "77120"},
    ]
    items = read(as_json(tmp_path, contactLinks=links))
    (link,) = records(items, ContactLink)
    assert (link.relationship, link.parental_responsibility) == ("Parent", True)
    assert [r.code for r in rejected(items)] == ["unknown_reference", "missing_value"]


def test_H10_the_contacts_of_one_pupil(tmp_path: Path) -> None:
    found = connector(as_json(tmp_path)).contacts_of("51007")
    assert [type(each).__name__ for each in found] == ["Contact", "ContactLink"]
    assert connector(tmp_path).contacts_of("1") == ()


# -- classes ---------------------------------------------------------------------------


def staff_of(items: list[Any], source_id: str) -> list[tuple[str, Part]]:
    return [
        (m.person_id, m.part) for m in records(items, Membership)
        if m.container_id == source_id and m.person_role == "staff"
    ]  # fmt: skip


def test_I7_the_first_of_a_registration_class_is_main_and_the_other_supervises(tmp_path: Path) -> None:
    items = read(as_json(tmp_path))
    assert staff_of(items, "R41") == [("9003", Part.MAIN), ("9011", Part.SUPERVISOR)]


def test_I7_a_third_member_of_staff_is_left_out_and_told(tmp_path: Path) -> None:
    three = {**SET["classes"][0], "staffIds": ["9003", "9030"]}
    items = read(as_json(tmp_path, classes=[three]))
    assert staff_of(items, "R41") == [("9003", Part.MAIN), ("9011", Part.SUPERVISOR)]
    assert [(r.code, r.value) for r in rejected(items)] == [("too_many_staff", "9030")]


def test_I7_without_a_first_there_is_no_main_teacher(tmp_path: Path) -> None:
    only = {**SET["classes"][0], "staffId1": ""}
    assert staff_of(read(as_json(tmp_path, classes=[only])), "R41") == [("9011", Part.SUPERVISOR)]


@pytest.mark.parametrize(("word", "kind"), [
    ("Teaching set", ClassKind.TEACHING), ("Mixed group", ClassKind.CUSTOM),
    ("custom group", ClassKind.CUSTOM),
])  # fmt: skip
def test_I5_I6_I8_sets_and_custom_groups_have_any_number_of_equal_staff(
    tmp_path: Path, word: str, kind: ClassKind
) -> None:
    items = read(as_json(tmp_path, classes=[{**SET["classes"][1], "type": word}]))
    assert [c.kind for c in records(items, SchoolClass)] == [kind]
    assert staff_of(items, "T88") == [(one, Part.TEACHER) for one in ("9003", "9020", "9021")]


def test_I5_I10_another_type_is_named_and_left_to_the_rules(tmp_path: Path) -> None:
    items = read(as_json(tmp_path, classes=[{**SET["classes"][1], "type": "Detention"}]))
    assert [c.kind for c in records(items, SchoolClass)] == [ClassKind.OTHER]
    assert "“Detention”" in notices(items)["type_unknown"].message


def test_I11_groups_never_have_staff(tmp_path: Path) -> None:
    staffed = {**SET["groups"][0], "staffIds": ["9003"], "staffId1": "9003"}
    items = read(as_json(tmp_path, groups=[staffed]))
    assert staff_of(items, "H2") == []
    assert [m.person_id for m in records(items, Membership) if m.container == "group"] == ["51007"]


@pytest.mark.parametrize("between", [";", " ", "|", "; ", ","])
def test_a_class_of_thirty_in_one_cell_is_not_taken_for_thirty_columns(tmp_path: Path, between: str) -> None:
    ids = [f"A{number}" for number in range(30)]
    path = in_folder(tmp_path, classes=rows("classes", {
        "classId": "R1", "type": "Registration", "staffId1": "S1", "studentIds": between.join(ids),
    }))  # fmt: skip
    found = [m.person_id for m in records(read(path), Membership) if m.person_role == "pupil"]
    assert found[:30] == ids


def test_a_row_for_each_member_is_one_class(tmp_path: Path) -> None:
    head = b"Class ID,Class Code,Type,Staff ID,Student ID\n"
    content = head + b"T1,Ma2,Teaching set,S1,A1\nT1,Ma2,Teaching set,S2,A1\n"
    items = read(in_folder(tmp_path, classes=content))
    assert [c.source_id for c in records(items, SchoolClass)] == ["T1"]
    assert staff_of(items, "T1") == [("S1", Part.TEACHER), ("S2", Part.TEACHER)]


def test_E9_marks_come_where_the_set_has_them(tmp_path: Path) -> None:
    items = read(in_folder(tmp_path))
    assert records(items, Mark) == [Mark(pupil_id="A1", day=date(2026, 1, 14), session="AM", code="/")]


# -- files -------------------------------------------------------------------------------


def test_a_zip_is_read_as_its_folder_is(tmp_path: Path) -> None:
    target = tmp_path / "set.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in FOLDER.items():
            archive.writestr(f"export/{name}", content)
    (tmp_path / "rows").mkdir()
    assert records(read(target), Pupil) == records(read(in_folder(tmp_path / "rows")), Pupil)


def test_of_two_days_the_newer_file_counts(tmp_path: Path) -> None:
    in_folder(tmp_path)
    (tmp_path / "students.csv").unlink()
    for day, name in ((14, "Old"), (15, "New")):
        path = tmp_path / f"Students_2026-01-{day}.csv"
        item = {"studentId": "A1", "knownName": name, "surname": "Hale", "dateOfBirth": "2014-01-01"}
        path.write_bytes(rows("students", item))
        os.utime(path, (day * 86_400, day * 86_400))
    items = read(tmp_path)
    assert [p.given_name for p in records(items, Pupil)] == ["New"]
    assert "2026-01-14" in notices(items)["older_file"].message


def test_the_same_set_as_last_time_is_told(tmp_path: Path) -> None:
    path = as_json(tmp_path)
    mark = next(item.high_water for item in read(path) if isinstance(item, Finished))
    again = read(path, last={Report.STUDENTS: mark})
    assert notices(again)["same_files"].level == "info"


def test_T10_fridays_set_is_no_warning_before_tuesday_and_old_ones_can_be_refused(tmp_path: Path) -> None:
    path = as_json(tmp_path)
    for friday, level in ((datetime(2026, 1, 16, 20, tzinfo=UTC), "warning"),
                          (datetime(2026, 1, 19, 20, tzinfo=UTC), "info")):  # fmt: skip
        os.utime(path, (friday.timestamp(), friday.timestamp()))
        assert notices(read(path))["old_files"].level == level
    os.utime(path, (1_700_000_000, 1_700_000_000))
    with pytest.raises(BadFile, match="days old"):
        read(path, max_age="5")


def test_Z20_a_list_that_is_there_and_empty_is_no_empty_school(tmp_path: Path) -> None:
    for changed in ({"students": []}, {"teachers": []}):
        items: list[Any] = []
        with pytest.raises(EmptyExtract):
            items.extend(connector(as_json(tmp_path, **changed)).extract(
                ExtractRequest(reports=frozenset(Report), today=TODAY)
            ))  # fmt: skip
        assert not [item for item in items if isinstance(item, Finished)]


def test_a_list_that_is_not_there_leaves_its_report_unfinished(tmp_path: Path) -> None:
    path = as_json(tmp_path)
    path.write_text(json.dumps({key: each for key, each in SET.items() if key != "contactLinks"}))
    finished = {item.report for item in read(path) if isinstance(item, Finished)}
    assert finished == {Report.STUDENTS, Report.STAFF, Report.GROUPS_CLASSES}


def test_a_set_that_changes_while_it_is_read_finishes_nothing(tmp_path: Path) -> None:
    path = as_json(tmp_path)
    reading = connector(path).extract(ExtractRequest(reports=frozenset(Report), today=TODAY))
    items = [next(reading)]
    path.write_text(path.read_text() + " ")
    with pytest.raises(BadFile, match="changed while"):
        items.extend(reading)
    assert not [item for item in items if isinstance(item, Finished)]


def test_month_first_in_one_date_makes_the_list_untrustworthy(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="month first"):
        read(as_json(tmp_path, students=[{**SET["students"][0], "dateOfBirth": "01/22/2017"}]))
    items = read(as_json(tmp_path, students=[{**SET["students"][0], "dateOfBirth": "soon"}]))
    assert [p.date_of_birth for p in records(items, Pupil)] == [None]
    assert [(r.code, r.field) for r in rejected(items)] == [("bad_date", "date_of_birth")]


def test_a_value_of_the_wrong_type_costs_its_field_and_an_item_of_no_type_itself(tmp_path: Path) -> None:
    odd = {**SET["students"][0], "yearGroup": {"a": 1}, "studentId": 51007}
    items = read(as_json(tmp_path, students=[odd, "nobody"]))
    assert [(p.source_id, p.nc_year) for p in records(items, Pupil)] == [("51007", None)]
    assert [r.where for r in rejected(items)] == [
        "holmwick.json:students[0].yearGroup", "holmwick.json:students[1]",
    ]  # fmt: skip


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(SET)), item=st.data())
def test_any_json_is_records_or_a_clear_error(tmp_path: Path, name: str, item: st.DataObject) -> None:
    drawn = {**SET[name][0], **{f: item.draw(json_values) for f in FIELDS[name] if item.draw(st.booleans())}}
    path = as_json(tmp_path, **{name: [drawn, *SET[name]]})
    try:
        items = read(path)
    except ConnectorError as problem:
        assert problem.message
        assert problem.mend
    else:
        assert all(r.message and r.mend and r.where for r in rejected(items))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_bytes_are_records_or_a_clear_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.json").write_bytes(content)
    in_folder(tmp_path, students=FOLDER["students.csv"] + content)
    try:
        read(tmp_path)
    except ConnectorError as problem:
        assert problem.mend


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "set.zip"
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        info = zipfile.ZipInfo("students.csv")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    target.write_bytes(held.getvalue())
    with pytest.raises(BadFile, match="link"):
        read(target)
