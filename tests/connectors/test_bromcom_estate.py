"""Bromcom against the demo estate: the same people as the world holds, whatever is switched on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import pytest
from estate import serving_estate, setup_in
from loopback import QUICK, TODAY, Read, gather

from connectors import catalogue
from connectors.base import AccessState
from connectors.bromcom import Bromcom
from connectors.bromcom.declaration import DECLARATION
from connectors.bromcom.words import parted
from connectors.errors import BadAnswer, ConnectorError, EmptyExtract, NotAuthorised, TooLarge, Unreachable
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
)
from connectors.simulator.bromcom_rows import called
from connectors.simulator.control import Control
from connectors.simulator.faces.bromcom import BromcomFace
from connectors.simulator.people import PupilRow, StaffRow
from connectors.simulator.server import Simulator

ALL = tuple(offer.report for offer in DECLARATION.reports)
SCHOOLS = ("eastmarsh", "larkmere")  # the one whose MIS it is, and a large secondary with every oddity
URN = "990004"


@pytest.fixture(scope="module")
def estate() -> Iterator[Simulator]:
    with serving_estate(*SCHOOLS, scale=0.3) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def whole(estate: Simulator) -> dict[str, Read]:
    return {slug: read(estate, slug=slug) for slug in SCHOOLS}


@pytest.fixture
def small() -> Iterator[Simulator]:
    with serving_estate("eastmarsh", scale=0.05) as simulator:
        yield simulator


def face(simulator: Simulator) -> BromcomFace:
    return cast(BromcomFace, simulator.faces["bromcom"])


def bromcom(simulator: Simulator, slug: str = "eastmarsh", **settings: str) -> Bromcom:
    demo = simulator.world.school(slug)
    typed = face(simulator).typed(demo)
    return Bromcom(setup_in(simulator, slug, typed, more=settings), limits=QUICK)


def read(simulator: Simulator, *reports: Report, slug: str = "eastmarsh", **more: Any) -> Read:
    with bromcom(simulator, slug, **more.pop("settings", {})) as one:
        return gather(one, *(reports or ALL), today=simulator.world.today, **more)


def here(row: PupilRow | StaffRow, start: Any, end: Any) -> bool:
    return (start is None or start <= TODAY) and (end is None or end >= TODAY)


def on_roll(simulator: Simulator, slug: str) -> dict[str, PupilRow]:
    rows = simulator.world.roll(slug).pupils.values()
    return {row.mis_id: row for row in rows if row.status != "pre" and here(row, row.admitted, row.leaving)}


def still_to_come(simulator: Simulator, slug: str) -> set[str]:
    rows = simulator.world.roll(slug).pupils.values()
    later = {row.mis_id for row in rows if row.admitted and row.admitted > TODAY}
    return later - on_roll(simulator, slug).keys()  # Z16: on roll already


def employed(simulator: Simulator, slug: str) -> dict[str, StaffRow]:
    rows = simulator.world.roll(slug).staff.values()
    return {row.mis_id: row for row in rows if row.current and here(row, row.start, row.end)}


@pytest.mark.parametrize("slug", SCHOOLS)
def test_Z16_the_pupils_are_those_the_world_holds(
    estate: Simulator, whole: dict[str, Read], slug: str
) -> None:
    found = whole[slug]
    assert set(found.finished) == set(ALL)
    assert not any(end.delta for end in found.finished.values())
    assert found.rejected == []
    records = {report: {p.source_id: p for p in found.by_report[report] if isinstance(p, Pupil)}
               for report in (Report.STUDENTS, Report.STUDENTS_FUTURE)}  # fmt: skip
    pupils, wanted = records[Report.STUDENTS], on_roll(estate, slug)
    assert {o for o, p in pupils.items() if p.status is PupilStatus.CURRENT} == wanted.keys()
    assert records[Report.STUDENTS_FUTURE].keys() == still_to_come(estate, slug)
    assert {p.status for p in records[Report.STUDENTS_FUTURE].values()} == {PupilStatus.ADMITTED}
    roll = estate.world.roll(slug)
    for own, row in wanted.items():
        one = pupils[own]
        names = (row.forename or row.legal_forename, row.surname or row.legal_surname)
        assert (one.given_name, one.family_name) == names
        assert (one.date_of_birth, one.upn, one.admission_number) == (row.born, row.upn, row.admission_number)
        form, house = roll.groups.get(row.registration or ""), roll.groups.get(row.house or "")
        assert one.registration_group == (form.code if form else None)
        assert (one.house, one.nc_year) == (house.name if house else None, row.year_text)
        assert (one.admission_date, one.leaving_date) == (row.admitted, row.leaving)
    for own, one in pupils.items():
        if one.status is PupilStatus.LEAVER:
            assert own not in wanted
            assert one.leaving_date and TODAY - timedelta(days=60) <= one.leaving_date < TODAY
    assert {"duplicates", "guests"} <= set(found.codes)


@pytest.mark.parametrize("slug", SCHOOLS)
def test_E4_E8_staff_come_with_line_managers_before_they_start_too(
    estate: Simulator, whole: dict[str, Read], slug: str
) -> None:
    roll, found = estate.world.roll(slug), whole[slug]
    staff = {s.source_id: s for s in found.by_report[Report.STAFF] if isinstance(s, Staff)}
    later = {s.source_id for s in found.by_report[Report.STAFF_FUTURE] if isinstance(s, Staff)}
    wanted = employed(estate, slug)
    assert {own for own, s in staff.items() if s.current} == wanted.keys()
    assert later == {row.mis_id for row in roll.staff.values() if row.start and row.start > TODAY}
    assert later
    for own, row in wanted.items():
        one = staff[own]
        assert one.roles == tuple(dict.fromkeys(row.roles))
        assert (one.email, one.title, one.start_date) == (row.email, row.title, row.start)
        assert one.staff_code == (row.staff_code if row.teaching else None)
        assert one.reports_to == (roll.staff[row.manager].mis_id if row.manager else None)
        assert one.teaching is None
        assert {"teaching", "date_of_birth"} <= one.unknown


@pytest.mark.parametrize("slug", SCHOOLS)
def test_H9_contacts_stand_in_slots_under_each_pupil(
    estate: Simulator, whole: dict[str, Read], slug: str
) -> None:
    roll, found = estate.world.roll(slug), whole[slug]
    shown = {p.source_id for p in found.of(Pupil) if p.status is not PupilStatus.LEAVER}
    wanted = {}
    for own, ties in roll.ties.items():
        pupil = roll.pupils[own]
        if pupil.mis_id in shown and (pupil.status != "pre" or pupil.mis_id not in on_roll(estate, slug)):
            for slot, tie in enumerate(ties[:3], 1):
                wanted[f"{pupil.mis_id}-{slot}"] = (tie, roll.contacts[tie.contact], pupil)
    links = {(k.contact_id, k.pupil_id): k for k in found.of(ContactLink)}
    people = {c.source_id: c for c in found.of(Contact)}
    assert len(links) == len(wanted)
    assert {key[0] for key in links} == people.keys()
    seen: dict[str, str] = {}
    for own, (tie, row, pupil) in wanted.items():
        one = seen.get(row.id, own) if row.email or row.phone else own
        if (one, pupil.mis_id) not in links:
            one = next(c for c, p in links if p == pupil.mis_id and people[c].email == row.email)
        seen[row.id] = one
        link = links[one, pupil.mis_id]
        assert link.relationship == tie.relationship
        assert link.parental_responsibility is tie.responsible
        assert link.priority is None
        told = (people[one].title, people[one].given_name, people[one].family_name)
        assert told == parted(called(row), family=pupil.surname)
        assert " ".join(filter(None, told)) == called(row)
        assert (people[one].email, people[one].phone) == (row.email, row.phone)
    assert len(people) < len(links)
    assert "contacts_folded" in found.codes
    assert found.codes.count("no_priority") == 1  # H6


@pytest.mark.parametrize("slug", SCHOOLS)
def test_E5_I5_I7_classes_have_their_staff_and_tutor_groups_their_main_tutor(
    estate: Simulator, whole: dict[str, Read], slug: str
) -> None:
    roll, found = estate.world.roll(slug), whole[slug]
    classes = {c.source_id: c for c in found.of(SchoolClass)}
    members = found.of(Membership)
    current = on_roll(estate, slug)

    def inside(own: str, role: str, *parts: Part) -> set[str]:
        there = (m for m in members if m.container_id == own and m.person_role == role)
        return {m.person_id for m in there if not parts or m.part in parts}

    for row in roll.groups.values():
        if row.kind == "REGISTRATION":
            own = f"tutor-{row.name}"
            assert classes[own].kind is ClassKind.REGISTRATION
            assert inside(own, "pupil") == {roll.pupils[p].mis_id for p in row.pupils} & current.keys()
            assert inside(own, "staff", Part.MAIN) == {roll.staff[row.staff[0]].mis_id}
            second = {roll.staff[one].mis_id for one in row.staff[1:2]}
            assert inside(own, "staff", Part.SUPERVISOR) == second
    taught = [row for row in roll.classes.values() if row.pupils]
    assert {c.name for c in classes.values() if c.kind is ClassKind.TEACHING} == {row.name for row in taught}
    for row in taught:
        own = f"class-{row.name}"
        assert inside(own, "pupil") == {roll.pupils[p].mis_id for p in row.pupils} & current.keys()
        assert inside(own, "staff") == {roll.staff[s].mis_id for s in row.staff}
    groups = {g.name: g.kind for g in found.of(Group)}
    assert {name for name, kind in groups.items() if kind is GroupKind.HOUSE} == {
        row.name for row in roll.groups.values() if row.kind == "HOUSE"
    }
    assert {name for name, kind in groups.items() if kind is GroupKind.YEAR} == {
        row.name for row in roll.groups.values() if row.kind == "YEAR"
    }
    assert groups["Breakfast club"] is GroupKind.STUDENT
    assert groups["Staff briefing"] is GroupKind.OTHER  # I10
    assert {c.name for c in classes.values() if c.kind is ClassKind.CUSTOM} == {"Swimming"}
    assert "other_year" in found.codes


def test_H10_one_pupils_contacts_when_they_are_needed(estate: Simulator) -> None:
    roll = estate.world.roll("eastmarsh")
    own, ties = next((one, told) for one, told in roll.ties.items() if len(told) > 1)
    with bromcom(estate) as one:
        found = one.contacts_of(roll.pupils[own].mis_id)
        assert len([c for c in found if isinstance(c, Contact)]) == len(ties[:3])
        with pytest.raises(BadAnswer) as caught:
            one.contacts_of("' or 1=1 or '")
    assert "Sync the school" in caught.value.mend


def test_pages_of_any_size_bring_the_same(estate: Simulator, whole: dict[str, Read]) -> None:
    face(estate).page = 100
    try:
        found = read(estate, settings={"page_size": "100"})
    finally:
        face(estate).page = 100_000
    assert sorted(map(repr, found.records)) == sorted(map(repr, whole["eastmarsh"].records))


@pytest.mark.parametrize("page", [1000])
def test_a_server_with_smaller_pages_than_told_is_read_to_its_end(estate: Simulator, page: int) -> None:
    face(estate).page = page
    try:
        found = read(estate, Report.GROUPS_CLASSES)
    finally:
        face(estate).page = 100_000
    roll = estate.world.roll("eastmarsh")
    assert sum(len(row.pupils) for row in roll.classes.values()) > page
    assert len([c for c in found.of(SchoolClass) if c.kind is ClassKind.TEACHING]) == sum(
        bool(row.pupils) for row in roll.classes.values()
    )


# -- authorisation and faults ----------------------------------------------------------


def test_a_school_that_switches_the_application_off_and_on_again(small: Simulator) -> None:
    control = Control(small.url, small.control_key)
    with bromcom(small) as one:
        access = one.access()
        assert (access.state, access.remote_id) == (AccessState.APPROVED, "20004")
        assert access.granted == frozenset(ALL)
        assert all(probe.ok for probe in one.probe())
        control.revoke("eastmarsh")
        access = one.access()
        assert access.state is AccessState.PENDING
        assert "Partner Applications" in access.mend
        assert not one.probe()[1].ok
        with pytest.raises(ConnectorError) as caught:
            gather(one, *ALL)
        assert caught.value.code == "scope_missing"
        control.approve("eastmarsh")
        assert set(gather(one, *ALL).finished) == set(ALL)


@pytest.mark.parametrize(
    ("entity", "lost", "told"),
    [
        ("Staff", {Report.STAFF, Report.STAFF_FUTURE}, "scope_missing"),
        ("StudentFlatView", set(ALL) - {Report.STAFF, Report.STAFF_FUTURE}, "scope_missing"),
        ("YearGroupSubjectStudents", {Report.GROUPS_CLASSES}, "scope_missing"),
        ("TimeTable", {Report.GROUPS_CLASSES}, "scope_missing"),
        ("StaffLineManagers", set(), "details_not_shared"),
        ("CollectionAssociates", set(), "details_not_shared"),
        ("CollectionTimetables", set(), "details_not_shared"),
        ("CollectionExecutives", set(), "details_not_shared"),
    ],
)
def test_an_entity_not_granted_is_named_and_the_others_go_on(
    small: Simulator, entity: str, lost: set[Report], told: str
) -> None:
    face(small).withheld["eastmarsh"] = frozenset({entity})
    with bromcom(small) as one:
        assert entity in one.probe()[1].message.partition("Not switched on:")[2]
        assert one.access().withheld == lost
        found = gather(one, *ALL)
    assert set(found.finished) == set(ALL) - lost
    notice = next(n for n in found.notices if n.code == told)
    assert entity in notice.message
    assert "Partner Applications" in notice.mend


def test_while_the_mis_is_down_nothing_is_told_to_be_empty(small: Simulator) -> None:
    """``success: false`` comes with HTTP 200."""
    small.approvals.offline(URN, on=True)
    with bromcom(small) as one, pytest.raises(BadAnswer) as caught:
        gather(one, *ALL)
    assert "cannot be reached" in caught.value.message


@pytest.mark.parametrize(
    ("kind", "how", "expected"),
    [
        ("drop", {}, Unreachable), ("status", {"code": 500}, Unreachable), ("truncated", {}, BadAnswer),
        ("hang_up", {}, ConnectorError), ("wrong_type", {"how": "html"}, BadAnswer),
        ("wrong_type", {"how": "list"}, BadAnswer), ("redirect", {}, BadAnswer), ("empty", {}, EmptyExtract),
        ("expired_token", {"after": 0}, NotAuthorised),
        ("huge_body", {"megabytes": 6}, TooLarge), ("gzip_bomb", {"megabytes": 16}, TooLarge),
    ],
)  # fmt: skip
def test_Z20_U7_each_fault_is_an_error_with_a_mend_and_never_an_end(
    small: Simulator, kind: str, how: dict[str, Any], expected: type[ConnectorError]
) -> None:
    small.faults.add(URN, kind, **how)
    face(small).page = 20
    with bromcom(small, page_size="20") as one, pytest.raises(expected) as caught:
        gather(one, Report.STUDENTS)
    assert caught.value.mend
    assert not any(each["authorization"] for each in small.control.trap)


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("status", {"code": 429, "retry_after": 0, "times": 1}), ("status", {"code": 503, "times": 2}),
        ("drop", {"times": 1}), ("truncated", {"times": 1}), ("duplicated_page", {}),
    ],
)  # fmt: skip
def test_a_passing_fault_is_read_over(small: Simulator, kind: str, how: dict[str, Any]) -> None:
    small.faults.add(URN, kind, resource="students", **how)
    face(small).page = 20
    found = read(small, Report.STUDENTS, settings={"page_size": "20"})
    assert {p.source_id for p in found.of(Pupil)} >= on_roll(small, "eastmarsh").keys()


# -- the catalogue ---------------------------------------------------------------------


def test_A6_C12_E4_E5_E7_E8_the_connector_offers_what_the_catalogue_says() -> None:
    """Line managers, class staff, groups and people to come: by this route, not by the others."""
    entry = catalogue.entry("Generic API")  # A6
    assert entry.shown_as == "Generic API"
    own, wonde, push = entry.route("bromcom"), entry.route("wonde"), entry.route("bromcom-push")
    assert own and wonde and push
    assert {str(report) for report in ALL} == {r for r in map(str, Report) if own.can_accept(r)}
    assert not {"reports_to", "class_staff", "subject_staff"} & set(own.limits)
    assert {"reports_to", "class_staff", "subject_staff"} <= set(wonde.limits)
    assert push.reports["groups-classes"] == "no"
    assert "fewer features" in push.report_reasons["groups-classes"]
    assert not push.available


def test_T9_when_bromcom_pushes_and_where_a_run_is_forced() -> None:
    entry = catalogue.entry("bromcom")
    own, push = entry.route("bromcom"), entry.route("bromcom-push")
    assert own and push
    assert own.force_run.word == "yes"
    assert push.force_run.word == "in-mis"
    for text in (own.force_run.text, push.force_run.text):
        assert "inside Bromcom" in text
        assert "permitted" in text
    assert "after 18:00" in own.schedule
    assert "after 18:00" in push.schedule


def test_B7_B8_B15_the_guide_names_the_values_and_the_right_button() -> None:
    route = catalogue.entry("bromcom").route("bromcom")
    assert route
    kinds = {step.id: step.kind for step in route.steps}
    order = ["case", "reports", "scopes", "pair", "confirm", "test", "consent", "push", "sync"]
    assert list(kinds) == order
    pair = next(step for step in route.steps if step.id == "pair")
    assert set(pair.fields) == {f.name for f in DECLARATION.settings if f.required}
    push = next(step for step in route.steps if step.id == "push").text
    named = (
        "support case", "Generic API", "school licence key", "supplier ID", "supplier password",
        "Accept the reports", "Atomwide Integration Settings", "press Save, never Save & Run",
    )  # fmt: skip
    for words in named:
        assert words in push
    notes = catalogue.entry("bromcom").route("bromcom-push")
    assert notes and any("helpdesk makes the switch" in note.text for note in notes.notes)


def test_every_mis_that_lists_the_route_has_a_school_here(estate: Simulator) -> None:
    listed = {entry.id for entry in catalogue.entries() if entry.route("bromcom")}
    assert listed == {"bromcom"}
    assert listed <= {school.mis for school in estate.world.schools}
