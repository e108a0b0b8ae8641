"""SIMS by CommandReporter's files: what is read, what is told, and what is never taken for an answer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from harness import Person
from harness_sims_files import EMPTY, files_of, pupil, staff, table, xml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.base import AccessState, SchoolRef, Setup
from connectors.errors import BadFile, BadSettings, ConnectorError, TooLarge
from connectors.records import (
    Batch,
    ClassKind,
    Contact,
    ContactLink,
    ExtractRequest,
    Finished,
    Group,
    GroupKind,
    Mark,
    Membership,
    Notice,
    Part,
    Pupil,
    PupilStatus,
    Report,
    SchoolClass,
    Staff,
)
from connectors.sims_files import SimsFiles
from connectors.sims_files.drop import report_of
from connectors.sims_files.layout import own_captions

TODAY = date(2026, 1, 15)
PEOPLE = (
    Person(id="A1"),
    Person(id="A2", given="Ada", family="Hale"),
    Person(id="S1", role="staff", given="Femi", family="Hale", born=date(1981, 5, 23)),
)
Rows = list[dict[str, str]]


class School:
    """A drop folder with a whole set in it, to be spoilt file by file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, content in files_of(PEOPLE).items():
            self.put(name, content)

    def put(self, name: str, content: bytes, *, days_old: float = 0) -> None:
        path = self.folder / name
        path.write_bytes(content)
        when = datetime.now(UTC).timestamp() - days_old * 86400
        os.utime(path, (when, when))

    def connector(self, **settings: str) -> SimsFiles:
        chosen = {"path": str(self.folder), "settle": "0", **settings}
        return SimsFiles(Setup(school=SchoolRef(urn="990099", name="Test School"), settings=chosen))

    def read(self, *reports: Report, settings: dict[str, str] | None = None, **more: Any) -> list[Any]:
        asked = ExtractRequest(reports=frozenset(reports or Report), today=TODAY, **more)
        return list(self.connector(**(settings or {})).extract(asked))


@pytest.fixture(name="school")
def _school(tmp_path: Path) -> School:
    return School(tmp_path)


def records(items: list[Any], kind: type) -> list[Any]:
    return [r for item in items if isinstance(item, Batch) for r in item.records if isinstance(r, kind)]


def finished(items: list[Any]) -> set[Report]:
    return {item.report for item in items if isinstance(item, Finished)}


def notices(items: list[Any], code: str) -> list[Notice]:
    return [item for item in items if isinstance(item, Notice) and item.code == code]


def rejected(items: list[Any]) -> dict[str, Any]:
    return {r.code: r for item in items if isinstance(item, Batch) for r in item.rejected}


def pupils_with(**more: str) -> Rows:
    return [{**pupil(PEOPLE[0]), **{name.replace("_", " "): text for name, text in more.items()}}]


# -- the columns -------------------------------------------------------------------


def test_D4_without_personnel_officer_roles_are_unknown_and_the_mend_is_told(school: School) -> None:
    rows = [{k: v for k, v in staff(PEOPLE[2]).items() if k != "Role Text"}]
    school.put("staff.csv", table(rows))
    items = school.read(Report.STAFF)
    (person,) = records(items, Staff)
    assert person.roles == () and {"roles", "teaching", "reports_to"} <= person.unknown
    assert "given_name" not in person.unknown
    (told,) = notices(items, "personnel_officer")
    assert told.level == "warning" and "Accounts still update" in told.message
    assert "Put the SIMS user into Personnel Officer" in told.mend
    assert finished(items) == {Report.STAFF}


def test_D4_who_declined_the_roles_is_told_nothing_of_them(school: School) -> None:
    school.put("staff.csv", table([{k: v for k, v in staff(PEOPLE[2]).items() if k != "Role Text"}]))
    declined = {Report.STAFF: frozenset({"roles", "teaching", "reports_to"})}
    assert not notices(school.read(Report.STAFF, declined=declined), "personnel_officer")


def test_D3_without_third_party_reporting_nothing_is_read(school: School) -> None:
    school.put("students.xml", xml([{k: v for k, v in pupil(p).items() if k != "ID"} for p in PEOPLE[:2]]))
    with pytest.raises(BadFile) as caught:
        school.read(Report.STUDENTS)
    assert "External ID of the pupil (ID)" in caught.value.message
    assert "Third Party Reporting" in caught.value.mend


def test_mandatory_columns_are_looked_for_in_the_whole_file(school: School) -> None:
    """A missing value has no element: the first record alone tells nothing of the columns."""
    rows = [pupil(p) for p in PEOPLE[:2]]
    del rows[0]["DOB"]
    school.put("students.xml", xml(rows))
    assert [p.date_of_birth for p in records(school.read(Report.STUDENTS), Pupil)] == [None, PEOPLE[1].born]
    del rows[1]["DOB"]
    school.put("students.xml", xml(rows))
    with pytest.raises(BadFile, match="DOB"):
        school.read(Report.STUDENTS)


def test_G6_every_column_comes_through_as_text_with_its_zeros(school: School) -> None:
    rows = pupils_with(
        primary_id="10482", Adno="001187", UPN="H820200121013", Former_UPN="H820200121012", ULN="0123456789",
        House="Elgar", Start_date="2023-09-04T00:00:00", Leaving_Date="2026-07-20T00:00:00", Part_Time="N",
        Legal_Surname="Roe-Carter", Year="Year  8", Primary_Email="t.roe@heronsgate.example",
    )  # fmt: skip
    school.put("students.xml", xml(rows))
    (one,) = records(school.read(Report.STUDENTS), Pupil)
    assert (one.source_id, one.mis_id, one.admission_number, one.uln) == (
        "A1",
        "10482",
        "001187",
        "0123456789",
    )
    assert (one.upn, one.former_upn, one.house) == ("H820200121013", "H820200121012", "Elgar")
    assert (one.admission_date, one.leaving_date) == (date(2023, 9, 4), date(2026, 7, 20))
    assert (one.part_time, one.legal_family_name, one.nc_year) == (False, "Roe-Carter", "Year  8")
    assert one.email == "t.roe@heronsgate.example" and one.status is PupilStatus.CURRENT
    assert one.unknown >= {"photo_id", "upi", "local_upn"} and "upn" not in one.unknown


def test_captions_are_compared_without_case_and_blanks_and_a_school_may_name_its_own(school: School) -> None:
    rows = [{**pupil(PEOPLE[0]), "Adm. Nr": "000042"}]
    rows[0]["LEGAL  forename"] = "Antonia"
    school.put("students.xml", xml(rows))
    unread = school.read(Report.STUDENTS)
    assert "Adm. Nr" in notices(unread, "unused_columns")[0].message
    items = school.read(Report.STUDENTS, settings={"captions": "students.admission_number=Adm. Nr"})
    (one,) = records(items, Pupil)
    assert (one.admission_number, one.legal_given_name) == ("000042", "Antonia")
    with pytest.raises(BadSettings, match="no column"):
        own_captions("students.shoe_size=Shoe")


def test_the_preferred_name_comes_first_and_the_legal_one_fills_in(school: School) -> None:
    """Z6"""
    rows = [
        {**staff(PEOPLE[2]), "Legal Forename": "Olufemi"},
        {"ID": "S2", "Preferred Surname": "Vale", "Legal Forename": "Wren", "Role Text": "Cook"},
    ]
    school.put("staff.csv", table(rows))
    first, second = records(school.read(Report.STAFF), Staff)
    assert (first.given_name, first.legal_given_name) == ("Femi", "Olufemi")
    assert second.given_name == "Wren"


def test_C14_work_email_is_not_looked_at_until_asked_for(school: School) -> None:
    school.put("staff.csv", table([{**staff(PEOPLE[2]), "Work Email": "f.hale@heronsgate.example"}]))
    items = school.read(Report.STAFF, declined={Report.STAFF: frozenset({"email", "phone"})})
    (one,) = records(items, Staff)
    assert one.email is None and "email" in one.unknown
    assert records(school.read(Report.STAFF), Staff)[0].email == "f.hale@heronsgate.example"


def test_the_number_of_the_database_may_tell_people_apart_but_never_by_itself(school: School) -> None:
    """Were it taken whenever the External ID is missing, everybody would be somebody new that day."""
    rows = [{**pupil(PEOPLE[0]), "primary_id": "77"}]
    del rows[0]["ID"]
    school.put("students.xml", xml(rows))
    with pytest.raises(BadFile, match="External ID"):
        school.read(Report.STUDENTS)
    (one,) = records(school.read(Report.STUDENTS, settings={"key": "person"}), Pupil)
    assert one.source_id == "77"


# -- many rows of one person ---------------------------------------------------------


def test_F3_rows_of_one_person_become_one_with_all_roles(school: School) -> None:
    rows = [{**staff(PEOPLE[2]), "Role Text": role} for role in ("Teacher", "Head of Year", "Teacher")]
    school.put("staff.csv", table(rows))
    items = school.read(Report.STAFF)
    (one,) = records(items, Staff)
    assert one.roles == ("Teacher", "Head of Year")
    assert not notices(items, "conflicting_values")


def test_conflicting_values_of_one_person_are_told_with_file_row_and_column(school: School) -> None:
    rows = [pupil(PEOPLE[0]), {**pupil(PEOPLE[0]), "Reg": "7XYZ"}, pupil(PEOPLE[0])]
    school.put("students.xml", xml(rows))
    items = school.read(Report.STUDENTS)
    assert [p.registration_group for p in records(items, Pupil)] == ["7KES"]
    (told,) = notices(items, "conflicting_values")
    assert told.message.startswith("students.xml:record:2:Reg: A1 has another value") and told.mend


def test_somebody_else_with_the_same_id_is_left_out_and_told(school: School) -> None:
    other = {**pupil(PEOPLE[1]), "ID": "A1", "Reg": "9ZZZ"}
    school.put("students.xml", xml([pupil(PEOPLE[0]), other]))
    items = school.read(Report.STUDENTS)
    assert [(p.given_name, p.registration_group) for p in records(items, Pupil)] == [("Nia", "7KES")]
    assert rejected(items)["duplicate_source_id"].source_id == "A1"


def test_values_that_end_where_their_column_ends_are_told(school: School) -> None:
    names = ["Ambleford-Knat", "Ambleford-Hurs", "Bexington-Vale", "Cradlewick-Orm", "Hale", "Roe"]
    rows = [{**pupil(Person(id=f"A{n}", family=name))} for n, name in enumerate(names)]
    school.put("students.xml", xml(rows))
    (told,) = notices(school.read(Report.STUDENTS), "cut_values")
    assert "students.xml:Surname" in told.message and "4 different values end at exactly 14" in told.message
    assert "wider" in told.mend


# -- how it is written ----------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("name", ["students.xml", "students.csv"])
def test_each_file_may_be_in_an_encoding_of_its_own(school: School, name: str, encoding: str) -> None:
    rows = [pupil(Person(id="A1", given="Zoë", family="O’Brien"))]
    (school.folder / "students.xml").unlink()
    content = xml(rows) if name.endswith("xml") else table(rows)
    school.put(name, content.decode().encode(encoding))
    items = school.read(Report.STUDENTS, Report.STAFF)
    assert [(p.given_name, p.family_name) for p in records(items, Pupil)] == [("Zoë", "O’Brien")]
    assert finished(items) == {Report.STUDENTS, Report.STAFF}
    assert bool(notices(items, "encoding")) is (name.endswith("xml") and encoding in ("cp1252", "utf-16"))


@pytest.mark.parametrize("name", ["students.xml", "students.csv"])
def test_a_file_in_two_encodings_is_refused(school: School, name: str) -> None:
    rows = [pupil(Person(id="A1", given="Zoë")), pupil(Person(id="A2", given="Noël"))]
    (school.folder / "students.xml").unlink()
    content = xml(rows) if name.endswith("xml") else table(rows)
    school.put(name, content.replace("Noël".encode(), "Noël".encode("cp1252")))
    with pytest.raises(BadFile, match="not UTF-8"):
        school.read(Report.STUDENTS)


def test_what_stands_in_a_file_counts_and_not_its_suffix(school: School) -> None:
    school.put("students.xml", table([pupil(PEOPLE[0])]))
    assert [p.source_id for p in records(school.read(Report.STUDENTS), Pupil)] == ["A1"]


@pytest.mark.parametrize(
    ("text", "day"),
    [("2013-11-02T00:00:00", date(2013, 11, 2)), ("02/11/2013", date(2013, 11, 2)),
     ("02/11/2013 00:00:00", date(2013, 11, 2)), ("2 Nov 2013", date(2013, 11, 2))],
)  # fmt: skip
def test_dates_are_read_as_sims_writes_them(school: School, text: str, day: date) -> None:
    """G8"""
    school.put("students.xml", xml([{**pupil(PEOPLE[0]), "DOB": text}]))
    assert records(school.read(Report.STUDENTS), Pupil)[0].date_of_birth == day


def test_a_date_that_is_none_costs_the_field_and_one_month_first_the_file(school: School) -> None:
    school.put("students.xml", xml([{**pupil(PEOPLE[0]), "DOB": "unknown"}]))
    items = school.read(Report.STUDENTS)
    assert records(items, Pupil)[0].date_of_birth is None
    assert rejected(items)["bad_date"].where == "students.xml:record:1:DOB"
    school.put("students.xml", xml([{**pupil(PEOPLE[0]), "DOB": "03/14/2014"}]))
    with pytest.raises(BadFile, match="month first") as caught:
        school.read(Report.STUDENTS)
    assert "United Kingdom" in caught.value.mend


def test_X_entities_and_endless_records_are_refused(school: School) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><SuperStarReport><Record>&b;</Record></SuperStarReport>'
    school.put("students.xml", bomb)
    with pytest.raises(ConnectorError, match="no report needs"):
        school.read(Report.STUDENTS)
    school.put("students.xml", xml([{**pupil(PEOPLE[0]), "Note": "n" * (1 << 20)}]))
    with pytest.raises(TooLarge):
        school.read(Report.STUDENTS)


def test_hostile_text_in_xml_is_data(school: School) -> None:
    text = "[bold]</Record><Record> ]]> =cmd|'/c calc'!A1 ../../x \u202e '); DROP TABLE"
    school.put("students.xml", xml([{**pupil(PEOPLE[0]), "Forename": text}]))
    assert records(school.read(Report.STUDENTS), Pupil)[0].given_name == text


# -- missing, empty, half-written, old ------------------------------------------------


@pytest.mark.parametrize(
    "content", [None, b"", EMPTY, b"\xef\xbb\xbf\r\n", b"<CommandReporterError>x</CommandReporterError>"]
)
def test_Z20_a_report_that_is_missing_or_empty_is_never_nobody(school: School, content: bytes | None) -> None:
    if content is None:
        (school.folder / "students.xml").unlink()
    else:
        school.put("students.xml", content)
    items = school.read()
    assert finished(items) == {Report.STAFF}
    told = {n.message.rpartition("Nobody of ")[2] for n in notices(items, "report_missing")}
    assert "Students (Current) is taken for gone." in told
    assert {"Contacts is taken for gone.", "Groups & Classes is taken for gone."} <= told
    assert all(notice.mend for notice in notices(items, "report_missing"))


def test_Z20_a_csv_with_nothing_but_its_header_is_never_nobody(school: School) -> None:
    school.put("staff.csv", table([staff(PEOPLE[2])]).splitlines(keepends=True)[0])
    items = school.read(Report.STAFF, Report.STUDENTS)
    assert finished(items) == {Report.STUDENTS}


def test_Z20_a_report_whose_rows_are_all_unusable_is_never_nobody(school: School) -> None:
    school.put("staff.csv", table([{**staff(PEOPLE[2]), "ID": ""}]))
    items = school.read(Report.STAFF, Report.STUDENTS)
    assert finished(items) == {Report.STUDENTS}
    assert "missing_source_id" in rejected(items)


@pytest.mark.parametrize(
    ("reason", "mend"),
    [("Login failed for user", "Was the password changed"), ("Report not found", "My Reports")],
)
def test_an_error_of_commandreporter_is_told_in_its_words_with_what_to_do(
    school: School, reason: str, mend: str
) -> None:
    error = f"<CommandReporterError>{reason}</CommandReporterError>".encode()
    school.put("students.xml", error)
    (school.folder / "staff.csv").unlink()
    with pytest.raises(BadFile) as caught:
        school.read(Report.STUDENTS, Report.STAFF)
    assert reason in caught.value.message and mend in caught.value.mend


def test_Z20_xml_that_breaks_off_is_refused_before_any_report_is_finished(school: School) -> None:
    school.put("students.xml", xml([pupil(p) for p in PEOPLE[:2]])[:-25])
    with pytest.raises(BadFile, match="breaks off"):
        school.read(Report.STUDENTS)


def test_a_file_written_to_a_moment_ago_is_not_read(school: School) -> None:
    with pytest.raises(BadFile, match="may still be growing") as caught:
        school.read(Report.STUDENTS, settings={"settle": "60"})
    assert "Wait" in caught.value.mend
    for path in school.folder.iterdir():
        school.put(path.name, path.read_bytes(), days_old=0.01)
    assert finished(school.read(Report.STUDENTS, settings={"settle": "60"})) == {Report.STUDENTS}


def test_a_file_under_a_temporary_name_means_that_the_export_goes_on(school: School) -> None:
    school.put("students.xml.part", b"<Super")
    with pytest.raises(BadFile, match="still being written"):
        school.read(Report.STUDENTS)


def test_Z20_a_file_that_changes_meanwhile_finishes_nothing(school: School) -> None:
    asked = ExtractRequest(reports=frozenset({Report.STUDENTS}), today=TODAY)
    stream: Iterator[Any] = school.connector().extract(asked)
    seen = [item for item in (next(stream) for _ in range(2)) if isinstance(item, Batch)]
    assert seen
    school.put("students.xml", xml([pupil(PEOPLE[0])] * 9))
    with pytest.raises(BadFile, match="changed while"):
        seen += [item for item in stream if isinstance(item, Finished)]
    assert not finished(seen)


def test_the_same_files_as_last_time_and_yesterdays_are_told(school: School) -> None:
    first = school.read(Report.STUDENTS, Report.STAFF)
    mark = next(item.high_water for item in first if isinstance(item, Finished))
    again = school.read(Report.STUDENTS, Report.STAFF, last={Report.STUDENTS: mark})
    assert notices(again, "same_files") and finished(again) == {Report.STUDENTS, Report.STAFF}
    for path in school.folder.iterdir():
        school.put(path.name, path.read_bytes(), days_old=3)
    assert "3 days ago" in notices(school.read(Report.STUDENTS), "old_files")[0].message
    with pytest.raises(BadFile, match="at most 2"):
        school.read(Report.STUDENTS, settings={"max_age": "2"})


def test_a_report_of_another_day_than_the_rest_is_told(school: School) -> None:
    school.put("contacts.xml", (school.folder / "contacts.xml").read_bytes(), days_old=5)
    (told,) = notices(school.read(), "older_part")
    assert told.message.startswith("contacts.xml is of")
    data = school.connector().probe()[1]
    assert not data.ok and "contacts.xml" in data.message


def test_of_several_days_the_newest_file_counts(school: School) -> None:
    old = xml([pupil(Person(id="OLD"))])
    school.put("students_2026-01-13.xml", old, days_old=2)
    school.put("Students 20260112.csv", table([pupil(Person(id="OLDER"))]), days_old=3)
    items = school.read(Report.STUDENTS)
    assert [p.source_id for p in records(items, Pupil)] == ["A1", "A2"]
    assert len([n for n in notices(items, "not_read") if "older than students.xml" in n.message]) == 2


@pytest.mark.parametrize(
    ("name", "report"),
    [("students.xml", Report.STUDENTS), ("PUPILS.CSV", Report.STUDENTS), ("staff_20260115.xml", Report.STAFF),
     ("Staff Future.csv", Report.STAFF_FUTURE),
     ("students-future-2026-01-15_0630.xml", Report.STUDENTS_FUTURE),
     ("Groups & Classes.xml", Report.GROUPS_CLASSES), ("attendance 15-01-2026.csv", Report.ATTENDANCE),
     ("staffing.xml", None), ("log.txt", None)],
)  # fmt: skip
def test_a_report_is_known_by_the_name_of_its_file(name: str, report: Report | None) -> None:
    assert report_of(name) is report


# -- the folder -----------------------------------------------------------------------


def test_D12_a_folder_that_anybody_may_write_to_is_not_trusted(school: School) -> None:
    school.folder.chmod(0o777)
    access = school.connector().access()
    assert access.state is AccessState.REFUSED and "chmod o-w" in access.mend
    assert [probe.ok for probe in school.connector().probe()] == [False, False]
    with pytest.raises(BadFile, match="everybody"):
        school.read(Report.STUDENTS)
    assert finished(school.read(Report.STUDENTS, settings={"rights": "ignore"})) == {Report.STUDENTS}


def test_D12_files_of_somebody_else_than_the_named_owner_are_refused(school: School) -> None:
    me = str(os.getuid())
    assert finished(school.read(Report.STUDENTS, settings={"owner": me})) == {Report.STUDENTS}
    with pytest.raises(BadFile, match="not to sims-export"):
        school.read(Report.STUDENTS, settings={"owner": "sims-export"})
    school.folder.chmod(0o755)
    assert notices(school.read(Report.STUDENTS), "readable_by_all")


def test_D10_D11_D12_the_folder_and_the_newest_set_are_tested_apart(school: School) -> None:
    there, data = school.connector().probe()
    assert there.ok and data.ok and "5 reports are whole" in data.message
    assert "Students (Future)" in data.message
    (school.folder / "staff.csv").unlink()
    there, data = school.connector().probe()
    assert there.ok and not data.ok and "Staff (Current)" in data.message and data.mend
    nowhere = SimsFiles(Setup(school=SchoolRef(urn="1", name="x"), settings={"path": "/nowhere/at/all"}))
    assert [probe.ok for probe in nowhere.probe()] == [False, False]


def test_D4_D11_the_data_test_says_that_personnel_officer_is_missing(school: School) -> None:
    school.put("staff.csv", table([{k: v for k, v in staff(PEOPLE[2]).items() if k != "Role Text"}]))
    data = school.connector().probe()[1]
    assert data.ok and "Personnel Officer" in data.message and data.mend


def test_access_says_which_reports_are_there(school: School) -> None:
    access = school.connector().access()
    assert access.state is AccessState.APPROVED
    assert access.withheld == {Report.STAFF_FUTURE, Report.STUDENTS_FUTURE}
    for name in ("students.xml", "staff.csv"):
        (school.folder / name).unlink()
    assert school.connector().access().state is AccessState.REFUSED


# -- future people, contacts, classes, marks --------------------------------------------


def test_E8_future_people_come_in_reports_of_their_own(school: School) -> None:
    """J1: a future pupil is admitted; without a first day nobody is taken for somebody who is here."""
    first = {**pupil(Person(id="F1")), "Start date": "2026-09-02T00:00:00"}
    school.put("students-future.xml", xml([first, pupil(Person(id="F2"))]))
    adult = {**staff(Person(id="T1")), "Employment Start Date": "01/09/2026"}
    school.put("staff-future.csv", table([adult, {**adult, "ID": "T2", "Employment Start Date": ""}]))
    items = school.read(Report.STUDENTS_FUTURE, Report.STAFF_FUTURE)
    (young,) = records(items, Pupil)
    assert (young.source_id, young.status) == ("F1", PupilStatus.ADMITTED)
    (grown,) = records(items, Staff)
    assert (grown.source_id, grown.start_date) == ("T1", date(2026, 9, 1))
    assert rejected(items)["no_first_day"].mend
    assert finished(items) == {Report.STUDENTS_FUTURE, Report.STAFF_FUTURE}


def test_H9_contacts_are_folded_and_linked_by_any_number_of_the_pupil(school: School) -> None:
    school.put("students.xml", xml([{**pupil(p), "Adno": f"00{n}"} for n, p in enumerate(PEOPLE[:2])]))
    mother = {
        "ID": "C1", "Title": "Mrs", "Forename": "Ines", "Surname": "Hale", "Main Telephone": "01632 960123",
        "Relationship": "Mother", "Parental Responsibility": "Yes", "Priority": "1",
    }  # fmt: skip
    rows = [
        {**mother, "Pupil ID": "A1"}, {**mother, "Pupil ID": "001", "Main Telephone": "01632 960124"},
        {**mother, "ID": "C2", "Pupil ID": "unheard of"},
        {"ID": "C3", "Relationship": "Aunt", "Pupil ID": "A1"},
    ]  # fmt: skip
    school.put("contacts.xml", xml(rows))
    items = school.read(Report.CONTACTS)
    (one,) = records(items, Contact)
    assert (one.source_id, one.given_name, one.phone) == ("C1", "Ines", "01632 960123")
    links = records(items, ContactLink)
    assert [(link.pupil_id, link.relationship, link.priority) for link in links] == [
        ("A1", "Mother", 1), ("A2", "Mother", 1),
    ]  # fmt: skip
    assert all(link.parental_responsibility for link in links)
    assert notices(items, "conflicting_values") and notices(items, "unknown_pupil")
    assert rejected(items)["missing_value"].where == "contacts.xml:record:4:Surname"
    found = school.connector().contacts_of("A2")
    assert [type(each) for each in found] == [Contact, ContactLink]


def test_H6_without_a_priority_all_contacts_are_the_first_and_it_is_said(school: School) -> None:
    items = school.read(Report.CONTACTS)
    assert records(items, ContactLink)[0].priority is None
    assert len(notices(items, "no_priority")) == 1


def test_I5_I6_I7_I8_I10_classes_and_groups_with_their_people(school: School) -> None:
    adults = [staff(Person(id=f"S{n}", role="staff", given=f"G{n}")) for n in (1, 2, 3)]
    school.put("staff.csv", table([{**row, "Staff Code": f"X{n}"} for n, row in enumerate(adults, 1)]))

    def row(group: str, name: str, kind: str, **who: str) -> dict[str, str]:
        return {"ID": group, "Short Name": name, "Type": kind, "Pupil ID": "", "Staff ID": "", **who}

    rows = [
        row("G1", "7KES", "Registration Group", **{"Staff ID": "S1"}),
        row("G1", "7KES", "Registration Group", **{"Staff ID": "X2", "Pupil ID": "A1"}),
        row("G1", "7KES", "Registration Group", **{"Staff ID": "S1", "Pupil ID": "A1"}),
        row("G2", "7x/Sc1", "Class", **{"Staff ID": "S1", "Pupil ID": "A2"}),
        row("G2", "7x/Sc1", "Class", **{"Staff ID": "S3", "Pupil ID": "A9"}),
        row("G3", "Elgar", "House", **{"Pupil ID": "A1"}), row("G4", "Chess", "User Defined Group"),
        row("G5", "Bus 7", "Transport", **{"Pupil ID": "A1"}), row("", "Nameless", "Class"),
    ]  # fmt: skip
    school.put("groups-classes.csv", table(rows))
    items = school.read(Report.GROUPS_CLASSES)
    assert {c.source_id: c.kind for c in records(items, SchoolClass)} == {
        "G1": ClassKind.REGISTRATION, "G2": ClassKind.TEACHING,
    }  # fmt: skip
    assert {g.source_id: g.kind for g in records(items, Group)} == {
        "G3": GroupKind.HOUSE, "G4": GroupKind.STUDENT, "G5": GroupKind.OTHER,
    }  # fmt: skip
    members = {(m.container_id, m.person_id): m.part for m in records(items, Membership)}
    assert members == {
        ("G1", "S1"): Part.MAIN, ("G1", "S2"): Part.SUPERVISOR, ("G1", "A1"): Part.PUPIL,
        ("G2", "S1"): Part.TEACHER, ("G2", "S3"): Part.TEACHER, ("G2", "A2"): Part.PUPIL,
        ("G3", "A1"): Part.PUPIL, ("G5", "A1"): Part.PUPIL,
    }  # fmt: skip
    assert notices(items, "unknown_kind") and notices(items, "unknown_person")
    assert "missing_source_id" in rejected(items)


def test_F5_line_managers_are_found_wherever_they_stand(school: School) -> None:
    low = {**staff(Person(id="S2", role="staff", given="Lo")), "Line Manager ID": "HEA"}
    top = {**staff(PEOPLE[2]), "Staff Code": "HEA", "Line Manager ID": "NONE"}
    school.put("staff.csv", table([low, top]))
    items = school.read(Report.STAFF)
    assert {s.source_id: s.reports_to for s in records(items, Staff)} == {"S2": "S1", "S1": None}
    assert rejected(items)["unknown_reference"].field == "reports_to"


def test_F4_the_teaching_flag_is_as_sims_says_or_unknown(school: School) -> None:
    rows = [
        {**staff(Person(id=f"S{n}", role="staff", given=f"G{n}")), "Teaching Staff": said}
        for n, said in enumerate(("Y", "N", "", "perhaps"))
    ]
    school.put("staff.csv", table(rows))
    items = school.read(Report.STAFF)
    assert [s.teaching for s in records(items, Staff)] == [True, False, None, None]
    assert rejected(items)["bad_flag"].value == "perhaps"


def test_E9_marks_come_once_and_a_second_word_on_a_session_is_told(school: School) -> None:
    rows = [
        {"Pupil ID": who, "Date": "2026-01-14T00:00:00", "Session": session, "Mark": code}
        for who, session, code in (("A1", "AM", "/"), ("A1", "AM", "/"), ("A1", "PM", "N"), ("A1", "PM", "L"),
                                   ("A2", "AM", ""), ("A7", "AM", "/"))
    ]  # fmt: skip
    school.put("attendance.xml", xml(rows))
    items = school.read(Report.ATTENDANCE)
    assert [(m.pupil_id, m.day, m.session, m.code) for m in records(items, Mark)] == [
        ("A1", date(2026, 1, 14), "AM", "/"), ("A1", date(2026, 1, 14), "PM", "N"),
    ]  # fmt: skip
    assert notices(items, "conflicting_values") and notices(items, "unknown_pupil")
    assert rejected(items)["missing_value"].where == "attendance.xml:record:5:Mark"


def test_two_classes_of_one_name_are_told_as_perhaps_cut(school: School) -> None:
    rows = [{"ID": each, "Short Name": "Da10", "Type": "Class", "Pupil ID": "A1"} for each in ("G1", "G2")]
    school.put("groups-classes.csv", table(rows))
    assert "Da10" in notices(school.read(Report.GROUPS_CLASSES), "same_name")[0].message


def test_tens_of_thousands_of_rows_are_streamed(school: School, tmp_path: Path) -> None:
    """Peak memory stays far below the size of the file."""
    import tracemalloc

    person = xml([{**pupil(PEOPLE[0]), "Padding": "x" * 400}]).split(b"<SuperStarReport>")[1]
    record = person.split(b"</SuperStarReport>")[0]
    school.put("students.xml", b"<SuperStarReport>" + record * 20_000 + b"</SuperStarReport>")
    size = (tmp_path / "students.xml").stat().st_size
    tracemalloc.start()
    try:
        items = school.read(Report.STUDENTS)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [p.source_id for p in records(items, Pupil)] == ["A1"]
    assert size > 10_000_000 and peak < size / 3


def test_a_clock_that_is_ahead_is_not_waited_for(school: School) -> None:
    school.put("students.xml", xml([pupil(PEOPLE[0])]), days_old=-0.5)
    later = Setup(
        school=SchoolRef(urn="1", name="x"), settings={"path": str(school.folder), "settle": "60"},
        now=lambda: datetime.now(UTC) + timedelta(minutes=5),
    )  # fmt: skip
    items = list(SimsFiles(later).extract(ExtractRequest(reports=frozenset({Report.STUDENTS}), today=TODAY)))
    assert finished(items) == {Report.STUDENTS}


def test_a_damaged_report_that_nobody_accepted_stops_nothing(school: School) -> None:
    school.put("attendance.xml", b"<SuperStarReport><Record>")
    school.put("staff.csv", table([{"Surname": "Hale"}, {"Surname": "Roe"}]))
    assert finished(school.read(Report.STUDENTS, Report.CONTACTS)) == {Report.STUDENTS, Report.CONTACTS}
    with pytest.raises(BadFile):
        school.read(Report.STUDENTS, Report.ATTENDANCE)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2)), min_size=1, max_size=40),
    as_xml=st.booleans(),
)
def test_however_rows_are_multiplied_and_mixed_each_person_comes_once(
    school: School, order: list[tuple[int, int]], as_xml: bool
) -> None:
    roles = ("Teacher", "Head of Year", "Examinations Officer")
    adults = [Person(id=f"S{n}", role="staff", given=f"Given{n}", family=f"Family{n}") for n in range(5)]
    rows = [{**staff(adults[who]), "Role Text": roles[role]} for who, role in order]
    school.put("staff.csv", xml(rows) if as_xml else table(rows))
    items = school.read(Report.STAFF)
    expected: dict[str, list[str]] = {}
    for who, role in order:
        told = expected.setdefault(f"S{who}", [])
        told += [roles[role]] if roles[role] not in told else []
    assert {s.source_id: list(s.roles) for s in records(items, Staff)} == expected
    assert len(records(items, Staff)) == len(expected)
    assert not notices(items, "conflicting_values") and not rejected(items)
