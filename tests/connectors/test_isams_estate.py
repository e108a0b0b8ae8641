"""iSAMS and Ed:gen against the demo estate: the same people as the world holds, by REST and by Batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from estate import serving_estate, setup_in
from loopback import QUICK, TODAY, Read, gather

from connectors import catalogue
from connectors.base import AccessState
from connectors.errors import (
    BadAnswer,
    ConnectorError,
    EmptyExtract,
    NotAuthorised,
    ScopeMissing,
    ShortExtract,
    TooLarge,
    Unreachable,
)
from connectors.isams import Isams
from connectors.isams.declaration import DECLARATION
from connectors.records import Pupil, PupilStatus, Report, Staff
from connectors.simulator.isams_objects import on_books, school_id
from connectors.simulator.people import PupilRow, Roll, StaffRow
from connectors.simulator.server import Simulator

ALL = tuple(offer.report for offer in DECLARATION.reports)
SCHOOLS = ("penhallow", "kingsdyke")  # one of iSAMS, one of Ed:gen
DOORS = ("rest", "batch")


@pytest.fixture(scope="module")
def estate() -> Iterator[Simulator]:
    with serving_estate(*SCHOOLS) as simulator:
        yield simulator


@pytest.fixture
def small() -> Iterator[Simulator]:
    with serving_estate("penhallow", scale=0.1) as simulator:
        yield simulator


def isams(simulator: Simulator, slug: str = "penhallow", *, keyed: bool = True, **settings: str) -> Isams:
    demo = simulator.world.school(slug)
    face: Any = simulator.faces["isams"]
    typed = face.keyed(demo) if keyed and settings.get("interface") == "batch" else face.typed(demo)
    return Isams(setup_in(simulator, slug, typed, more=settings), limits=QUICK)


def read(simulator: Simulator, *reports: Report, slug: str = "penhallow", **more: Any) -> Read:
    settings = more.pop("settings", {})
    with isams(simulator, slug, keyed=more.pop("keyed", True), **settings) as one:
        return gather(one, *(reports or ALL), today=simulator.world.today, **more)


def begun(roll: Roll) -> dict[str, PupilRow]:
    return {
        school_id(row): row
        for row in roll.of_status("current")
        if row.admitted is None or row.admitted <= roll.today
    }


def employed(roll: Roll) -> dict[str, StaffRow]:
    started = (row for row in roll.staff.values() if row.start is None or row.start <= roll.today)
    return {row.mis_id: row for row in started}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("slug", SCHOOLS)
def test_A5_both_products_are_read_by_one_connector_as_the_world_holds_them(
    estate: Simulator, slug: str, door: str
) -> None:
    roll, found = estate.world.roll(slug), read(estate, slug=slug, settings={"interface": door})
    assert set(found.finished) == set(ALL)
    assert found.rejected == []
    pupils, wanted = {p.source_id: p for p in found.of(Pupil)}, begun(roll)
    assert pupils.keys() == wanted.keys()
    for own, row in wanted.items():
        one = pupils[own]
        given, form = row.forename or row.legal_forename, roll.groups.get(row.registration or "")
        assert (one.given_name, one.legal_given_name) == (given, row.legal_forename or row.forename)
        assert (one.family_name, one.middle_names) == (row.surname, row.middle)
        assert (one.date_of_birth, one.upn, one.nc_year) == (row.born, row.upn, str(row.stage))
        assert (one.admission_number, one.admission_date) == (row.admission_number, row.admitted)
        assert (one.registration_group, one.email) == (form.code if form else None, row.email)
        left = door == "rest" and row.leaving is not None and row.leaving < TODAY
        assert one.status is (PupilStatus.LEAVER if left else PupilStatus.CURRENT)
    staff = {s.source_id: s for s in found.of(Staff)}
    if door == "rest":
        assert staff.keys() == employed(roll).keys()
        assert {own for own, s in staff.items() if s.current} == {
            own for own, row in employed(roll).items() if on_books(row, roll.today)
        }
    else:  # the document lists current people only
        assert staff.keys() == {own for own, m in employed(roll).items() if on_books(m, roll.today)}
    for own, one in staff.items():
        member = next(m for m in roll.staff.values() if m.mis_id == own)
        assert (one.family_name, one.date_of_birth) == (member.surname, member.born)
        assert (one.initials, one.email, one.phone) == (member.staff_code, member.email, member.phone)
        assert (one.roles, one.teaching) == (member.roles, bool(member.teaching))


def test_E8_who_has_not_started_is_left_out_and_told(estate: Simulator) -> None:
    found = read(estate, Report.STAFF)
    roll = estate.world.roll("penhallow")
    future = {row.mis_id for row in roll.staff.values() if row.start and row.start > roll.today}
    assert future
    assert not future & {s.source_id for s in found.of(Staff)}
    told = next(n for n in found.notices if n.code == "not_started")
    assert told.message.startswith(f"{len(future)} staff are left out till they start")


def test_E1_E2_E4_E5_roles_and_the_teaching_flag_come_by_this_route_line_managers_do_not(
    estate: Simulator,
) -> None:
    """By Wonde they do not: the limit belongs to the route (E12)."""
    for mis in ("isams", "edgen"):
        direct, wonde = catalogue.entry(mis).route("isams"), catalogue.entry(mis).route("wonde")
        assert direct is not None
        assert wonde is not None
        assert set(direct.limits) == {"reports_to"}
        assert {"roles", "teaching", "reports_to", "class_staff", "subject_staff"} <= set(wonde.limits)
    staff = read(estate, Report.STAFF).of(Staff)
    assert all("reports_to" in one.unknown and one.reports_to is None for one in staff)
    assert any(one.roles for one in staff)
    assert {one.teaching for one in staff} == {True, False}


def test_E3_C14_a_photo_is_told_by_reference_only_if_asked_for(estate: Simulator) -> None:
    assert any(p.photo_id for p in read(estate, Report.STUDENTS).of(Pupil))
    unasked = {Report.STUDENTS: frozenset({"photo_id"}), Report.STAFF: frozenset({"photo_id", "email"})}
    found = read(estate, declined=unasked)
    assert {r.photo_id for r in (*found.of(Pupil), *found.of(Staff))} == {None}
    assert {s.email for s in found.of(Staff)} == {None}
    batch = read(estate, settings={"interface": "batch"})
    assert all("photo_id" in r.unknown for r in (*batch.of(Pupil), *batch.of(Staff)))


def test_C13_E7_E9_E10_only_staff_and_pupils_may_be_accepted() -> None:
    for mis in ("isams", "edgen"):
        route = catalogue.entry(mis).route("isams")
        assert route is not None
        assert {str(report) for report in ALL} == {r for r in map(str, Report) if route.can_accept(r)}
        for report in ("attendance", "contacts", "groups-classes"):
            assert route.reports[report] == "greyed"
            assert "not supported" in route.report_reasons[report]


def test_G12_a_missing_date_of_birth_stays_missing(estate: Simulator) -> None:
    found, roll = read(estate, Report.STUDENTS), estate.world.roll("penhallow")
    without = {own for own, row in begun(roll).items() if row.born is None}
    assert without
    assert {p.source_id for p in found.of(Pupil) if p.date_of_birth is None} == without
    assert all("date_of_birth" not in p.unknown for p in found.of(Pupil))


def test_the_same_people_keep_their_ids_when_the_interface_is_changed(small: Simulator) -> None:
    by = [read(small, Report.STUDENTS, settings={"interface": door}).of(Pupil) for door in DOORS]
    told = [{(p.source_id, p.mis_id, p.upi, p.given_name, p.date_of_birth) for p in each} for each in by]
    assert told[0] == told[1]


@pytest.mark.parametrize("slug", SCHOOLS)
def test_batch_takes_a_token_where_there_is_no_key(estate: Simulator, slug: str) -> None:
    found = read(estate, Report.STAFF, slug=slug, keyed=False, settings={"interface": "batch"})
    assert found.of(Staff)


def test_a_token_that_expires_while_reading_is_renewed_once(estate: Simulator) -> None:
    face: Any = estate.faces["isams"]
    with isams(estate) as one:
        gather(one, Report.STUDENTS)
        face.expire(estate.world.school("penhallow"))
        assert one.access().state is AccessState.APPROVED
        assert set(gather(one, *ALL).finished) == set(ALL)


@pytest.mark.parametrize("door", DOORS)
def test_a_school_that_takes_its_approval_back_and_gives_it_again(small: Simulator, door: str) -> None:
    with isams(small, interface=door) as one:
        assert one.access().state is AccessState.APPROVED
        small.approvals.decide(["990008"], "revoked")
        assert one.access().state is AccessState.REFUSED
        with pytest.raises(NotAuthorised):
            gather(one, *ALL)
        small.approvals.decide(["990008"], "approved")
        assert set(gather(one, *ALL).finished) == set(ALL)


@pytest.mark.parametrize("door", DOORS)
def test_while_isams_is_down_nothing_is_told_to_be_empty(small: Simulator, door: str) -> None:
    small.approvals.offline("990008", on=True)
    with pytest.raises(Unreachable):
        read(small, settings={"interface": door})


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("hidden", "left", "module", "method"),
    [
        ("students", Report.STAFF, "Pupil (Student) Manager", "Pupil_GetCurrentPupils"),
        ("employees", Report.STUDENTS, "Human Resources Manager", "HumanResources_GetCurrentStaff"),
    ],
)
def test_a_module_without_permission_costs_its_own_report_only(
    small: Simulator, door: str, hidden: str, left: Report, module: str, method: str
) -> None:
    face: Any = small.faces["isams"]
    face.withheld["penhallow"] = frozenset({hidden})
    with isams(small, interface=door) as one:
        access = one.access()
        found = gather(one, *ALL)
        other = next(report for report in ALL if report is not left)
        with pytest.raises(ScopeMissing) as caught:
            gather(one, other)
    assert access.state is AccessState.APPROVED
    assert access.granted == {left}
    assert access.withheld == {other}
    assert set(found.finished) == {left}
    word = module if door == "rest" else method
    assert [n.code for n in found.notices if word in n.message] == ["scope_missing"]
    assert word in caught.value.message
    assert "API Services Manager" in caught.value.mend


@pytest.mark.parametrize(
    ("door", "kind", "how", "expected"),
    [
        ("rest", "drop", {}, Unreachable), ("rest", "status", {"code": 500}, Unreachable),
        ("rest", "truncated", {}, BadAnswer), ("rest", "hang_up", {}, ConnectorError),
        ("rest", "wrong_type", {"how": "html"}, BadAnswer), ("rest", "empty", {}, BadAnswer),
        ("rest", "wrong_type", {"how": "list"}, BadAnswer), ("rest", "redirect", {}, BadAnswer),
        ("rest", "half", {}, ShortExtract), ("rest", "missing_page", {}, ShortExtract),
        ("rest", "totals_disagree", {}, ShortExtract), ("rest", "endless_paging", {}, TooLarge),
        ("rest", "expired_token", {"after": 2}, NotAuthorised),
        ("rest", "huge_body", {"megabytes": 6}, TooLarge), ("rest", "gzip_bomb", {"megabytes": 16}, TooLarge),
        ("batch", "drop", {}, Unreachable), ("batch", "status", {"code": 500}, Unreachable),
        ("batch", "truncated", {}, BadAnswer), ("batch", "hang_up", {}, ConnectorError),
        ("batch", "wrong_type", {"how": "html"}, BadAnswer), ("batch", "empty", {}, EmptyExtract),
        ("batch", "wrong_type", {"how": "list"}, BadAnswer), ("batch", "redirect", {}, BadAnswer),
        ("batch", "huge_body", {"megabytes": 6}, TooLarge),
        ("batch", "gzip_bomb", {"megabytes": 16}, TooLarge),
    ],
)  # fmt: skip
def test_U7_Z20_each_fault_is_an_error_with_a_mend_and_never_an_end(
    small: Simulator, door: str, kind: str, how: dict[str, Any], expected: type[ConnectorError]
) -> None:
    small.faults.add("990008", kind, resource=None if "token" in kind else "students", **how)
    with isams(small, interface=door, page_size="7") as one, pytest.raises(expected) as caught:
        gather(one, Report.STUDENTS)
    assert caught.value.mend
    assert not small.control.trap or not any(each["authorization"] for each in small.control.trap)


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("status", {"code": 429, "retry_after": 0, "times": 1}), ("status", {"code": 503, "times": 2}),
        ("drop", {"times": 1}), ("truncated", {"times": 1}), ("duplicated_page", {}),
        ("missing_page", {"times": 6}),
    ],
)  # fmt: skip
def test_a_passing_fault_is_read_over(small: Simulator, kind: str, how: dict[str, Any]) -> None:
    small.faults.add("990008", kind, resource="students", **how)
    found = read(small, Report.STUDENTS, settings={"page_size": "9"})
    assert {p.source_id for p in found.of(Pupil)} == begun(small.world.roll("penhallow")).keys()
