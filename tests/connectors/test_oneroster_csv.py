"""Good OneRoster packages, 1.1 and 1.2, folder and ZIP (oneroster.md §7, §8)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors import registry
from connectors.base import AccessState, Connector, SchoolRef
from connectors.errors import BadSettings, Cancelled, EmptyExtract
from connectors.oneroster_csv import OneRosterCsv
from connectors.records import (
    Batch,
    ClassKind,
    ExtractRequest,
    Finished,
    PupilStatus,
    Report,
)
from tests.fixtures.oneroster.builder import Package, good_1_1, good_1_2
from tests.fixtures.oneroster.reading import REPORTS, TODAY, read, setup

VERSIONS = pytest.mark.parametrize("good", [good_1_1, good_1_2], ids=["1.1", "1.2"])


@VERSIONS
@pytest.mark.parametrize("zipped", [False, True], ids=["folder", "zip"])
def test_a_good_package_is_read_without_a_single_complaint(good, zipped: bool, tmp_path: Path) -> None:
    path = good().write_zip(tmp_path / "p.zip") if zipped else good().write(tmp_path / "p")
    found = read(path)
    assert found.rejected == [] and found.odd == set()
    assert set(found.pupils) == {"stu-10482", "stu-10483"}
    assert set(found.staff) == {"tea-1", "tea-2"}
    assert found.links == {("con-20815", "stu-10482"), ("con-20815", "stu-10483")}
    assert {r: (f.delta, f.counted) for r, f in found.finished.items() if r != Report.GROUPS_CLASSES} == {
        Report.STUDENTS: (False, 2), Report.STAFF: (False, 2),
        Report.CONTACTS: (False, len(found.contacts)),
    }  # fmt: skip
    assert found.finished[Report.GROUPS_CLASSES].delta is False


def test_G1_G4_G6_a_pupil_of_1_1_arrives_field_by_field(tmp_path: Path) -> None:
    nia = read(good_1_1().write(tmp_path)).pupils["stu-10482"]
    assert (nia.given_name, nia.family_name, nia.middle_names) == ("Nia", "Okonjo-Hale", "Oluchi")
    assert (nia.upn, nia.uln, nia.admission_number) == ("D823401725011", "1234567890", "003318")
    assert (nia.nc_year, nia.registration_group) == ("07", "7H")
    assert nia.date_of_birth == date(2014, 3, 5)
    assert nia.email == "25nokonjo@larkmere.example"
    assert nia.status is PupilStatus.CURRENT
    assert nia.legal_given_name is None and "legal_given_name" in nia.unknown
    assert "admission_date" in nia.unknown and "date_of_birth" not in nia.unknown


def test_O1_preferred_names_of_1_2_lead_and_the_legal_ones_are_kept(tmp_path: Path) -> None:
    found = read(good_1_2().write(tmp_path))
    nia, zoe = found.pupils["stu-10482"], found.pupils["stu-10483"]
    assert (nia.given_name, nia.legal_given_name) == ("Nia", "Adaeze")
    assert (nia.family_name, nia.legal_family_name) == ("Okonjo-Hale", "Okonjo-Hale")
    assert (zoe.given_name, zoe.legal_given_name) == ("Zoë", "Zoë")
    assert nia.upi == "8c2b7f34"
    assert (nia.admission_date, nia.leaving_date) == (date(2025, 9, 1), date(2030, 7, 31))
    assert "legal_given_name" not in nia.unknown


@VERSIONS
def test_somebody_who_may_not_sign_in_still_exists(good, tmp_path: Path) -> None:
    package = good()
    assert package.row("users", "stu-10483")["enabledUser"] == "false"
    assert "stu-10483" in read(package.write(tmp_path)).pupils


def test_staff_arrive_from_any_teacher_admin_or_aide_role(tmp_path: Path) -> None:
    package = good_1_1()
    for number, role in enumerate(("aide", "proctor", "administrator"), start=1):
        package.add(
            "users", sourcedId=f"oth-{number}", enabledUser="true", orgSourcedIds="sch-4017", role=role,
            username=f"o{number}", givenName="Oda", familyName="Vane",
        )  # fmt: skip
    staff = read(package.write(tmp_path)).staff
    assert {"oth-1", "oth-2", "oth-3"} <= set(staff)
    assert staff["oth-1"].roles == ("aide",)
    assert (staff["tea-1"].teaching, staff["oth-1"].teaching) == (True, None)
    assert (staff["tea-1"].staff_code, staff["tea-1"].phone) == ("PHA", "01632 960111")


@pytest.mark.parametrize(
    "role",
    ["aide", "counselor", "districtAdministrator", "principal", "proctor", "siteAdministrator",
     "systemAdministrator", "teacher"],
)  # fmt: skip
def test_every_staff_role_of_1_2_makes_staff(role: str, tmp_path: Path) -> None:
    package = good_1_2()
    package.rows["roles"] = [r for r in package.rows["roles"] if r["userSourcedId"] != "tea-2"]
    package.add(
        "roles",
        sourcedId="rol-x",
        userSourcedId="tea-2",
        roleType="primary",
        role=role,
        orgSourcedId="sch-4017",
    )
    assert read(package.write(tmp_path)).staff["tea-2"].roles == (role,)


def test_F3_Z14_Z16_one_person_may_be_staff_twice_over_and_a_contact_too(tmp_path: Path) -> None:
    found = read(good_1_2().write(tmp_path))
    assert found.staff["tea-2"].roles == ("siteAdministrator", "teacher")
    assert "tea-1" in found.staff and "tea-1" in found.contacts


def test_a_role_at_another_school_does_not_count_here(tmp_path: Path) -> None:
    package = good_1_2().add(
        "orgs", sourcedId="sch-2", name="Otter Hill", type="school", identifier="8234018"
    )
    package.add(
        "roles", sourcedId="rol-9", userSourcedId="stu-10483", roleType="secondary", role="teacher",
        orgSourcedId="sch-2",
    )  # fmt: skip
    found = read(package.write(tmp_path), org="sch-4017")
    assert "stu-10483" in found.pupils and "stu-10483" not in found.staff
    assert found.rejected == []


@VERSIONS
def test_H9_agents_link_in_both_directions(good, tmp_path: Path) -> None:
    """Once named by the pupil only, once by the contact only."""
    package = good()
    package.row("users", "con-20815")["agentSourcedIds"] = "stu-10483"
    package.row("users", "stu-10482")["agentSourcedIds"] = "con-20815"
    package.row("users", "stu-10483")["agentSourcedIds"] = ""
    found = read(package.write(tmp_path))
    assert found.links == {("con-20815", "stu-10482"), ("con-20815", "stu-10483")}
    assert found.contacts["con-20815"].phone == "07700 900123"
    assert found.rejected == []


def test_an_agent_who_is_no_contact_is_no_contact_link(tmp_path: Path) -> None:
    package = good_1_1()
    package.row("users", "stu-10483")["agentSourcedIds"] = "tea-1,stu-10482"
    found = read(package.write(tmp_path))
    assert ("tea-1", "stu-10483") not in found.links and ("stu-10482", "stu-10483") not in found.links


def test_I2_I6_I7_classes_registration_groups_and_their_people(tmp_path: Path) -> None:
    found = read(good_1_2().write(tmp_path))
    maths, form = found.classes["cls-7712"], found.classes["cls-7H"]
    assert (maths.name, maths.code, maths.kind) == ("7x/Ma2", "7x/Ma2", ClassKind.TEACHING)
    assert (form.name, form.kind) == ("7H", ClassKind.REGISTRATION)
    assert maths.subject_id is not None
    assert (found.subjects[maths.subject_id].name, found.subjects[maths.subject_id].code) == (
        "Mathematics",
        "Ma",
    )
    assert found.members == {
        ("cls-7712", "stu-10482", "pupil"), ("cls-7712", "stu-10483", "pupil"),
        ("cls-7712", "tea-1", "main teacher"), ("cls-7712", "tea-2", "teacher"),
        ("cls-7H", "stu-10482", "pupil"), ("cls-7H", "stu-10483", "pupil"),
        ("cls-7H", "tea-1", "supervisor"), ("cls-7H", "tea-2", "main teacher"),
    }  # fmt: skip


def test_an_enrolment_outside_its_dates_is_no_membership(tmp_path: Path) -> None:
    package = good_1_2()
    package.row("enrollments", "enr-1")["endDate"] = TODAY.isoformat()  # exclusive
    package.row("enrollments", "enr-2")["beginDate"] = "2026-02-01"
    found = read(package.write(tmp_path))
    assert {m for m in found.members if m[0] == "cls-7712" and m[2] == "pupil"} == set()
    assert found.rejected == []


def test_a_role_that_has_ended_makes_a_leaver_and_one_to_come_an_admission(tmp_path: Path) -> None:
    package = good_1_2()
    package.row("roles", "rol-1")["endDate"] = "2025-12-19"
    package.row("roles", "rol-2")["beginDate"] = "2026-09-01"
    pupils = read(package.write(tmp_path)).pupils
    assert pupils["stu-10482"].status is PupilStatus.LEAVER
    assert pupils["stu-10482"].leaving_date == date(2025, 12, 19)
    assert pupils["stu-10483"].status is PupilStatus.ADMITTED


def test_X2_declined_fields_and_unasked_reports_never_leave_the_connector(tmp_path: Path) -> None:
    found = read(
        good_1_2().write(tmp_path), reports=frozenset({Report.STUDENTS}),
        declined={Report.STUDENTS: frozenset({"email", "upn", "middle_names"})},
    )  # fmt: skip
    nia = found.pupils["stu-10482"]
    assert (nia.email, nia.upn, nia.middle_names) == (None, None, None)
    assert nia.registration_group == "7H"
    assert not found.staff and not found.contacts and not found.classes
    assert set(found.finished) == {Report.STUDENTS}


@VERSIONS
def test_passwords_in_a_package_are_never_read(good, tmp_path: Path) -> None:
    assert "canary-password" not in repr(read(good().write(tmp_path)))


def test_every_field_yielded_is_declared(tmp_path: Path) -> None:
    found = read(good_1_2().write(tmp_path))
    pairs = [(Report.STUDENTS, r) for r in found.pupils.values()]
    pairs += [(Report.STAFF, r) for r in found.staff.values()]
    pairs += [(Report.CONTACTS, r) for r in found.contacts.values()]
    for report, record in pairs:
        offer = OneRosterCsv.declaration.offer(report)
        assert offer is not None
        offered = {f.name for f in offer.fields} | {"unknown"}
        filled = {n for n in record.__slots__ if getattr(record, n) not in (None, (), frozenset())}
        assert filled <= offered


# The school


def test_the_only_school_is_taken_without_asking(tmp_path: Path) -> None:
    access = OneRosterCsv(setup(good_1_1().write(tmp_path))).access()
    assert (access.state, access.remote_id, access.remote_name) == (
        AccessState.APPROVED, "sch-4017", "Larkmere Academy",
    )  # fmt: skip
    assert Report.GROUPS_CLASSES in access.granted


def two_schools() -> Package:
    package = good_1_1().add(
        "orgs", sourcedId="sch-2", name="Otter Hill", type="school", identifier="8234018"
    )
    return package.add(
        "users", sourcedId="stu-2", enabledUser="true", orgSourcedIds="sch-2,mat-1", role="student",
        username="b2", givenName="Bo", familyName="Lind", grades="03",
    )  # fmt: skip


@pytest.mark.parametrize("org", ["sch-2", "8234018"])
def test_the_school_is_set_by_its_sourcedid_or_identifier(org: str, tmp_path: Path) -> None:
    assert set(read(two_schools().write(tmp_path), org=org).pupils) == {"stu-2"}


def test_several_schools_without_a_setting_are_listed(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as caught:
        read(two_schools().write(tmp_path))
    assert "sch-4017 (Larkmere Academy)" in caught.value.message
    assert "sch-2 (Otter Hill)" in caught.value.message
    assert "org=" in caught.value.mend


def test_of_several_schools_the_one_with_our_own_number_is_taken(tmp_path: Path) -> None:
    ours = SchoolRef(urn="100001", name="Otter Hill", la_code="823", establishment_number="4018")
    assert set(read(two_schools().write(tmp_path), school=ours).pupils) == {"stu-2"}


def test_a_school_that_is_not_in_the_package_is_a_setting_to_mend(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as caught:
        read(good_1_1().write(tmp_path), org="sch-9")
    assert "sch-9" in caught.value.message


# Year groups (§8)


def grades_of(package: Package, folder: Path, **settings: str) -> tuple[list[str | None], str]:
    found = read(package.write(folder), **settings)
    note = next((n.message for n in found.notices if n.code == "grades_mapping"), "")
    return [found.pupils[p].nc_year for p in ("stu-10482", "stu-10483")], note


def test_auto_takes_national_curriculum_years_where_they_fit_the_ages(tmp_path: Path) -> None:
    years, note = grades_of(good_1_1(), tmp_path)
    assert years == ["07", "07"]
    assert "2 fit as National Curriculum years and 0 as American grades" in note


def test_auto_takes_american_grades_where_they_fit_the_ages(tmp_path: Path) -> None:
    package = good_1_1()
    for pupil in ("stu-10482", "stu-10483"):
        package.row("users", pupil)["grades"] = "06"
    years, note = grades_of(package, tmp_path)
    assert years == ["7", "7"]
    assert "0 fit as National Curriculum years and 2 as American grades" in note


def test_auto_without_dates_of_birth_takes_the_national_curriculum(tmp_path: Path) -> None:
    package = good_1_1()
    del package.rows["demographics"]
    found = read(package.write(tmp_path))
    assert found.pupils["stu-10482"].nc_year == "07"
    assert "date_of_birth" in found.pupils["stu-10482"].unknown


@pytest.mark.parametrize(
    ("grade", "year"),
    [("TK", "R"), ("KG", "1"), ("01", "2"), ("06", "7"), ("12", "13"), ("PK", "N2"), ("Other", None),
     ("UG", None)],
)  # fmt: skip
def test_american_grades_become_year_groups(grade: str, year: str | None, tmp_path: Path) -> None:
    package = good_1_1()
    package.row("users", "stu-10482")["grades"] = grade
    assert grades_of(package, tmp_path, grades="ceds")[0][0] == year


def test_a_setting_that_fits_the_ages_badly_is_told(tmp_path: Path) -> None:
    found = read(good_1_1().write(tmp_path), grades="ceds")
    assert found.pupils["stu-10482"].nc_year == "8"
    assert [n.level for n in found.notices if n.code == "grades_mapping"] == ["warning"]


def test_a_setting_outside_the_choices_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="grades is “us”"):
        read(good_1_1().write(tmp_path), grades="us")


def test_a_username_becomes_the_email_only_where_that_is_set(tmp_path: Path) -> None:
    path = good_1_1().write(tmp_path)
    assert read(path).pupils["stu-10483"].email is None
    found = read(path, username="email")
    assert found.pupils["stu-10483"].email == "25zsmall@larkmere.example"
    assert found.staff["tea-2"].email is None  # "s.bell" is no address


# Manners


def test_the_connector_is_found_by_its_route(tmp_path: Path) -> None:
    connector = registry.make("oneroster-csv", setup(good_1_1().write(tmp_path)))
    assert isinstance(connector, OneRosterCsv) and isinstance(connector, Connector)
    assert connector.request_access().state is AccessState.APPROVED


def test_D10_D12_the_probes_tell_the_path_and_the_data_apart(tmp_path: Path) -> None:
    good = OneRosterCsv(setup(good_1_2().write(tmp_path / "good"))).probe()
    assert [(p.name, p.ok) for p in good] == [("connectivity", True), ("data", True)]
    broken = good_1_2()
    broken.raw["users"] = b"sourcedId,givenName\r\n"
    found = OneRosterCsv(setup(broken.write(tmp_path / "bad"))).probe()
    assert [(p.name, p.ok) for p in found] == [("connectivity", True), ("data", False)]
    assert "enabledUser" in found[1].message
    missing = OneRosterCsv(setup(tmp_path / "nowhere")).probe()
    assert [(p.name, p.ok) for p in missing] == [("connectivity", False), ("data", False)]


def test_a_package_that_is_not_there_is_refused_with_what_to_do(tmp_path: Path) -> None:
    access = OneRosterCsv(setup(tmp_path / "nowhere")).access()
    assert access.state is AccessState.REFUSED
    assert "nowhere" in access.message and access.mend


@pytest.mark.parametrize("path", ["", "   ", "relative/folder", "a\0b", "~nobody-of-that-name/x"])
def test_a_path_that_cannot_be_one_is_a_setting_to_mend(path: str) -> None:
    with pytest.raises(BadSettings):
        OneRosterCsv(setup(path)).access()


@VERSIONS
def test_Z20_a_users_file_without_rows_is_an_empty_extract(good, tmp_path: Path) -> None:
    package = good()
    package.rows["users"] = []
    with pytest.raises(EmptyExtract) as caught:
        read(package.write(tmp_path))
    assert caught.value.where == "users.csv"


@VERSIONS
def test_Z20_a_package_with_nobody_at_the_school_is_an_empty_extract(good, tmp_path: Path) -> None:
    with pytest.raises(EmptyExtract):
        read(good().write(tmp_path), org="mat-1")


def test_Z20_contacts_that_are_all_missing_are_not_taken_for_gone(tmp_path: Path) -> None:
    package = good_1_1()
    package.rows["users"] = [r for r in package.rows["users"] if r["sourcedId"] != "con-20815"]
    package.row("users", "stu-10482")["agentSourcedIds"] = ""
    found = read(package.write(tmp_path))
    assert found.finished[Report.CONTACTS] == Finished(report=Report.CONTACTS, delta=True)
    assert ("users.csv", "report_empty") in found.odd


def test_a_package_without_classes_says_so_and_leaves_that_report_unfinished(tmp_path: Path) -> None:
    package = good_1_1()
    del package.rows["classes"], package.rows["enrollments"]
    path = package.write(tmp_path)
    found = read(path)
    assert Report.GROUPS_CLASSES not in found.finished
    assert "report_absent" in {n.code for n in found.notices}
    assert "registration_group" in found.pupils["stu-10482"].unknown
    assert OneRosterCsv(setup(path)).access().withheld == {Report.GROUPS_CLASSES}


def test_cancelling_stops_between_pages(tmp_path: Path) -> None:
    path = good_1_1().write(tmp_path)
    with pytest.raises(Cancelled):
        list(
            OneRosterCsv(setup(path, cancelled=lambda: True)).extract(
                ExtractRequest(reports=REPORTS, today=TODAY)
            )
        )


def test_records_arrive_in_pages_of_bounded_size(tmp_path: Path) -> None:
    package = good_1_1()
    for number in range(1200):
        package.add(
            "users", sourcedId=f"many-{number}", enabledUser="true", orgSourcedIds="sch-4017", role="student",
            username=f"m{number}", givenName="Mo", familyName=f"Many{number}",
        )  # fmt: skip
    items = list(
        OneRosterCsv(setup(package.write(tmp_path))).extract(ExtractRequest(reports=REPORTS, today=TODAY))
    )
    sizes = [len(i.records) for i in items if isinstance(i, Batch)]
    assert max(sizes) <= 500 and sum(s == 500 for s in sizes) == 2
    finished = {i.report: i for i in items if isinstance(i, Finished)}
    assert finished[Report.STUDENTS].counted == 1202
