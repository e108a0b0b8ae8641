"""OneRoster over REST against the whole demo estate: fifteen services that differ as services do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from estate import serving_estate, setup_in
from loopback import QUICK, TODAY, TOKEN, gather

from connectors import catalogue, errors
from connectors.base import AccessState
from connectors.http import Limits
from connectors.oneroster import OneRoster
from connectors.records import (
    ClassKind,
    Contact,
    ContactLink,
    Gone,
    Membership,
    Part,
    Pupil,
    Report,
    SchoolClass,
    Staff,
)
from connectors.simulator.control import Control
from connectors.simulator.faces.oneroster import OneRosterFace
from connectors.simulator.oneroster_files import Package, user_id
from connectors.simulator.server import Simulator
from connectors.simulator.world import build_world

ALL = (Report.STUDENTS, Report.STAFF, Report.CONTACTS, Report.GROUPS_CLASSES)
PEOPLE = ALL[:3]
SCHOOLS = (
    "larkmere", "stonebeck", "thornley-park", "eastmarsh", "holmwick", "saltmere", "whitebridge", "penhallow",
    "kingsdyke", "ridgemoor", "fenwick-lane", "st-oswins", "harbour-point", "deepdale", "glenarvon",
)  # fmt: skip


@pytest.fixture(scope="module")
def estate() -> Iterator[Simulator]:
    with serving_estate(scale=0.25) as simulator:
        yield simulator


@pytest.fixture
def control(estate: Simulator) -> Iterator[Control]:
    yield Control(estate.url, estate.control_key)
    estate.faults.clear()
    Control(estate.url, estate.control_key).approve()


def face(simulator: Simulator) -> OneRosterFace:
    return cast(OneRosterFace, simulator.faces["oneroster"])


def service(simulator: Simulator, slug: str, *, limits: Limits = QUICK, **settings: str) -> OneRoster:
    demo = simulator.world.school(slug)
    typed = face(simulator).typed(demo)
    setup = setup_in(simulator, slug, typed, more={"limit": "100", **settings})
    return OneRoster(setup, limits=limits)


@pytest.mark.parametrize("slug", SCHOOLS)
def test_I5_I7_H9_every_school_reads_the_people_of_its_roll(estate: Simulator, slug: str) -> None:
    """1.1 and 1.2, tokens and both signatures, clamped pages, missing totals, foreign ``next``, lists named
    after the path and four spellings of a boolean: the same people come."""
    roll = estate.world.roll(slug)
    package = Package(roll, version=face(estate).version(roll.school))
    with service(estate, slug) as one:
        access = one.access()
        assert access.state is AccessState.APPROVED
        assert access.granted == frozenset(ALL)
        assert all(probe.ok for probe in one.probe())
        read = gather(one, *ALL)
    assert set(read.finished) == set(ALL)
    assert not any(end.delta for end in read.finished.values())
    pupils = {p.source_id: p for p in read.of(Pupil)}
    assert pupils.keys() == {user_id(row) for row in package.pupils}
    for row in package.pupils:
        found = pupils[user_id(row)]
        assert found.date_of_birth == row.born
        assert (found.upn, found.admission_number) == (row.upn, row.admission_number)
        assert found.updated_at == row.updated.replace(microsecond=0)
        if row.forename and row.surname:
            assert (found.given_name, found.family_name) == (row.forename, row.surname)
    staff = {s.source_id: s for s in read.of(Staff)}
    assert staff.keys() == {user_id(row) for row in package.staff}
    assert {s.teaching for s in staff.values()} <= {True, None}
    assert {c.source_id for c in read.of(Contact)} == {user_id(row) for row in package.contacts}
    links = {(link.contact_id, link.pupil_id) for link in read.of(ContactLink)}
    ties = {(tie.contact, pupil.id) for pupil in package.pupils for tie in roll.ties.get(pupil.id, ())}
    known = {row.id: user_id(row) for row in package.people()}
    assert links == {(known[c], known[p]) for c, p in ties if c in known}
    _same_classes(read, package)


def _same_classes(read: Any, package: Package) -> None:
    roll = package.roll
    forms = [row for row in roll.groups.values() if row.kind == "REGISTRATION"]
    kinds = [c.kind for c in read.of(SchoolClass)]
    assert kinds.count(ClassKind.REGISTRATION) == len(forms)
    assert kinds.count(ClassKind.TEACHING) == len(roll.classes)
    members = read.of(Membership)
    rows = [*forms, *roll.classes.values()]
    assert sum(m.part is Part.PUPIL for m in members) == sum(len(row.pupils) for row in rows)
    names = {pupil: row.name for row in forms for pupil in row.pupils}
    for row in package.pupils:
        found = next(p for p in read.of(Pupil) if p.source_id == user_id(row))
        assert found.registration_group == names.get(row.id)


@pytest.mark.parametrize("slug", ["larkmere", "eastmarsh", "kingsdyke", "penhallow"])
def test_a_token_that_runs_out_in_mid_run_is_renewed_and_reading_goes_on(
    estate: Simulator, slug: str
) -> None:
    count = len(estate.world.roll(slug).of_status("current"))
    with service(estate, slug, limit="40") as one:
        assert one.access().state is AccessState.APPROVED
        face(estate).expire(estate.world.school(slug))
        assert len(gather(one, Report.STUDENTS).of(Pupil)) == count


@pytest.mark.parametrize("slug", ["larkmere", "stonebeck", "thornley-park"])
def test_a_revoked_school_is_refused_and_reads_on_when_approved_again(
    estate: Simulator, control: Control, slug: str
) -> None:
    control.revoke(slug)
    with service(estate, slug) as one:
        assert one.access().state is AccessState.REFUSED
        assert not one.probe()[0].ok
        with pytest.raises(errors.NotAuthorised):
            gather(one, Report.STUDENTS)
    control.approve(slug)
    with service(estate, slug) as one:
        assert gather(one, Report.STUDENTS).of(Pupil)


def test_a_service_whose_mis_is_down_ends_in_an_error_never_in_nobody(
    estate: Simulator, control: Control
) -> None:
    control.offline("larkmere", True)
    try:
        with service(estate, "larkmere") as one, pytest.raises(errors.Unreachable) as caught:
            gather(one, Report.STUDENTS)
    finally:
        control.offline("larkmere", False)
    assert "The MIS behind this service does not answer." in caught.value.message


@pytest.mark.parametrize(
    ("kind", "how", "expected"),
    [
        ("status", {"code": 500}, errors.Unreachable),
        ("status", {"code": 429, "retry_after": 600}, errors.RateLimited),
        ("status", {"code": 401}, errors.NotAuthorised),
        ("status", {"code": 403}, errors.ScopeMissing),
        ("drop", {}, errors.Unreachable),
        ("half", {}, errors.ShortExtract),
        ("empty", {}, errors.ShortExtract),
        ("truncated", {}, errors.BadAnswer),
        ("hang_up", {}, errors.BadAnswer),
        ("wrong_type", {"how": "html"}, errors.BadAnswer),
        ("wrong_type", {"how": "list"}, errors.BadAnswer),
        ("wrong_type", {"how": "rows"}, errors.EmptyExtract),
        ("redirect", {}, errors.BadAnswer),
        ("expired_token", {"after": 2}, errors.NotAuthorised),
        ("missing_page", {}, errors.ShortExtract),
        ("endless_paging", {}, errors.TooLarge),
        ("endless_paging", {"loop": True}, errors.TooLarge),
        ("huge_body", {"megabytes": 16}, errors.TooLarge),
        ("gzip_bomb", {"megabytes": 16}, errors.TooLarge),
        ("totals_disagree", {}, errors.ShortExtract),
    ],
)
def test_Z20_a_lasting_fault_ends_in_its_own_error(
    estate: Simulator, control: Control, kind: str, how: dict[str, Any], expected: type[errors.ConnectorError]
) -> None:
    control.fault("larkmere", kind, resource="users", **how)
    seen: list[Any] = []
    with service(estate, "larkmere", limit="60") as one, pytest.raises(expected) as caught:
        seen = gather(one, Report.STUDENTS, Report.STAFF).records
    assert not seen
    assert caught.value.message
    assert caught.value.mend
    assert not control.state()["trap"]


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("status", {"code": 500, "times": 1}),
        ("status", {"code": 429, "retry_after": 0, "times": 2}),
        ("drop", {"times": 1}),
        ("truncated", {"times": 1}),
        ("hang_up", {"times": 1}),
        ("slow", {"seconds": 0.05, "times": 3}),
    ],
)
@pytest.mark.parametrize("slug", ["larkmere", "stonebeck"])
def test_a_passing_fault_is_survived_also_by_signed_requests(
    estate: Simulator, control: Control, slug: str, kind: str, how: dict[str, Any]
) -> None:
    control.fault(slug, kind, resource="users", **how)
    with service(estate, slug) as one:
        found = {p.source_id for p in gather(one, Report.STUDENTS, Report.STAFF).of(Pupil)}
    assert len(found) == len(estate.world.roll(slug).of_status("current"))


def test_Z20_where_rows_repeat_nobody_is_taken_for_gone(estate: Simulator, control: Control) -> None:
    control.fault("larkmere", "duplicated_page", resource="users")
    with service(estate, "larkmere", limit="60") as one:
        read = gather(one, Report.STUDENTS, Report.STAFF)
    assert len(read.of(Pupil)) == len(estate.world.roll("larkmere").of_status("current"))
    assert all(end.delta for end in read.finished.values())
    assert "duplicates" in read.codes


@pytest.mark.parametrize("slug", ["larkmere", "stonebeck", "thornley-park", "saltmere"])
def test_changes_of_a_few_days_end_where_a_full_read_does(slug: str) -> None:
    """``dateLastModified`` for what is new, ``tobedeleted`` for who left (oneroster.md §3, §4)."""
    mis = {"larkmere": "sims", "stonebeck": "sims-connected", "thornley-park": "arbor",
           "saltmere": "scholarpack"}[slug]  # fmt: skip
    world = build_world(today=TODAY, schools=[mis], scale=0.5)
    with Simulator(world, token=TOKEN, approved=("all",)) as simulator:
        with service(simulator, slug) as one:
            before = gather(one, *PEOPLE)
        since = {report: str(before.finished[report].high_water) for report in PEOPLE}
        known = {r.source_id: r for r in before.records if isinstance(r, Pupil | Staff | Contact)}
        world.advance(4)
        with service(simulator, slug) as one:
            delta = gather(one, *PEOPLE, since=since, today=world.today)
            full = gather(one, *PEOPLE, today=world.today)
    assert all(end.delta and end.high_water for end in delta.finished.values())
    assert 0 < len(delta.of(Pupil)) < len(full.of(Pupil)) // 2
    for record in delta.records:
        if isinstance(record, Gone):
            known.pop(record.source_id, None)
        elif isinstance(record, Pupil | Staff | Contact):
            known[record.source_id] = record
    after = {r.source_id: r for r in full.records if isinstance(r, Pupil | Staff | Contact)}
    assert known.keys() == after.keys()
    assert {k: (r.given_name, r.family_name, r.updated_at) for k, r in known.items()} == {
        k: (r.given_name, r.family_name, r.updated_at) for k, r in after.items()
    }
    born = {k: r.date_of_birth for k, r in known.items() if isinstance(r, Pupil)}
    assert born == {k: r.date_of_birth for k, r in after.items() if isinstance(r, Pupil)}


def test_H10_the_contacts_of_one_pupil_are_asked_for_when_needed(estate: Simulator) -> None:
    for slug in ("larkmere", "stonebeck", "thornley-park"):
        roll = estate.world.roll(slug)
        package = Package(roll, version=face(estate).version(roll.school))
        known = {row.id: user_id(row) for row in package.contacts}
        pupil = next(p for p in package.pupils if any(t.contact in known for t in roll.ties.get(p.id, ())))
        with service(estate, slug) as one:
            found = one.contacts_of(user_id(pupil))
        wanted = {known[tie.contact] for tie in roll.ties[pupil.id] if tie.contact in known}
        assert {r.source_id for r in found if isinstance(r, Contact)} == wanted
        assert {r.contact_id for r in found if isinstance(r, ContactLink)} == wanted
        with service(estate, slug) as one, pytest.raises(errors.BadAnswer):
            one.contacts_of("stu-none")


def test_every_mis_that_lists_the_route_has_a_school_here(estate: Simulator) -> None:
    listed = {entry.id for entry in catalogue.entries() if entry.route("oneroster")} - {"other"}
    assert listed == {"arbor", "isams", "sims", "sims-connected"}
    assert listed <= {school.mis for school in estate.world.schools}
