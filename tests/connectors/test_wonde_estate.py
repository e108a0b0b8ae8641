"""Wonde against the whole demo estate: every school read whole; deltas that end where a full read does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

import pytest
from loopback import QUICK, TODAY, TOKEN, Read, gather

from connectors import catalogue
from connectors.base import AccessState, SchoolRef, Setup
from connectors.records import (
    ClassKind,
    Contact,
    ContactLink,
    Gone,
    Group,
    Membership,
    Pupil,
    Report,
    SchoolClass,
    Staff,
)
from connectors.simulator.server import Simulator
from connectors.simulator.world import World, build_world
from connectors.wonde import Wonde

ALL = frozenset(Report) - {Report.ATTENDANCE}
SCHOOLS = (
    "larkmere", "stonebeck", "thornley-park", "eastmarsh", "holmwick", "saltmere", "whitebridge", "penhallow",
    "kingsdyke", "ridgemoor", "fenwick-lane", "st-oswins", "harbour-point", "deepdale", "glenarvon",
)  # fmt: skip


@pytest.fixture(scope="module")
def estate() -> Iterator[Simulator]:
    with Simulator(build_world(today=TODAY), token=TOKEN, approved=("all",)) as simulator:
        yield simulator


def wonde(simulator: Simulator, slug: str, **settings: str) -> Wonde:
    demo = simulator.world.school(slug)
    noon = datetime.combine(simulator.world.today, time(12), UTC)
    setup = Setup(
        school=SchoolRef(urn=demo.urn, name=demo.name),
        settings={"url": simulator.wonde_url, **settings},
        secrets={"token": TOKEN},
        now=lambda: noon,
    )
    return Wonde(setup, limits=QUICK)


def test_the_estate_is_as_large_as_this_file_thinks(estate: Simulator) -> None:
    assert {school.slug for school in estate.world.schools} == set(SCHOOLS)


@pytest.mark.parametrize("slug", SCHOOLS)
def test_every_school_is_found_approved_and_read_whole(estate: Simulator, slug: str) -> None:
    roll = estate.world.roll(slug)
    with wonde(estate, slug) as one:
        assert one.access().state is AccessState.APPROVED
        result = gather(one, *ALL)
    assert {p.source_id for p in result.by_report[Report.STUDENTS]} == {  # type: ignore[union-attr]
        p.id for p in roll.of_status("current")
    }
    assert {s.source_id for s in result.of(Staff)} == set(roll.staff)
    withheld = "contacts" in estate.world.school(slug).quirks.withheld
    assert ALL - set(result.finished) == ({Report.CONTACTS} if withheld else set())
    assert result.rejected == []
    born = {p.id: p.born for p in roll.pupils.values()}
    for found in result.of(Pupil):
        assert found.date_of_birth == born[found.source_id]  # Z22, in every date shape of the estate


@pytest.mark.parametrize("slug", SCHOOLS)
def test_every_schools_mis_is_known_to_the_catalogue(estate: Simulator, slug: str) -> None:
    demo = estate.world.school(slug)
    assert catalogue.entry(demo.mis).id == catalogue.entry(demo.mis_title).id == demo.mis
    assert catalogue.entry(demo.mis).route("wonde") is not None


@pytest.mark.parametrize("slug", ["larkmere", "thornley-park"])
def test_both_ways_of_paging_bring_the_same(estate: Simulator, slug: str) -> None:
    reads = []
    for paging, size in (("cursor", "200"), ("page", "37"), ("cursor", "53")):
        with wonde(estate, slug, paging=paging, per_page=size) as one:
            reads.append(gather(one, *ALL))
    assert set(map(repr, reads[0].records)) == set(map(repr, reads[1].records))
    assert set(map(repr, reads[0].records)) == set(map(repr, reads[2].records))


def test_a_primarys_forms_are_classes_of_kind_registration(estate: Simulator) -> None:
    with wonde(estate, "thornley-park") as one:
        result = gather(one, Report.GROUPS_CLASSES)
    forms = result.of(SchoolClass)
    assert forms
    assert {form.kind for form in forms} == {ClassKind.REGISTRATION}
    with_pupils = {m.container_id for m in result.of(Membership) if m.person_role == "pupil"}
    assert {form.source_id for form in forms} & with_pupils


State = dict[tuple[str, str], Any]


def apply(state: State, read: Read) -> State:
    """What a store would hold after this read: a delivered class or pupil brings all that hangs on it."""
    state = dict(state)
    for record in read.records:
        match record:
            case Pupil():
                state["pupil", record.source_id] = record
            case Staff():
                state["staff", record.source_id] = record
            case Contact():
                state["contact", record.source_id] = record
            case SchoolClass() | Group():
                kind = "class" if isinstance(record, SchoolClass) else "group"
                state[kind, record.source_id] = record
                for key in [k for k in state if k[0] == "member" and k[1].startswith(f"{record.source_id}/")]:
                    del state[key]
            case Membership():
                state["member", f"{record.container_id}/{record.person_id}"] = record
            case ContactLink():
                state["link", f"{record.pupil_id}/{record.contact_id}"] = record
            case Gone():
                state.pop((record.kind, record.source_id), None)
    return state


@pytest.mark.parametrize(("slug", "days"), [("larkmere", 1), ("holmwick", 5)])
def test_a_delta_ends_where_a_full_read_does(slug: str, days: int) -> None:
    """Deletions in order, the restored respected, starters by date, members with their class."""
    world: World = build_world(today=TODAY, schools=[slug])
    reports = (Report.STUDENTS, Report.STUDENTS_FUTURE, Report.STAFF, Report.GROUPS_CLASSES)
    with Simulator(world, token=TOKEN, approved=("all",)) as simulator:
        with wonde(simulator, slug) as one:
            last = gather(one, *reports, today=world.today)
        for _ in range(3):
            world.advance(days)
            since = {report: finished.high_water or "" for report, finished in last.finished.items()}
            with wonde(simulator, slug) as one:
                delta = gather(one, *reports, since=since, today=world.today)
                full = gather(one, *reports, today=world.today)
            assert all(finished.delta for finished in delta.finished.values())
            after, whole = apply(apply({}, last), delta), apply({}, full)
            assert set(after) == set(whole)
            for key, record in whole.items():
                if key[0] == "pupil":
                    assert after[key].status == record.status
            assert len(delta.records) < len(full.records)
            last = full
